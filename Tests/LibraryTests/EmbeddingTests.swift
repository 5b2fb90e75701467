import Foundation
import Testing

/// The program that embeds the library, and its page.
@Suite struct EmbeddingTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    /// The blocks of the page in a language, without their fences.
    private static func blocks(_ language: String) throws -> [String] {
        try text("docs/embedding.md").components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
    }

    @Test func `the page shows lines of the program`() throws {
        let program =
            try Self.text("examples/embedding/Sources/embedding/main.swift")
            + Self.text("examples/embedding/Package.swift")
        let lines = Set(program.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        let shown = try Self.blocks("swift").flatMap { $0.split(separator: "\n") }
        #expect(shown.count >= 8)
        for line in shown { #expect(lines.contains(line.trimmingCharacters(in: .whitespaces)), "\(line)") }
    }

    /// Builds the package from nothing: one of the long tests.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DEMILUNE_LONG"] == "1"))
    func `the program builds, and prints what its page says`() throws {
        let blocks = try Self.blocks("console")
        #expect(blocks.count == 1)
        var lines = blocks[0].split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        // The command takes two lines.
        let command = [lines.removeFirst().dropFirst(2).dropLast(), lines.removeFirst()[...]].joined(separator: " ")
        let shell = Process()
        (shell.executableURL, shell.arguments) = (URL(filePath: "/bin/sh"), ["-c", command])
        shell.currentDirectoryURL = URL(filePath: Self.root)
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let printed = String(decoding: try #require(try output.fileHandleForReading.readToEnd()), as: UTF8.self)
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(printed.split(separator: "\n").map(String.init) == lines)
    }
}
