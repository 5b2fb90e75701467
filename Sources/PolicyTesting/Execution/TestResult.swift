package import Model

/// The result of one test of a policy.
package struct TestResult: Equatable, Sendable {
    /// The test file as the user named it.
    package var file: String
    /// The line of the test, or of its case; `nil` when the file as a whole could not be read.
    package var line: Int?
    package var name: String
    /// The reason why it did not pass.
    package var failure: TestFailure?
    /// The author's reason for skipping it.
    package var skipped: String?
    /// The time that it took to run, with the policies and with their trees.
    package var nanoseconds: Int64 = 0

    package init(file: String, line: Int?, name: String, failure: TestFailure? = nil) {
        self.file = file
        self.line = line
        self.name = name
        self.failure = failure
    }

    package var isPassed: Bool { failure == nil && skipped == nil }

    /// `file:line`, as far as it is known.
    package var place: String { line.map { "\(file):\($0)" } ?? file }
}

/// The reason why a test did not pass: an expectation that does not hold, or a mistake of its author.
package struct TestFailure: Equatable, Sendable {
    /// The failure in a sentence.
    package let message: String
    /// The expected and the actual result; `nil` when the test could not run.
    package var expected: String?
    package var happened: String?
    /// The policies that made the decision; empty when none did, or the test could not run.
    package var deciding: [ExactName] = []
    /// True when the tested policy is one of those.
    var isOfTestedPolicy = false
    /// The statements or failures that made the decision, with their places but without their words: tests that fail
    /// by the same have one cause.
    var cause: String?
    /// The facts that the deciding and the tested policies read, in order; those of every policy when that is asked
    /// for. Only the first test that fails by a cause has them.
    package var trace: [Step] = []
    /// The number of facts that other policies read.
    package var otherFacts = 0

    /// A fact that a policy read, and its place.
    package struct Step: Equatable, Sendable {
        /// The policy's file as the user named it.
        package let file: String
        /// `nil` when it is not known.
        package let line: Int?
        package let text: String
        package let value: String

        package var place: String { line.map { "\(file):\($0)" } ?? file }
        package var fact: String { "\(text) = \(value)" }
    }

    package init(_ message: String) {
        self.message = message
    }

    package init(expected: String, happened: String) {
        message = "expected \(expected), got \(happened)"
        self.expected = expected
        self.happened = happened
    }
}

/// The reason why a test could not run: a mistake of its author, such as a name that does not exist.
struct TestFault: Error, Equatable, Sendable {
    let message: String
    /// The line of the test file, where it is known and is not that of the test.
    var line: Int?
    /// True when the policy does not load because its source shows a failure, which happens wherever it is reached.
    let isProved: Bool
    /// True when a name is not in the organisation of the test, which another organisation may have.
    let isOfDirectory: Bool

    init(_ message: String, line: Int? = nil, isProved: Bool = false, isOfDirectory: Bool = false) {
        self.message = message
        self.line = line
        self.isProved = isProved
        self.isOfDirectory = isOfDirectory
    }
}
