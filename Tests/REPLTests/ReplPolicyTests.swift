internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// Policies that change during a session, and recorded sessions.
struct ReplPolicyTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func converse(_ lines: String..., policies: String = Session.policies) -> Session.Result {
        let input = Array((lines.joined(separator: "\n") + "\n").utf8)
        return session.run(["repl", "--tenant", "3", "--policies", policies], input: input)
    }

    @Test func `the modes of policies are those of the tenant in use`() throws {
        let folder = try session.policies(["open": Self.open, "other": Self.open])
        _ = try session.file("own/settings.json", #"{ "open": { "tenants": { "3": { "enabled": false } } } }"#)
        let result = converse("policies", "tenant acme", "policies", policies: folder)
        let modes = result.lines.filter { $0.hasPrefix("open ") }
        #expect(modes.count == 2 && modes[0].contains(" off ") && modes[1].contains(" decides "), "\(result)")
        #expect(result.errors.contains("modes of the tenant `acme`"))
    }

    private static let open = """
        -- Everything is permitted.
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          permit("as it is")
        end
        return policy
        """

    @Test func `policies are listed with their purpose and the number of their statements`() throws {
        let folder = try session.policies(["open": Self.open])
        let result = converse(
            "use 'Warehouse sync'", "can orders.read", "can orders.read", "policies --json", "policy open --json",
            "policy opne", policies: folder)
        #expect(result.output.contains(#""said": 2"#))
        #expect(result.output.contains("Everything is permitted."))
        #expect(result.output.contains(#""4": 2"#))
        #expect(result.errors.contains("did you mean `open`"))
    }

    @Test func `requests are decided by other policies side by side with those in force`() throws {
        let folder = try session.policies(["open": Self.open])
        let result = converse(
            "use 'Warehouse sync'", "try \(folder)", "can orders.read on order in Finance", "try off",
            "can orders.read on order in Sales")
        #expect(result.output.contains("Finance is outside Sales"))
        #expect(result.output.contains("as it is"))
        #expect(result.output.split(separator: "as it is").count == 2)
        #expect(converse("try nowhere").errors.contains("there is no folder `nowhere`"))
    }

    @Test func `broken policies are reported, and the last good ones stay`() throws {
        let folder = try session.policies(["open": Self.open])
        let repl = try session.repl("--tenant", "3", "--policies", folder)
        repl.watch(true)
        #expect(repl.noticed() == "")
        _ = try session.file("own/open.lua", "return {")
        #expect(repl.noticed().contains("the last good policies stay in force"))
        #expect(repl.inForce.contains("1 policy"))
        _ = try session.file("own/open.lua", Self.open + "\n-- mended\n")
        #expect(repl.noticed().contains("1 policy is in force"))
    }

    @Test func `a recording is replayed, and differences are shown`() throws {
        let path = session.folder + "/said.txt"
        let made = converse(
            "use 'Warehouse sync'", "record \(path)", "can orders.read on order in Sales", "can orders.read \\",
            "on order in Finance", "record off", "tenant")
        #expect(made.status == ExitStatus.done)
        let text = try session.contents(of: path)
        #expect(text.contains("> can orders.read on order in Sales\npermit"))
        #expect(text.contains("> can orders.read \\\n| on order in Finance\ndeny"))
        #expect(!text.contains("record off"))
        #expect(converse("replay \(path)").status == ExitStatus.done)
        _ = try session.file("said.txt", text.replacing("permit  (permitted)", with: "deny  (denied)"))
        let different = converse("replay \(path)")
        #expect(different.status == ExitStatus.gate)
        #expect(different.output.contains("- deny  (denied)\n+ permit  (permitted)"))
        #expect(converse("record \(path)").errors.contains("the file already exists"))
    }

    @Test func `a recording contains no token string`() throws {
        let path = session.folder + "/said.txt"
        _ = converse("record \(path)", "token reveal 'Warehouse sync' --json", "token list --size 1", "record off")
        let text = try session.contents(of: path)
        #expect(text.contains("(a token string)"))
        #expect(!text.contains("dml_"))
    }

    @Test func `the cost of a decision is shown by policy`() {
        let result = converse("use 'Warehouse sync'", "can orders.read on order in Sales", "cost --json")
        #expect(result.output.contains(#""policy": "department_scope""#))
        #expect(result.output.contains(#""known_ns": "#))
        #expect(converse("cost").errors.contains("nothing was asked yet"))
    }

    @Test func `tracing shows the observed facts`() {
        let result = converse("use 'Warehouse sync'", "trace on", "can orders.read on order in Sales", "trace perhaps")
        #expect(result.output.contains("resource.department is_within token.department = true"))
        #expect(result.errors.contains("on or off"))
    }
}
