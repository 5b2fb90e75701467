/// The exit statuses of a run.
enum ExitStatus {
    /// Success: done, permitted, or all as expected.
    static let done: Int32 = 0
    /// A failure; also a batch with lines that were not valid requests.
    static let failure: Int32 = 1
    /// The decision is deny.
    static let deny: Int32 = 2
    /// The policies do not load.
    static let policies: Int32 = 3
    /// Tests failed, or none was found.
    static let tests: Int32 = 4
    /// An expectation was not met.
    static let gate: Int32 = 5
    /// A person stopped the run.
    static let interrupted: Int32 = 130
    /// The command line is wrong.
    static let usage: Int32 = 64
}

/// The early end of a run: the messages to print, and the exit status.
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
