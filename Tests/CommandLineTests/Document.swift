internal import Foundation

/// A page of the documentation, with its fenced blocks and their commands.
struct Document {
    struct Block {
        /// The word after the fence: `console`, `lua` …
        let language: String
        /// The number of the line under the fence.
        let line: Int
        let lines: [Substring]
        var text: String { lines.joined(separator: "\n") }
    }

    struct Command {
        let line: Int
        let text: String
        /// The lines under it; empty when the page shows no output.
        let output: [Substring]
        /// The lines between `<<'END'` and `END`, which the command reads.
        var input: [Substring] = []
    }

    let path: String
    private(set) var blocks: [Block] = []
    /// The numbers of lines outside of fences that are indented as code and begin with the program's name.
    private(set) var loose: [Int] = []

    init(path: String, text: String) {
        self.path = path
        var open: (language: String, line: Int, lines: [Substring])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(Block(language: block.language, line: block.line, lines: block.lines))
                    open = nil
                } else {
                    open = (String(line.dropFirst(3)), index + 2, [])
                }
            } else if open != nil {
                open!.lines.append(line)
            } else if line.hasPrefix("    demilune ") {
                loose.append(index + 1)
            }
        }
    }

    /// The recorded sessions of the REPL.
    var recordings: [String] {
        blocks.filter { $0.language == "text" && $0.text.hasPrefix("> ") }.map(\.text)
    }

    /// The pages for newcomers, with their paths in the checkout.
    static func all(in root: String) throws -> [Document] {
        let pages = try FileManager.default.contentsOfDirectory(atPath: root + "/docs").filter { $0.hasSuffix(".md") }
        let examples = ["authzen-todo", "documents", "hospital", "kubernetes", "repositories"].map {
            "examples/\($0)/README.md"
        }
        let paths = ["README.md"] + pages.sorted().map { "docs/\($0)" } + examples
        return try paths.map { path in
            Document(path: path, text: try String(contentsOf: URL(filePath: "\(root)/\(path)"), encoding: .utf8))
        }
    }
}

extension Document.Block {
    /// The end of a command that reads the lines under it.
    private static let document = " <<'END'"

    /// The commands of a block: in `console` every `$ command` with the output under it, in `sh` every line. A `\` at
    /// the end joins the next line, and `<<'END'` takes the lines until `END` as input.
    var commands: [Document.Command] {
        var commands: [Document.Command] = []
        var rest = Array(lines.enumerated())[...]
        while let (index, line) = rest.popFirst() {
            var text: String
            if language == "console" {
                guard line.hasPrefix("$ ") else { continue }
                text = String(line.dropFirst(2))
            } else {
                guard !line.isEmpty, !line.hasPrefix("#") else { continue }
                text = String(line)
            }
            while text.hasSuffix("\\"), let (_, next) = rest.popFirst() {
                text = "\(text.dropLast())\(next.drop { $0 == " " })"
            }
            var input: [Substring] = []
            if text.hasSuffix(Self.document) {
                text.removeLast(Self.document.count)
                input = rest.prefix { $0.element != "END" }.map(\.element)
                rest = rest.dropFirst(input.count + 1)
            }
            let output = language == "console" ? rest.prefix { !$0.element.hasPrefix("$ ") }.map(\.element) : []
            commands.append(Document.Command(line: self.line + index, text: text, output: output, input: input))
        }
        return commands
    }
}

extension Document.Command {
    /// True when these lines match the page. `…` matches any text, and on a line of its own any lines.
    func states(_ lines: [Substring]) -> Bool {
        output.isEmpty
            || Self.match(output.map(String.init)[...], lines.map(String.init)[...]) { pattern, line in
                let parts = pattern.split(separator: "…", omittingEmptySubsequences: false).map(String.init)
                return Self.match(parts, line)
            }
    }

    private static func match(
        _ patterns: ArraySlice<String>, _ lines: ArraySlice<String>, _ one: (String, String) -> Bool
    ) -> Bool {
        guard let pattern = patterns.first else { return lines.isEmpty }
        if pattern == "…" {
            return (lines.startIndex...lines.endIndex).contains { match(patterns.dropFirst(), lines[$0...], one) }
        }
        guard let line = lines.first, one(pattern, line) else { return false }
        return match(patterns.dropFirst(), lines.dropFirst(), one)
    }

    /// True when the line has these parts in order, the first at its beginning and the last at its end.
    private static func match(_ parts: [String], _ line: String) -> Bool {
        guard parts.count > 1 else { return parts[0] == line }
        guard line.hasPrefix(parts[0]) else { return false }
        var rest = line.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(parts.last!)
    }
}
