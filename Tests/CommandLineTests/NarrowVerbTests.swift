internal import Foundation
internal import ProgramSupport
internal import Testing

/// Tokens limited to what they used, on the command line.
@Suite struct NarrowVerbTests: DemoStoreTests {
    let session = Session()
    private var log: String { session.folder + "/log.ndjson" }

    init() throws {
        #expect(session.run("init", "--demo").status == 0)
        // Anna administers everything; this token of hers is used to read orders of the north.
        let made = demilune(
            "token", "create", "--name", "Sync", "--expires", "2027-06-30", "--user", "anna", "--assignment", "a-anna-1"
        )
        #expect(made.status == 0, "\(made.errors)")
        for words in [["orders.read", "order:1"], ["orders.read", "order:2"], ["orders.create", "order:3"]] {
            let result = session.run(
                ["decide", "Sync"] + words + ["department=d-sales-north", "ip=10.1.2.3", "--log", log],
                environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 0, "\(result.output)\(result.errors)")
        }
    }

    private func narrow(_ words: String...) -> Session.Result {
        session.run(["token", "narrow", "--from-log", log] + words, environment: ["DEMILUNE_TENANT": "3"])
    }

    @Test func `a token is narrowed to what it used, after a preview`() throws {
        let preview = narrow("Sync", "--also", "networks")
        #expect(preview.status == 0, "\(preview.errors)")
        for line in [
            "only orders.create, orders.read", "within Sales North", "from 10.1.2.0/24", "takes away",
            "3 logged requests of 3 decided again and permitted",
        ] { #expect(preview.output.contains(line), "\(line)\n\(preview.output)") }
        #expect(preview.errors.contains("nothing is changed yet; to do it, add: --yes"))
        #expect(!demilune("token", "show", "Sync").output.contains("only orders"))
        let done = narrow("Sync", "--also", "networks", "--yes", "--reason", "least privilege")
        #expect(done.status == 0 && done.output == "1 token narrowed\n", "\(done.errors)")
        let ceiling = try #require(try json("token", "show", "Sync")["ceiling"] as? [String: Any])
        #expect(ceiling["permissions"] as? [String] == ["orders.create", "orders.read"])
        #expect(ceiling["departments"] as? [String] == ["d-sales-north"])
        #expect(ceiling["networks"] as? [String] == ["10.1.2.0/24"])
        // Nothing that is logged is refused now, and everything else is.
        let replay = demilune("replay", log)
        #expect(replay.status == 0 && replay.errors.contains("3 unchanged"), "\(replay)")
        let other = demilune("decide", "Sync", "orders.delete", "order:1", "department=d-sales-north", "ip=10.1.2.3")
        #expect(other.status == 2 && other.output.contains("above_ceiling"), "\(other.output)")
        let entry = demilune("log", "list", "--act", "token.amend", "--json")
        #expect(entry.output.contains("least privilege") && entry.output.contains("10.1.2.0/24"), "\(entry.output)")
        let again = narrow("Sync", "--also", "networks", "--yes")
        #expect(again.status == 0 && again.output.contains("it used all that it has"), "\(again)")
        #expect(again.errors.contains("no token is narrowed"))
    }

    @Test func `several tokens are narrowed by what was reviewed, or none`() throws {
        let preview = narrow("--user", "anna", "--json")
        #expect(preview.status == 0, "\(preview.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(preview.output.utf8)) as? [String: Any])
        let digest = try #require(object["digest"] as? String)
        let rows = try #require(object["tokens"] as? [[String: Any]])
        let proposed = rows.filter { $0["proposed"] is [String: Any] }
        #expect(proposed.count == 1 && proposed[0]["name"] as? String == "Sync" && rows.count > 1)
        #expect(rows.filter { $0["proposed"] is NSNull }.allSatisfy { $0["why_none"] is String })
        let table = narrow("--user", "anna")
        #expect(
            table.output.contains("none: ")
                && table.errors.contains("1 of \(rows.count) tokens would be narrowed"))
        #expect(table.errors.contains("--yes --digest \(digest)"))
        #expect(narrow("--user", "anna", "--yes").status == 64)
        // What was reviewed is not what would be done now.
        _ = demilune("decide", "Sync", "orders.approve", "order:1", "department=d-sales-north", "--log", log)
        let stale = narrow("--user", "anna", "--yes", "--digest", digest)
        #expect(stale.status == 1 && stale.errors.contains("no longer match the digest"), "\(stale)")
        let now = try #require(
            try JSONSerialization.jsonObject(with: Data(narrow("--user", "anna", "--json").output.utf8))
                as? [String: Any])
        let done = narrow("--user", "anna", "--yes", "--digest", try #require(now["digest"] as? String))
        #expect(done.status == 0 && done.output == "1 token narrowed\n", "\(done)")
    }

    @Test func `a token of which nothing is known is not narrowed, and that is a failure`() {
        for words in [[], ["--yes"]] {
            let result = session.run(
                ["token", "narrow", "Warehouse sync", "--from-log", log] + words, environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 1, "\(result)")
            // Its last use is newer than the log.
            #expect(result.output.contains("the store knows of a use at 2026-09-17T"), "\(result.output)")
        }
    }

    @Test func `a log with lines that may be uses proves nothing`() throws {
        let text = try String(contentsOfFile: log, encoding: .utf8)
        try Data((text + "{\"broken\n").utf8).write(to: URL(filePath: log))
        let result = narrow("Sync", "--yes")
        #expect(result.status == 1 && result.errors.contains("nothing is changed"), "\(result)")
        #expect(!demilune("token", "show", "Sync").output.contains("only orders"))
    }

    @Test func `what derived tokens did counts as done by their parents`() throws {
        let made = try json("token", "derive", "Sync", "--for", "1h")
        let child = try #require(made["id"] as? String)
        let result = session.run(
            ["decide", child, "orders.approve", "order:4", "department=d-sales-south", "--log", log],
            environment: ["DEMILUNE_TENANT": "3"])
        #expect(result.status == 0, "\(result)")
        let preview = narrow("Sync")
        #expect(preview.output.contains("only orders.approve, orders.create, orders.read"), "\(preview.output)")
        #expect(
            preview.output.contains("within Sales North, Sales South")
                && preview.errors.contains("1 derived token would"))
        let done = narrow("Sync", "--yes")
        #expect(done.status == 0 && done.errors.contains("derived from it: 1 narrowed"), "\(done)")
        #expect(done.errors.contains("the log begins at"))
        let replay = demilune("replay", log)
        #expect(replay.status == 0 && replay.errors.contains("4 unchanged"), "\(replay)")
    }

    @Test func `a purpose that the store would write in another way is not proposed`() throws {
        for purpose in ["nightly export", "nightly  export "] {
            let log = session.folder + "/\(purpose.count).ndjson"
            let result = session.run(
                ["decide", "Sync", "orders.read", "order:1", "department=d-sales", "purpose=\(purpose)", "--log", log],
                environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 0, "\(result)")
            let preview = demilune("token", "narrow", "Sync", "--from-log", log, "--also", "purpose")
            #expect(preview.output.contains("for nightly") == (purpose == "nightly export"), "\(preview)")
        }
    }

    @Test func `a log with a gap proves nothing`() throws {
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").filter {
            !$0.contains("order:2") && !$0.contains("\"id\":\"2\"")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: log))
        let result = narrow("Sync", "--yes")
        #expect(result.status == 1 && result.errors.contains("removed or moved"), "\(result)")
    }

    @Test func `who may not amend a token narrows none, and is logged`() {
        let result = narrow("Sync", "--as", "bjorn/a-bjorn-1", "--yes")
        #expect(result.status == 2, "\(result)")
        #expect(!demilune("token", "show", "Sync").output.contains("only orders"))
    }

    @Test func `wrong use is told`() {
        #expect(demilune("token", "narrow", "Sync").errors.contains("option --from-log"))
        #expect(narrow("Sync", "--user", "anna").status == 64)
        let also = narrow("Sync", "--also", "uses")
        #expect(also.status == 64 && also.errors.contains("networks, hours, purpose"), "\(also)")
        let none = session.run("token", "narrow", "Sync", "--from-log", "-")
        #expect(none.status == 64 && none.errors.contains("`--from-log` must be a file"), "\(none)")
    }
}
