internal import Glibc
internal import ProgramSupport
internal import Testing

/// Texts of policies are capped in terminals, JSON and logs, and cannot move the cursor.
@Suite struct MessageTests {
    private static let texts = [
        "\\27[2J\\27]0;owned\\7", "a\\r\\nb\\n\\npermit  (permitted)", "a\\0b\\8\\127",
        "\\u{9b}31m\\u{85}\\u{2028}\\u{202e}timrep\\u{2066}",
        "\\xff\\xfe\\xc2", "{", "%s%n", "\\\\x1b[0m",
    ]

    /// A folder of policies with the shipped schema and one policy with this body of `decide`.
    private static func folder(_ session: Session, _ body: String) throws -> String {
        let folder = session.folder + "/policies"
        unsafe mkdir(folder, 0o700)
        let schema = try #require(read(Session.policies + "/schema.lua"))
        try write(schema, to: folder + "/schema.lua")
        try write("\nreturn { on = \"access\", decide = function(request)\n\(body)\nend }\n", to: folder + "/loud.lua")
        return folder
    }

    private static func read(_ path: String) -> String? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 22)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) throws {
        let file = try unsafe #require(unsafe fopen(path, "w"))
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    private static func remove(_ session: Session) {
        for name in ["policies/schema.lua", "policies/loud.lua", "log"] { unsafe unlink("\(session.folder)/\(name)") }
        unsafe rmdir("\(session.folder)/policies")
    }

    private static func isHarmless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A: true
            case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: false
            default: true
            }
        }
    }

    /// True when no text of a script begins a line of its own.
    private static func hasNoForgedLine(_ text: String) -> Bool {
        !text.split(separator: "\n").dropFirst().contains { $0.hasPrefix("permit") }
    }

    @Test(arguments: [
        "error(X, 0)", "error(X)", "deny(X)", "deny(\"no\", { code = X })", "advise(\"a\", { [X] = X })",
        "request = request local t = request[X]", "if request.action == X then deny(\"a\") end deny(\"b\")",
        "assert(false, X)",
        "request = request request.resource:has(X)", "request.token:can(X .. \"\")", "oblige(X)",
    ])
    func `a text of a policy moves no cursor, begins no line and is capped`(body: String) throws {
        let session = Session()
        defer { Self.remove(session) }
        #expect(session.run("init", "--demo").status == 0)
        for text in Self.texts.map({ "\"\($0)\"" }) + ["(\"m\"):rep(1000000)", "(\"\\27[A\"):rep(300000)"] {
            let folder = try Self.folder(session, body.replacing("X", with: text))
            let log = session.folder + "/log"
            unsafe unlink(log)
            let line = ["decide", "Warehouse sync", "orders.read", "order:1", "--tenant", "3", "--policies", folder]
            let words = session.run(line + ["--explain", "--log", log])
            let json = session.run(line + ["--json"])
            #expect(words.status == 2 && json.status == 2, "\(words.errors)")
            let logged = try #require(Self.read(log))
            for output in [words.output, words.errors, json.output, json.errors, logged] {
                #expect(Self.isHarmless(output), "\(body) \(text)")
                #expect(Self.hasNoForgedLine(output), "\(body) \(text)")
            }
            #expect(json.output.split(separator: "\n").count == 1)
            #expect(logged.split(separator: "\n").count == 1)
            // A constant in a comparison is part of the observed fact, which `--explain` and the log show in full.
            if !body.contains("==") { #expect(words.output.utf8.count + json.output.utf8.count < 12_000) }
        }
    }

    @Test func `a failure names its file and its line, whatever it was raised with`() throws {
        let session = Session()
        defer { Self.remove(session) }
        #expect(session.run("init", "--demo").status == 0)
        for body in [
            "error({})", "error(\"x\", 0)", "error(nil)", "error(\"x\", 50)", "error(12)",
            "local x = select(1, nil) + 1",
        ] {
            let folder = try Self.folder(session, body)
            let result = session.run(
                "decide", "Warehouse sync", "orders.read", "order:1", "--tenant", "3", "--policies", folder)
            #expect(result.output.contains("[\(folder)/loud.lua:3]"), "\(result.output)")
        }
    }
}
