package import Model
package import PolicyTesting
package import Syntax

/// A file of tests as rules see it.
package struct LintedTests {
    package let name: ExactName
    package let chunk: Chunk
    /// The ids of the policies beside it.
    package let policies: [ExactName]
    /// The declared permissions; `nil` when the schema does not load.
    package let permissions: [ExactName]?
    /// The tests that fail before anything is decided; empty when the policies do not load.
    package let unready: [PolicyTests.Unready]
}
