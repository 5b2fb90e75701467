internal import CommandLine
internal import Decisions
internal import Files
internal import Tokens

/// A session as text: commands after `> `, their further lines after `| `, and answers as printed.
///
/// `replay` reads it. It never contains a token string.
final class Recording {
    let path: String
    private let file: OpenFile
    private var bytes: [UInt8] = []
    /// Texts of the last command that look like a part of a token string: its answer may quote them.
    private var secrets: [String] = []

    init(_ path: String) throws(CommandError) {
        self.path = path
        do throws(FileError) { file = try OpenFile(path, for: .making(mode: 0o600)) } catch {
            let reason = error.code == .exists ? "the file already exists" : error.reason
            throw CommandError("cannot record into `\(path)`: \(reason)")
        }
    }

    deinit { flush() }

    func begin(_ command: String) {
        flush()
        secrets = TokenString.parts(in: Array(command.utf8))
        let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
        bytes += Array("> \(lines.joined(separator: "\n| "))\n".utf8)
    }

    func add(_ answer: [UInt8]) { bytes += answer }

    /// Writes the last command with its answer, replacing everything that could be a token string.
    private func flush() {
        guard !bytes.isEmpty else { return }
        var text = Self.plain(String(decoding: bytes, as: UTF8.self))
        for secret in TokenString.occurrences(in: bytes).map(\.revealed) + secrets {
            text = text.replacing(secret, with: "(a token string)")
        }
        try? file.write(Array(text.utf8))
        bytes = []
    }

    /// The text without colours and other escape sequences.
    static func plain(_ text: String) -> String { text.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "") }

    /// A command of a recording, and its answer.
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
        // The text ends with a line feed; a blank line may separate two exchanges.
        for index in exchanges.indices {
            while exchanges[index].answer.last == "" { exchanges[index].answer.removeLast() }
        }
        return exchanges
    }
}
