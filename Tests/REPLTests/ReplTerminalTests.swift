internal import Foundation
internal import ProgramSupport
internal import Testing

/// The REPL on a terminal: keys in, screen out.
struct ReplTerminalTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func person(_ options: String..., policies: String = Session.policies) throws -> PersonAtTerminal {
        let person = try PersonAtTerminal(
            ["repl", "--tenant", "3", "--policies", policies] + options,
            environment: [
                "DEMILUNE_STORE": session.store, "DEMILUNE_AT": "2026-11-22T12:00:00Z", "XDG_DATA_HOME": session.keys,
                "XDG_STATE_HOME": session.folder, "TERM": "xterm", "PAGER": "", "NO_COLOR": "1",
            ])
        person.waitAtPrompt()
        return person
    }

    private var history: String { session.folder + "/demilune/history" }

    @Test func `Tab completes, and describes each candidate`() throws {
        let person = try person()
        person.type("use Ware\t")
        person.wait(for: "> use 'Warehouse sync'")
        person.type("\r")
        person.wait(for: "Warehouse sync · at 2026-11-22 13:00>")
        person.type("can ord\t\t")
        person.wait(for: "orders.approve  write")
        person.waitAtPrompt("can orders.")
        person.type("re\ton ord\tin Fin\t\r")
        person.wait(for: "Finance is outside Sales")
        #expect(person.leave() == 0)
    }

    @Test func `a piece of several lines is recalled as one, also in the next run, and found by searching`() throws {
        let first = try person()
        first.type("use 'Warehouse sync'\rcan orders.read on order in Sales\r= {\r  request.token.name,\r}\r")
        first.wait(for: "Warehouse sync }")
        first.waitAtPrompt()
        first.type("\u{1B}[A")
        first.waitAtPrompt("}")
        first.type("\u{03}")
        first.wait(for: "^C")
        #expect(first.leave() == 0)
        let again = try person()
        again.type("use 'Warehouse sync'\rcan orders.read on order in Sales\r")
        again.wait(for: "Integrator is permitted")
        again.waitAtPrompt()
        again.type("\u{12}request")
        again.wait(until: { $0.text.contains("bck:request") })
        again.type("\r")
        again.wait(until: { $0.text.components(separatedBy: "Warehouse sync }").count == 2 })
        #expect(again.leave() == 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: history)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try session.contents(of: history).contains(#""= {\n  request.token.name,\n}""#))
    }

    @Test func `200 pasted lines stay one piece, and all are executed`() throws {
        let person = try person()
        person.type("use 'Warehouse sync'\r")
        person.wait(for: "Warehouse sync · at")
        let lines = (1...200).map { "can orders.read on order:\($0) in Sales" }
        person.type("\u{1B}[200~\(lines.joined(separator: "\r"))\u{1B}[201~")
        person.waitAtPrompt("order:200 in Sales")
        person.type("\r")
        person.wait(for: "> can orders.read on order:200 in Sales\npermit")
        person.type("policy user_type_permissions\r")
        person.wait(for: "200×  6")
        #expect(person.leave() == 0)
        #expect(try session.contents(of: history).split(separator: "\n").count == 3)
    }

    @Test func `^C drops a line, and ends an endless evaluation`() throws {
        let person = try person()
        person.type("can nonsense\u{03}")
        person.wait(for: "^C")
        person.type("use 'Warehouse sync'\rcan orders.read on order in Sales\r")
        person.wait(for: "Integrator is permitted")
        person.waitAtPrompt()
        person.type("= (function() while true do end end)()\r")
        // Enter has moved the cursor to a new line: input from now on does not belong to the expression.
        person.wait(until: { $0.line.isEmpty })
        person.wait(meanwhile: { person.type("\u{03}") }, until: { $0.text.contains("stopped") })
        person.waitAtPrompt()
        person.type("= 1 + 1\r")
        person.wait(for: "a number")
        #expect(person.leave() == 0)
    }

    /// The terminal turns such a ^D into a zero byte, which a key can send too.
    @Test func `^D typed while a command runs is not lost, and a zero byte is no ^D`() throws {
        let person = try person()
        person.type("\0")
        person.type("can nonsense")
        person.waitAtPrompt("can nonsense")
        person.type("\u{03}")
        person.wait(for: "^C")
        person.waitAtPrompt()
        person.type("use 'Warehouse sync'\r")
        person.wait(for: "Warehouse sync · at")
        let lines = (1...3_000).map { "can orders.read on order:\($0) in Sales" }
        person.type("\u{1B}[200~\(lines.joined(separator: "\r"))\u{1B}[201~")
        person.waitAtPrompt("order:3000 in Sales")
        person.type("\r")
        person.wait(until: { $0.text.contains("> can orders.read on order:") && $0.text.contains("permit") })
        person.type("\u{04}")
        #expect(person.end() == 0)
    }

    @Test func `^C at a question means no, and a later y answers nothing`() throws {
        let person = try person()
        person.type("token revoke 'Warehouse sync'\r")
        person.waitAtPrompt("[y/N]")
        person.type("\u{03}")
        person.wait(for: "^C")
        person.waitAtPrompt()
        person.type("y\r")
        person.wait(for: "unknown verb `y`")
        person.waitAtPrompt()
        person.type("token show -\r")
        person.wait(for: "(not shown):")
        person.type("\u{03}")
        person.wait(until: { $0.text.components(separatedBy: "^C").count == 3 })
        #expect(person.leave() == 0)
        let listed = session.run("token", "list", "--tenant", "3", "--search", "Warehouse sync", "--json")
        #expect(listed.output.contains("Warehouse sync") && !listed.output.contains("revoked\": \"2"), "\(listed)")
    }

    @Test func `a new window size applies to the line and to tables`() throws {
        let person = try person()
        person.type("user li")
        person.waitAtPrompt("user li")
        person.resize(rows: 40, columns: 60)
        person.waitAtPrompt("user li")
        person.type("st\r")
        person.wait(for: "18 users")
        let rows = person.screen.text.split(separator: "\n").filter { $0.contains("anna") }
        #expect(rows.count == 1)
        #expect(person.leave() == 0)
    }

    @Test func `policies are broken and fixed during a session`() throws {
        let open =
            "local policy = { on = \"access\", grants = { \"*\" } }\n"
            + "function policy.decide(request) permit(\"as it is\") end\nreturn policy\n"
        let folder = try session.policies(["open": open])
        let person = try person(policies: folder)
        person.type("use 'Warehouse sync'\rwatch on\r")
        person.wait(for: "watching is on")
        person.type("can orders")
        person.waitAtPrompt("can orders")
        _ = try session.file("own/open.lua", "return {")
        person.wait(for: "the last good policies stay in force")
        person.waitAtPrompt("can orders")
        person.type(".read\r")
        person.wait(for: "as it is")
        _ = try session.file("own/open.lua", open.replacing("as it is", with: "as it was mended"))
        person.wait(for: "1 policy is in force")
        person.type("can orders.read\r")
        person.wait(for: "permitted: as it was mended")
        #expect(person.leave() == 0)
    }

    @Test func `a recording holds whole tables, whatever the width of the terminal`() throws {
        let person = try person()
        person.resize(rows: 40, columns: 60)
        let path = session.folder + "/session.txt"
        person.type("record \(path)\rtoken list --limit 3\r")
        person.wait(for: "3 of 35 API tokens")
        person.waitAtPrompt()
        person.type("record off\rtoken list --limit 3\r")
        person.wait(until: { $0.text.contains("…") })
        person.waitAtPrompt()
        person.type("replay \(path)\r")
        person.wait(for: "every answer is the same")
        #expect(person.leave() == 0)
        let recorded = try session.contents(of: path)
        #expect(recorded.contains(/\n[0-9a-f]{32}  .*Administrator  .*live\n/), "\(recorded)")
    }

    @Test func `watching notices plugins, their data and the settings`() throws {
        let open =
            "local org = use \"org\"\nlocal policy = { on = \"access\", grants = { \"*\" } }\n"
            + "function policy.decide(request) permit(\"as it is\") end\nreturn policy\n"
        let folder = try session.policies(["open": open], in: "watched/policies")
        try FileManager.default.copyItem(
            atPath: Session.root + "/plugins", toPath: session.folder + "/watched/plugins")
        let person = try person(policies: folder)
        person.type("watch on\r")
        person.wait(for: "watching is on")
        person.waitAtPrompt()
        _ = try session.file("watched/plugins/org/plugin.lua", "return {")
        person.wait(for: "the last good policies stay in force")
        let plugin = try session.contents(of: Session.root + "/plugins/org/plugin.lua")
        _ = try session.file("watched/plugins/org/plugin.lua", plugin + "-- changed\n")
        person.wait(for: "1 policy is in force")
        _ = try session.file("watched/policies/settings.json", #"{ "open": { "all": { "enabled": false } } }"#)
        person.wait(until: { $0.text.components(separatedBy: "1 policy is in force").count == 3 })
        #expect(person.leave() == 0)
    }

    @Test func `a line with a token string is not kept in the history`() throws {
        let string = try session.contents(
            of: {
                let made = session.run(
                    "token", "create", "--tenant", "3", "--user", "carla", "--name", "fresh", "--expires", "2027-01-01",
                    "--json")
                return try session.file("made.json", made.output)
            }())
        let secret = try #require(string.firstMatch(of: /dml_[0-9A-Za-z]+/)).output
        let person = try person()
        person.type("use \(secret)\rtenant\r")
        person.wait(for: "rotate the token")
        let middle = secret.dropFirst(6).dropLast(8)
        person.type("use '\(secret.prefix(20))''\(secret.dropFirst(20).dropLast())'\rpolicy \(middle)\r")
        person.wait(for: "there is no policy")
        person.waitAtPrompt()
        person.type("token show -\r")
        person.wait(for: "(not shown):")
        person.type("\(secret)\r")
        person.wait(for: "carla")
        #expect(person.leave() == 0)
        let kept = try session.contents(of: history)
        #expect(!kept.contains(secret) && !kept.contains(middle) && !kept.contains(secret.prefix(20)), "\(kept)")
        #expect(kept.contains("token show -"))
    }
}
