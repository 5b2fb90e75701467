internal import CSystem
internal import Files
internal import Glibc

/// The streams that a run reads from and writes to. Tests use buffers.
package struct StandardStreams {
    /// Reads all of standard input.
    package var input: () -> [UInt8]
    /// Writes results; `false` once nobody reads them.
    package var output: ([UInt8]) -> Bool
    /// Writes everything else.
    package var errors: ([UInt8]) -> Void
    package var isOutputTerminal: Bool
    package var isErrorTerminal: Bool
    /// True when a person can be asked: standard input and the error output are both a terminal.
    package var isInteractive = false
    /// The next line that the person types, without its end; `nil` at the end of the input.
    package var line: () -> String? = { nil }
    /// The width in columns of the terminal that shows the results; `nil` when they go elsewhere.
    package var columns: Int?
    /// The descriptor that `batch` reads in blocks; it writes to `outputDescriptor`.
    package var inputDescriptor = STDIN_FILENO
    package var outputDescriptor = STDOUT_FILENO
    /// Catches ^C: from now on it does not end the process, but makes the returned descriptor readable; -1 when that is
    /// impossible.
    package var interruption: () -> Int32 = { -1 }

    package init(
        input: @escaping () -> [UInt8], output: @escaping ([UInt8]) -> Bool, errors: @escaping ([UInt8]) -> Void,
        isOutputTerminal: Bool = false, isErrorTerminal: Bool = false
    ) {
        self.input = input
        self.output = output
        self.errors = errors
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
    }

    /// The streams of this process.
    package static var standard: StandardStreams {
        var streams = StandardStreams(
            input: { (try? Descriptor.readAll(STDIN_FILENO)) ?? [] },
            output: { Descriptor.write($0, to: STDOUT_FILENO) },
            errors: { _ = Descriptor.write($0, to: STDERR_FILENO) },
            isOutputTerminal: isatty(STDOUT_FILENO) == 1, isErrorTerminal: isatty(STDERR_FILENO) == 1)
        streams.isInteractive = isatty(STDIN_FILENO) == 1 && streams.isErrorTerminal
        streams.line = { Descriptor.line(STDIN_FILENO) }
        streams.columns = Descriptor.columns(STDOUT_FILENO)
        streams.interruption = { csystem_interruption() }
        return streams
    }
}
