package import Model
package import Syntax

/// A file of tests as rules see it.
package struct LintedTests {
    package let name: ExactName
    package let chunk: Chunk
    /// The ids of the policies beside it.
    package let policies: [ExactName]
}
