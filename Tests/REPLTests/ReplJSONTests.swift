internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// The JSON output of the REPL for programs.
struct ReplJSONTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func output(_ lines: [String]) -> String {
        session.run(
            [
                "repl", "--tenant", "3", "--log", session.folder + "/decisions.ndjson", "--policies",
                session.folder + "/policies",
            ],
            input: Array((lines.joined(separator: "\n") + "\n").utf8)
        ).output
    }

    /// Every command but `quit`, which prints nothing, and `edit`, which is for a person.
    private var lines: [String] {
        [
            "use", "use 'EDI Schenker'", "use --none", "subject", "subject --none", "as carla", "as", "at",
            "at 2027-01-15", "at now", "tenant", "tenant 3",
            "can orders.read on order in Sales", "why", "why not", "flip", "= request.token.name",
            "may carla/a-carla-1 reveal 'Warehouse sync'", "who can orders.read on order in Sales --size 2",
            "who may reveal 'Warehouse sync'", "what can 'Warehouse sync'",
            "compare 'Warehouse sync' 'Bank reconciliation' orders.read on order in Sales",
            "timeline orders.read on order in Sales", "suppose user deactivate bjorn", "suppose", "suppose reset",
            "denied", "why #1", "cost", "trace", "trace on", "trace off", "policies", "policy department_scope",
            "reload", "watch", "watch on", "watch off", "try", "try \(Session.policies)", "try off", "plugin",
            "plugin cidr 10.0.0.0/8 10.1.2.3", "record", "record \(session.folder)/said.txt", "record off",
            "replay \(session.folder)/kept.txt", "save last as 'it reads'", "help", "help can", "help token",
        ]
    }

    @Test func `every command answers --json with one value`() throws {
        for name in ["policies", "plugins"] {
            try FileManager.default.copyItem(atPath: "\(Session.root)/\(name)", toPath: "\(session.folder)/\(name)")
        }
        _ = session.run(
            "decide", "Warehouse sync", "orders.read", "order:1", "department=Finance", "--tenant", "3", "--log",
            session.folder + "/decisions.ndjson")
        _ = try session.file("kept.txt", "> tenant\n3  Nordlys\n")
        var said: Set<String> = []
        for line in lines {
            var prelude = ["use 'Warehouse sync'", "can orders.read on order in Sales"]
            if line == "suppose" { prelude.append("suppose user deactivate bjorn") }
            let start = output(prelude)
            let all = output(prelude + ["\(line) --json"])
            let answer = all.dropFirst(start.count)
            #expect(throws: Never.self, "\(line): \(answer)") { try JSONReader.parse(Array(answer.utf8)) }
            said.insert(Repl.verbs.filter { line == $0.name || line.hasPrefix($0.name + " ") }.map(\.name).max() ?? "")
            try? FileManager.default.removeItem(atPath: session.folder + "/said.txt")
        }
        #expect(Set(Repl.commands.map(\.verb.name)).subtracting(said) == ["quit", "edit"])
    }
}

/// The times at which the REPL reads the store.
struct ReplReadingTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    @Test func `the prompt does not wait until users and tokens are read`() throws {
        let repl = try session.repl("--tenant", "3")
        #expect(repl.prompt == "3 · at 2026-11-22 13:00> " && repl.greeting.contains("2 tenants"))
        #expect(repl.snapshot.directory.users.isEmpty && repl.snapshot.directory.tokens.isEmpty)
        try repl.snapshot.refresh()
        #expect(repl.snapshot.directory.users.count == 30 && repl.snapshot.directory.tokens.isEmpty)
    }

    @Test func `reading all tokens can be interrupted, and the earlier state stays`() throws {
        let text = session.run("export", "--tokens").output
        var organisation = try Organisation(json: try JSONReader.parse(Array(text.utf8)))
        let model = organisation.tenants[0].tokens[0]
        organisation.tenants[0].tokens += (1...3_000).map { number in
            var token = model
            (token.id, token.name) = (TokenID(high: 9, low: UInt64(number)), "more \(number)")
            return token
        }
        let file = try session.file("more.json", organisation.json.compact)
        let done = session.run("import", file)
        #expect(done.status == 0, "\(done.errors)")
        let repl = try session.repl("--tenant", "3")
        var told: [(Int, Int)] = []
        let error = #expect(throws: CommandError.self) {
            try repl.snapshot.whole { done, total in
                told.append((done, total))
                return told.count < 2
            }
        }
        #expect(error?.status == ExitStatus.interrupted)
        #expect(told.map(\.0) == [1_024, 2_048] && told.allSatisfy { $0.1 == 3_100 })
        #expect(!repl.snapshot.holdsAll && repl.snapshot.directory.tokens.isEmpty)
        #expect(try repl.snapshot.whole { _, _ in true }.tokens.count == 3_100)
    }
}
