/// How one test of a policy ended.
package struct TestResult: Equatable, Sendable {
    /// The test file as the user named it.
    package var file: String
    /// Where the test, or its case, stands; `nil` when the file as a whole could not be read.
    package var line: Int?
    package var name: String
    /// Why it did not pass.
    package var failure: TestFailure?
    /// Why it was not run, where its author says so.
    package var skipped: String?

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

/// Why a test did not pass: an expectation that does not hold, or a mistake of its author.
package struct TestFailure: Equatable, Sendable {
    /// In a sentence.
    package let message: String
    /// What was expected and what happened instead; `nil` when it could not be run.
    package var expected: String?
    package var happened: String?
    /// What the policies read, in order.
    package var trace: [Step] = []

    /// A fact that a policy read, and where.
    package struct Step: Equatable, Sendable {
        /// The policy's file as the user named it.
        package let file: String
        /// `nil` where it cannot be told.
        package let line: Int?
        package let text: String
        package let value: String

        package var place: String { line.map { "\(file):\($0)" } ?? file }
        package var fact: String { "\(text) = \(value)" }
    }

    package init(_ message: String) {
        self.message = message
    }

    init(expected: String, happened: String) {
        message = "expected \(expected), got \(happened)"
        self.expected = expected
        self.happened = happened
    }
}

/// Why a test could not be run: its author made a mistake, or names something that is not there.
struct TestFault: Error, Equatable, Sendable {
    let message: String
    /// Whether a call is why a policy does not load: its arguments are seen to be wrong before it is made.
    let isOfCall: Bool

    init(_ message: String, isOfCall: Bool = false) {
        self.message = message
        self.isOfCall = isOfCall
    }
}
