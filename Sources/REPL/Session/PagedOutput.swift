internal import CommandLine
internal import Files
internal import Glibc
internal import Tokens

/// The output of one command. At a terminal it is held until the command is done: output longer than the screen goes
/// through the pager. A script receives it at once.
final class PagedOutput {
    private let outer: StandardStreams
    private let pager: String?
    /// Receives all output, for a recording.
    private let record: ([UInt8]) -> Void
    private var parts: [(isError: Bool, bytes: [UInt8])] = []
    private var size = 0
    /// True when the output is held until the command is done.
    private let isHeld: Bool

    /// The most bytes held; beyond this, output is shown at once.
    private static let mostHeld = 16 << 20

    init(_ outer: StandardStreams, isHeld: Bool, pager: String?, record: @escaping ([UInt8]) -> Void) {
        self.outer = outer
        self.isHeld = isHeld
        self.pager = pager
        self.record = record
    }

    /// The streams of the command.
    /// - Parameter isWhole: true for output that does not depend on the width of the terminal.
    func streams(
        isWhole: Bool, line: @escaping () -> String?, secret: @escaping () -> [UInt8]
    ) -> StandardStreams {
        var streams = outer
        streams.columns = outer.isOutputTerminal && !isWhole ? Descriptor.columns(STDOUT_FILENO) : nil
        streams.input = { [self] in
            show()
            return secret()
        }
        streams.line = { [self] in
            show()
            return line()
        }
        streams.output = { [self] in take($0, isError: false) }
        streams.errors = { [self] in _ = take($0, isError: true) }
        return streams
    }

    private func take(_ bytes: [UInt8], isError: Bool) -> Bool {
        record(bytes)
        guard isHeld else {
            if !isError { return outer.output(bytes) }
            outer.errors(bytes)
            return true
        }
        parts.append((isError, bytes))
        size += bytes.count
        // Text without a final line feed is a prompt, which waits for its answer.
        if size > Self.mostHeld || isError && bytes.last != UInt8(ascii: "\n") { show() }
        return true
    }

    /// Writes the held output without the pager.
    func show() {
        for part in parts {
            if part.isError { outer.errors(part.bytes) } else { _ = outer.output(part.bytes) }
        }
        (parts, size) = ([], 0)
    }

    /// Writes the held output at the end of the command, through the pager if it is longer than the screen.
    func finish() {
        guard isHeld, let pager, let rows = Descriptor.rows(STDOUT_FILENO), lines >= rows,
            Self.output(Array(parts.map(\.bytes).joined()), through: pager)
        else { return show() }
        (parts, size) = ([], 0)
    }

    private var lines: Int { parts.reduce(0) { $0 + $1.bytes.count { $0 == UInt8(ascii: "\n") } } }

    /// - Returns: false when there is no such pager.
    private static func output(_ bytes: [UInt8], through pager: String) -> Bool {
        unsafe setenv("LESS", "FRX", 0)
        guard let stream = unsafe popen(pager, "w") else { return false }
        _ = Descriptor.write(bytes, to: unsafe fileno(stream))
        return unsafe pclose(stream) >> 8 != 127
    }
}
