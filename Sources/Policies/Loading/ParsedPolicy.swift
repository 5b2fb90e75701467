package import Model
package import Syntax

/// One policy's file, as far as it could be read, with what is wrong with it.
package struct ParsedPolicy {
    package let file: PolicyFile
    /// `nil` when it is not valid Lua, or no policy.
    package var chunk: Chunk?
    /// `nil` when its declaration cannot be read.
    package var declaration: PolicyDeclaration?
    /// The inferred types of its expressions; present when the declaration is.
    package var inference: TypeInference?
    /// `nil` when anything is wrong with it.
    package var policy: Policy?
    package var diagnostics: [Diagnostic]
    /// The plugins it asks for that do not load.
    var brokenPlugins: Set<ExactName> = []
}
