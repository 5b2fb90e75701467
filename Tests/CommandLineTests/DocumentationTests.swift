internal import Foundation
internal import ProgramSupport
internal import Testing

/// Every command in the documentation is run, page by page, in a copy of the files of a clone.
@Suite struct DocumentationTests {
    /// Blocks of commands that build the program or configure the user's shell.
    private static let unrunnable = [
        """
        make demo    # builds, makes a demo store, decides 10,000 requests and the published Todo scenario,
                     # and prints the counts, one decision explained with file and line, and commands to try next
        make test    # runs every test, and prints how many passed
        """,
        """
        export PATH="$(swift build -c release --show-bin-path):$PATH"    # after `make build` or `make demo`
        """,
    ]

    /// The page whose commands build a package: `EmbeddingTests` runs them.
    private static let pageOfPackage = "docs/embedding.md"

    /// The page that begins in an empty folder.
    private static let pageFromNothing = "docs/first-policy.md"

    @Test func `code blocks name their language, and commands are in blocks that are run`() throws {
        let documents = try Document.all(in: Session.root)
        #expect(documents.count > 3)
        var texts: Set<String> = []
        for document in documents {
            #expect(document.loose.isEmpty, "\(document.path): a command that no test runs: fence it as `console`")
            for block in document.blocks {
                let known = ["console", "sh", "lua", "json", "text", "swift"]
                #expect(known.contains(block.language), "\(document.path):\(block.line): `\(block.language)`")
                texts.insert(block.text)
            }
        }
        let commands = documents.flatMap(\.blocks).filter { $0.language == "console" }.flatMap(\.commands)
        #expect(commands.count > 20 && commands.contains { !$0.output.isEmpty })
        #expect(documents.contains { !$0.recordings.isEmpty })
        for text in Self.unrunnable { #expect(texts.contains(text), "no page has this any more: \(text)") }
    }

    @Test(arguments: try Document.all(in: Session.root).map(\.path))
    func `the commands of a page do what the page says`(path: String) async throws {
        await #expect(processExitsWith: .success) { [path] in
            try Self.run(path)
        }
    }

    /// Runs in a process of its own, because it changes the working directory.
    private static func run(_ path: String) throws {
        let session = Session()
        for name in path == pageFromNothing ? [] : ["policies", "plugins", "examples"] {
            try FileManager.default.copyItem(atPath: "\(Session.root)/\(name)", toPath: "\(session.folder)/\(name)")
        }
        let document = try #require(try Document.all(in: Session.root).first { $0.path == path })
        #expect(FileManager.default.changeCurrentDirectoryPath(session.folder))
        var shell = Shell(environment: ["DEMILUNE_AT": "2026-11-22T12:00:00Z", "XDG_DATA_HOME": session.keys])
        try runConsole(document, path, &shell)
        // A recorded session in the page still gives the same output.
        let recording = document.recordings
        guard !recording.isEmpty else { return }
        _ = try session.file("recording.txt", recording.joined(separator: "\n"))
        let answer = session.run(
            "repl", "--log", "decisions.ndjson", input: "replay recording.txt\n",
            environment: ["DEMILUNE_STORE": "demilune.db", "DEMILUNE_POLICIES": "policies"])
        #expect(answer.status == 0, "\(path) is answered otherwise:\n\(answer.output)\(answer.errors)")
    }

    private static func runConsole(_ document: Document, _ path: String, _ shell: inout Shell) throws {
        guard path != pageOfPackage else { return }
        for block in document.blocks
        where ["console", "sh"].contains(block.language) && !unrunnable.contains(block.text) {
            let commands = block.commands
            for (index, command) in commands.enumerated() {
                let result = try shell.run(command.text, document: command.input)
                let place = "\(path):\(command.line): `\(command.text)`"
                #expect(command.states(result.lines), "\(place) printed:\n\(result.lines.joined(separator: "\n"))")
                let isAsked = index + 1 < commands.count && commands[index + 1].text == "echo $?"
                if !isAsked { #expect(result.status == 0, "\(place) ends with \(result.status)") }
            }
        }
    }

    @Test(arguments: [
        (["a", "b"], ["a", "b"], true), (["a"], ["a", "b"], false), (["a", "…"], ["a", "b", "c"], true),
        (["…", "c"], ["a", "b", "c"], true), (["…", "c"], ["a", "b"], false), (["a…c"], ["abc"], true),
        (["a…c"], ["ab"], false), (["…b…"], ["abc"], true), (["…"], [], true), (["ab…ba"], ["aba"], false),
    ])
    func `an ellipsis matches any text`(stated: [String], printed: [String], isSame: Bool) {
        let command = Document.Command(line: 1, text: "", output: stated.map { $0[...] })
        #expect(command.states(printed.map { $0[...] }) == isSame)
    }
}
