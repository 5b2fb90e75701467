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
    /// The facts that the policies read, in order.
    package var trace: [Step] = []

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
    /// True when the policy does not load because a call has wrong arguments, which is seen before the call is made.
    let isOfCall: Bool
    /// The line of a test file that it is about.
    let line: Int?

    init(_ message: String, line: Int? = nil, isOfCall: Bool = false) {
        self.message = message
        self.line = line
        self.isOfCall = isOfCall
    }
}
