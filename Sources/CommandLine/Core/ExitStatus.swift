/// The exit statuses of a run.
package enum ExitStatus {
    /// Success: done, permitted, or all as expected.
    package static let done: Int32 = 0
    /// A failure; also a batch with lines that were not valid requests.
    static let failure: Int32 = 1
    /// The decision is deny.
    package static let deny: Int32 = 2
    /// The policies do not load.
    package static let policies: Int32 = 3
    /// Tests failed, or none was found.
    static let tests: Int32 = 4
    /// An expectation was not met.
    package static let gate: Int32 = 5
    /// A person stopped the run.
    package static let interrupted: Int32 = 130
    /// The command line is wrong.
    package static let usage: Int32 = 64
}

/// The early end of a run: the messages to print, and the exit status.
package struct CommandError: Error, Equatable {
    package let status: Int32
    /// Lines for the error output, each a message of its own.
    package let messages: [String]
    /// True when a name was given that nothing has.
    let isUnknownName: Bool

    package init(_ message: String, status: Int32 = ExitStatus.failure, isUnknownName: Bool = false) {
        self.status = status
        messages = [message]
        self.isUnknownName = isUnknownName
    }

    package init(messages: [String], status: Int32) {
        self.status = status
        self.messages = messages
        isUnknownName = false
    }

    package static func usage(_ message: String) -> CommandError { CommandError(message, status: ExitStatus.usage) }

    /// The error of a line that leaves out options which nobody can be asked for.
    static func missing(_ options: [any OptionDeclaration]) -> CommandError {
        let flags = options.map(\.flag).joined(separator: ", ")
        return .usage("missing required option\(options.count == 1 ? "" : "s") \(flags)")
    }
}
