package import Model
package import Syntax

/// One policy's file, as far as it could be read: for whoever says what is wrong with it.
package struct ParsedPolicy {
    package let file: PolicySource.File
    /// `nil` when it is no Lua.
    package var chunk: Chunk?
    /// `nil` when what it declares cannot be read.
    package var declaration: PolicyDeclaration?
    /// What its expressions stand for; there when the declaration is.
    package var inference: TypeInference?
    /// `nil` when anything is wrong with it.
    package var policy: Policy?
    package var diagnostics: [Diagnostic]
    /// The plugins it would use that do not load.
    var brokenPlugins: Set<ExactName> = []
}
