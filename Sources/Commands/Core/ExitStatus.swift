/// What the exit status of a run means.
enum ExitStatus {
    /// Done, permitted, or all as expected.
    static let done: Int32 = 0
    /// It failed; also: a batch had lines that were no valid request.
    static let failure: Int32 = 1
    /// The answer is deny.
    static let deny: Int32 = 2
    /// The policies do not load.
    static let policies: Int32 = 3
    /// Tests failed, or there was none.
    static let tests: Int32 = 4
    /// An expectation was not met.
    static let gate: Int32 = 5
    /// A person stopped it.
    static let interrupted: Int32 = 130
    /// The command line is wrong.
    static let usage: Int32 = 64
}

/// Why a run ends early: what to tell, and the status to end with.
struct CommandError: Error, Equatable {
    let status: Int32
    /// Lines for the error output, each a message of its own.
    let messages: [String]

    init(_ message: String, status: Int32 = ExitStatus.failure) {
        self.status = status
        messages = [message]
    }

    init(messages: [String], status: Int32) {
        self.status = status
        self.messages = messages
    }

    static func usage(_ message: String) -> CommandError { CommandError(message, status: ExitStatus.usage) }
}
