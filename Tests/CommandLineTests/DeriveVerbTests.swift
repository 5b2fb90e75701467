internal import Foundation
internal import ProgramSupport
internal import Testing

/// Tokens that are derived from tokens, on the command line.
@Suite struct DeriveVerbTests: DemoStoreTests {
    let session = Session()
    private let string: String

    init() throws {
        #expect(session.run("init", "--demo").status == 0)
        let made = session.run(
            [
                "token", "create", "--name", "Feed", "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
                "a-bjorn-1", "--from", "10.0.0.0/8", "--json",
            ], environment: ["DEMILUNE_TENANT": "3"])
        let object = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
        string = try #require(object?["token"] as? String, "\(made)")
    }

    private func object(_ result: Session.Result) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result)")
    }

    private func derived(_ words: String...) throws -> (id: String, string: String) {
        let result = session.run(
            ["token", "derive", "Feed", "--json"] + words, environment: ["DEMILUNE_TENANT": "3"])
        #expect(result.status == 0, "\(result)")
        let made = try object(result)
        return (try #require(made["id"] as? String), try #require(made["token"] as? String))
    }

    private func decide(_ string: String, _ action: String, _ words: String...) -> Session.Result {
        session.run(
            ["decide", "-", action, "order:1", "department=d-sales", "ip=10.1.2.3"] + words,
            input: Array(string.utf8), environment: ["DEMILUNE_TENANT": "3"])
    }

    @Test func `a derived token does what its parent does, less what was taken away, and ends with it`() throws {
        let child = try derived("--only", "orders.read", "--for", "15m")
        #expect(decide(string, "orders.create").status == 0)
        #expect(decide(child.string, "orders.read").status == 0)
        let other = decide(child.string, "orders.create")
        #expect(other.status == 2 && other.output.contains("above_ceiling"), "\(other)")
        let late = decide(child.string, "orders.read", "--at", "2026-11-22T12:15:00Z")
        #expect(late.status == 2 && late.output.contains("token_expired"), "\(late)")
        let shown = demilune("token", "show", child.id)
        let parent = try #require(try json("token", "show", "Feed")["id"] as? String)
        #expect(shown.output.contains("Parent") && shown.output.contains(parent), "\(shown.output)")
        #expect(
            demilune("token", "show", "Feed").output.contains(
                "Derived Tokens            \(child.id)  until 2026-11-22 13:15"))
        #expect(try json("token", "show", "Feed")["derived_tokens"] as? [String] == [child.id])
        let expiring = demilune("token", "expiring", "--within", "30d")
        #expect(!expiring.output.contains("derived") && expiring.errors.contains("; 1 derived from others, left out"))
        let preview = demilune("token", "revoke", "Feed")
        #expect(preview.errors.contains("1 would be revoked, and 1 that was derived from them;"), "\(preview)")
        let revoked = demilune("token", "revoke", "Feed", "--yes")
        #expect(revoked.status == 0 && revoked.errors.contains("derived from it: 1 revoked"), "\(revoked)")
        let ended = decide(child.string, "orders.read")
        #expect(ended.status == 2 && ended.output.contains("token_revoked"), "\(ended)")
        let log = demilune("log", "list", "--token", child.id, "--json").output
        #expect(log.contains("token.derive") && log.contains("follows"), "\(log)")
    }

    @Test func `a token derives from itself, also where its ceiling limits networks`() throws {
        let made = demilune("token", "derive", "--as", "-", "--only", "orders.read", "--json", input: string)
        #expect(made.status == 0, "\(made)")
        let child = try object(made)
        let own = try #require(child["token"] as? String)
        #expect(decide(own, "orders.read").status == 0)
        // Its child derives as well, but administers nothing else.
        let grandchild = demilune("token", "derive", "--as", "-", "--json", input: own)
        #expect(grandchild.status == 0, "\(grandchild)")
        let revoking = demilune("token", "revoke", "Warehouse sync", "--as", "-", "--yes", input: own)
        #expect(revoking.status == 2, "\(revoking)")
    }

    @Test func `what a derived token did counts as done by its parent, in the session too`() throws {
        let child = try derived("--for", "15m")
        let log = session.folder + "/log.ndjson"
        #expect(decide(child.string, "orders.create", "--log", log).status == 0)
        // Once it is over, too.
        for options in [[], ["--at", "2026-11-22T13:00:00Z"]] {
            let result = session.run(
                ["repl", "--log", log] + options, input: Array("what can 'Feed' --json\n".utf8),
                environment: ["DEMILUNE_TENANT": "3"])
            let needs = try #require(try object(result)["needs"] as? [String: Any], "\(result)")
            #expect("\(needs)".contains("orders.create"), "\(needs)")
        }
    }

    @Test func `what is wider, longer or not permitted is refused, and nothing is made`() throws {
        for (words, status, text) in [
            (["--for", "2d"], 2, "derived_too_long"), (["--only", "orders.read,users.read"], 1, "does not have"),
            (["--from", ""], 1, "would be wider (networks)"), (["--for", "0m"], 64, "`--for`"),
            (["--as", "carla/a-carla-1"], 2, "there is no token"),
            (["--from", "192.0.2.0/24"], 1, "would be wider (networks)"),
        ] {
            let result = session.run(
                ["token", "derive", "Feed"] + words, environment: ["DEMILUNE_TENANT": "3"])
            #expect(
                Int(result.status) == status && (result.errors + result.output).contains(text), "\(words) \(result)")
        }
        #expect(demilune("token", "derive").status == 64)
        #expect(demilune("token", "list", "--search", "derived").output.contains("Feed") == false)
    }
}
