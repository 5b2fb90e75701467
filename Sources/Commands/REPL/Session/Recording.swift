internal import Decisions
internal import Glibc
internal import Tokens

/// What is said and answered, as text: commands behind `> `, further lines of one behind `| `, answers as they are.
///
/// `replay` reads it again. A token string never gets into it.
final class Recording {
    let path: String
    private let descriptor: Int32
    private var bytes: [UInt8] = []

    init(_ path: String) throws(CommandError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "it is there already" : unsafe String(cString: strerror(errno))
            throw CommandError("cannot record into `\(path)`: \(reason)")
        }
    }

    deinit {
        flush()
        close(descriptor)
    }

    func begin(_ command: String) {
        flush()
        let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
        bytes += Array("> \(lines.joined(separator: "\n| "))\n".utf8)
    }

    func add(_ answer: [UInt8]) { bytes += answer }

    /// Writes what a command came to; what could be a token string is left out.
    private func flush() {
        guard !bytes.isEmpty else { return }
        var text = Self.plain(String(decoding: bytes, as: UTF8.self))
        for string in TokenString.occurrences(in: bytes) {
            text = text.replacing(string.revealed, with: "(a token string)")
        }
        _ = Descriptor.write(Array(text.utf8), to: descriptor)
        bytes = []
    }

    /// Without colours, and without what was there for a moment only.
    static func plain(_ text: String) -> String { text.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "") }

    /// A command of a recording, and what was answered.
    struct Exchange: Equatable {
        var command: String
        var answer: [String] = []
    }

    static func exchanges(_ text: String) -> [Exchange] {
        var exchanges: [Exchange] = []
        var isCommand = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("> ") {
                exchanges.append(Exchange(command: String(line.dropFirst(2))))
                isCommand = true
            } else if line.hasPrefix("| "), isCommand {
                exchanges[exchanges.count - 1].command += "\n" + line.dropFirst(2)
            } else if !exchanges.isEmpty {
                exchanges[exchanges.count - 1].answer.append(String(line))
                isCommand = false
            }
        }
        // The text ends with a line feed; a blank line may part one exchange from the next.
        for index in exchanges.indices {
            while exchanges[index].answer.last == "" { exchanges[index].answer.removeLast() }
        }
        return exchanges
    }
}
