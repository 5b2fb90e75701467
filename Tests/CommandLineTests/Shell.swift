internal import Foundation
internal import ProgramSupport

/// The part of a shell that the documentation needs: quotes, `|`, `>`, `cat`, `echo $?`, `head -n N`, `grep -F TEXT`, `cp`, `rm`,
/// and the program.
///
/// It uses the working directory, so it needs a process of its own.
struct Shell {
    private var status: Int32 = 0
    private let environment: [String: String]

    /// The output of a line, results first, and the status of its last command.
    struct Result {
        let status: Int32
        let lines: [Substring]
    }

    enum Fault: Error {
        case unknown(String)
    }

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// - Parameter document: the input of the first command.
    mutating func run(_ line: String, document: [Substring] = []) throws -> Result {
        var input = Array(document.map { $0 + "\n" }.joined().utf8)
        var errors = ""
        for words in Self.words(line).split(separator: .operator("|"), omittingEmptySubsequences: false) {
            var arguments = words.compactMap { if case .word(let word) = $0 { word } else { nil } }
            var target: String?
            if let place = words.firstIndex(of: .operator(">")) {
                target = arguments.removeLast()
                guard place == words.endIndex - 2 else { throw Fault.unknown(line) }
            }
            guard let name = arguments.first else { throw Fault.unknown(line) }
            let output: [UInt8]
            switch (name, arguments.dropFirst().joined(separator: " ")) {
            case ("demilune", _):
                let result = Program.run(Array(arguments.dropFirst()), input: input, environment: environment)
                status = result.status
                errors += result.errors
                output = Array(result.output.utf8)
            case ("echo", "$?"):
                output = Array("\(status)\n".utf8)
                status = 0
            case ("head", let rest) where rest.hasPrefix("-n "):
                guard let count = Int(rest.dropFirst(3)) else { throw Fault.unknown(line) }
                let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                output = Array(lines.prefix(count).map { $0 + [UInt8(ascii: "\n")] }.joined())
                status = 0
            case ("grep", _) where arguments.count == 3 && arguments[1] == "-F":
                let lines = String(decoding: input, as: UTF8.self).split(separator: "\n")
                output = Array(lines.filter { $0.contains(arguments[2]) }.map { "\($0)\n" }.joined().utf8)
                status = output.isEmpty ? 1 : 0
            case ("cat", ""):
                output = input
                status = 0
            case ("cp", _) where arguments.count == 3:
                try Data(contentsOf: URL(filePath: arguments[1])).write(to: URL(filePath: arguments[2]))
                output = []
                status = 0
            case ("cp", _) where arguments.count == 4 && arguments[1] == "-r":
                try FileManager.default.copyItem(atPath: arguments[2], toPath: arguments[3])
                output = []
                status = 0
            case ("rm", _) where arguments.count == 2:
                try FileManager.default.removeItem(atPath: arguments[1])
                output = []
                status = 0
            default: throw Fault.unknown(line)
            }
            if let target {
                try Data(output).write(to: URL(filePath: target))
                input = []
            } else {
                input = output
            }
        }
        let printed = String(decoding: input, as: UTF8.self) + errors
        var lines = printed.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return Result(status: status, lines: lines)
    }

    private enum Word: Equatable {
        case word(String)
        case `operator`(Character)
    }

    private static func words(_ line: String) -> [Word] {
        var words: [Word] = []
        var word: String?
        var quote: Character?
        for character in line {
            switch (character, quote) {
            case (_, .some(let open)) where character == open: quote = nil
            case (_, .some): word = (word ?? "") + String(character)
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (" ", nil), ("|", nil), (">", nil):
                if let word { words.append(.word(word)) }
                word = nil
                if character != " " { words.append(.operator(character)) }
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(.word(word)) }
        return words
    }
}
