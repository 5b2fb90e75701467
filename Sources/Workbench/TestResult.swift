/// How one test of a policy ended.
package struct TestResult: Equatable, Sendable {
    /// The test file as the user named it.
    package var file: String
    /// Where the test stands; `nil` when the file as a whole could not be read.
    package var line: Int?
    package var name: String
    /// What was expected and what came instead; `nil` when the test passed.
    package var failure: String?
    /// Why it was not run, where its author says so.
    package var skipped: String?
    /// What the policies read, of a test that failed.
    package var facts: [String] = []

    package init(file: String, line: Int?, name: String, failure: String? = nil) {
        self.file = file
        self.line = line
        self.name = name
        self.failure = failure
    }

    package var isPassed: Bool { failure == nil && skipped == nil }
}

/// Why a test could not be run: its author made a mistake, or names something that is not there.
struct TestFault: Error, Equatable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
