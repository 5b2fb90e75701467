import Decisions
import HostileScripts
import Model
import Policies
import TestSupport
import Testing

/// Scripts that attack the engine, each evaluated alone.
@Suite struct HostileTests {
    private static let schema = """
        return { actions = { ["orders.read"] = "read" }, context = { note = optional "string" }, subjects = { user = {} },
          resources = { order = { owner = optional "string", amount = optional "number", note = optional "string" } } }
        """

    /// True when a policy permits; `nil` when it does not load.
    private func permits(_ policy: [UInt8]) throws -> Bool? {
        let files = [
            PolicyFile(name: "schema.lua", bytes: Array(Self.schema.utf8)),
            PolicyFile(name: "hostile.lua", bytes: policy),
        ]
        guard let set = PolicySet.load(PolicySource(path: "p", files: files)).set else { return nil }
        let authorizer = try Decider(policies: set, directory: .empty)
        let question = AuthorizationRequest(
            action: "orders.read", subject: .external(type: "user", id: "u", properties: .object([])),
            resource: .init(type: "order", id: "1"), now: Instant(microseconds: 0))
        let first = try authorizer.decide(question).isPermitted
        #expect(try authorizer.decide(question).isPermitted == first)
        return first
    }

    @Test func `the control policy permits`() throws {
        let control =
            "return { on = \"access\", subject = \"any\", grants = { \"*\" }, decide = function() permit() end }"
        #expect(try permits(Array(control.utf8)) == true)
    }

    @Test func `a hostile script permits nothing, crashes nothing and ends`() throws {
        var decided = 0
        for script in try HostileScript.all() {
            let isPermitted = try permits(script.source)
            #expect(isPermitted != true, "\(script.name)")
            if isPermitted != nil { decided += 1 }
        }
        // The others do not load, which is fine, but some must be run.
        #expect(decided > 40)
    }
}
