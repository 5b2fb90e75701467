package import Model
package import Syntax

/// A plugin that a policy asks for, and that is missing or does not load.
struct LostPlugin {
    let name: ExactName
    /// The fault at the policy's `use`.
    let fault: Diagnostic
}

/// One policy's file, as far as it could be read, with what is wrong with it.
package struct ParsedPolicy {
    package let file: PolicyFile
    /// `nil` when it is not valid Lua, or no policy.
    package var chunk: Chunk?
    /// `nil` when its declaration cannot be read.
    package var declaration: PolicyDeclaration?
    /// The inferred types of its expressions; present when the declaration is.
    package var inference: TypeInference?
    /// The libraries that its source names.
    var libraryUses: [ExactName] = []
    /// `nil` when anything is wrong with it.
    package var policy: Policy?
    package var diagnostics: [Diagnostic]
    /// The plugin that it asks for and cannot have; that fault is not among its `diagnostics`.
    var lostPlugin: LostPlugin?

    /// Adds faults that the source shows, in place of a failure to load which they explain.
    mutating func note(_ faults: [Diagnostic]) {
        let lines = Set(faults.map(\.line))
        diagnostics.removeAll { $0.rule == "failing-load" && lines.contains($0.line) }
        diagnostics += faults
    }
}
