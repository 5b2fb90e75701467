import Demilune
import Foundation
import Synchronization
import TestSupport
import Testing

/// The library as another program uses it: on the shipped policies and the demo organisation.
@Suite struct LibraryTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let noon: Int64 = 1_795_348_800_000_000  // 2026-11-22T12:00:00Z
    /// `Warehouse sync`, of bjorn in Sales as Integrator.
    private static let sync = "6532ebee17e04c929e56e7977af956ae"

    private func policies() throws -> PolicySet { try PolicySet(folder: Self.root + "/policies") }

    private func demo() throws -> Snapshot {
        try Snapshot(policies: try policies(), store: try Store(path: Self.root + "/examples/demo.json"))
    }

    private func request(department: String, _ action: String = "orders.read", time: Int64? = noon) throws
        -> AuthorizationRequest
    {
        try AuthorizationRequest(
            .token(id: Self.sync), action, on: Resource("order", id: "42", ["department": .string(department)]),
            time: time)
    }

    /// A set of one policy with this body.
    private func set(_ body: String, in folder: Folder, name: String = "a") throws -> PolicySet {
        let path = folder.file(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Self.root + "/policies/schema.lua", toPath: path + "/schema.lua")
        let text = "return { on = \"access\", grants = { \"*\" }, decide = function(request)\n\(body)\nend }"
        try text.write(toFile: path + "/only.lua", atomically: false, encoding: .utf8)
        return try PolicySet(folder: path)
    }

    @Test func `a decision names its reasons, their lines and the version`() throws {
        let snapshot = try demo()
        let authorizer = try Authorizer(snapshot)
        let permit = try authorizer.decide(try request(department: "d-sales"))
        #expect(permit.isPermitted && permit.code == "permitted" && permit.failures.isEmpty && permit.traces.isEmpty)
        #expect(permit.reasons.map(\.policy) == ["user_type_permissions"] && permit.version == snapshot.version)
        let deny = try authorizer.decide(try request(department: "d-finance"), traced: true)
        #expect(!deny.isPermitted && deny.code == "denied" && deny.policyCode == "gate_closed")
        #expect(deny.reasons.map(\.effect) == [.deny, .deny] && deny.reasons.allSatisfy { $0.line > 0 })
        #expect(deny.overruled.map(\.effect) == [.permit])
        let scope = try #require(deny.traces.first { $0.policy == "department_scope" })
        #expect(scope.facts.contains { $0.text.contains("is_within") && $0.value == "false" } && scope.instructions > 0)
        #expect(String(decoding: permit.json(), as: UTF8.self) == #"{"decision":true}"#)
        #expect(String(decoding: deny.json(explained: true), as: UTF8.self).contains(#""code":"denied""#))
    }

    @Test func `a request has the properties of its action`() throws {
        let folder = try Folder()
        let path = folder.file("actions")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let files = [
            "schema.lua": """
            return { actions = { erase = { kind = "delete", on = { "order" }, properties = { soft = "boolean" } } },
                     resources = { order = {}, folder = {} } }
            """,
            "only.lua": """
            return { on = "access", grants = { "*" }, decide = function(request)
              if request.action.soft then permit("softly") end
            end }
            """,
        ]
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8) }
        let authorizer = try Authorizer(
            try Snapshot(
                policies: try PolicySet(folder: path), store: try Store(path: Self.root + "/examples/demo.json")))
        func request(_ properties: Value, on type: String = "order") throws -> AuthorizationRequest {
            try AuthorizationRequest(
                .token(id: Self.sync), "erase", actionProperties: properties, on: Resource(type, id: "1"),
                time: Self.noon)
        }
        #expect(try authorizer.decide(request(["soft": true])).isPermitted)
        #expect(try authorizer.decide(request(["soft": false])).code == "not_permitted")
        #expect(try authorizer.decide(request(["soft": true], on: "folder")).code == "action_not_applicable")
        let error = #expect(throws: DemiluneError.self) { try authorizer.decide(request([:])) }
        #expect(error?.message.contains("`action.properties.soft` is missing") == true)
        #expect(throws: DemiluneError.self) { try request("soft") }
    }

    @Test func `a request in JSON is the same request`() throws {
        let authorizer = try Authorizer(try demo())
        for department in ["d-sales", "d-finance"] {
            let text = """
                {"subject": {"type": "token", "id": "\(Self.sync)"}, "action": {"name": "orders.read"},
                 "resource": {"type": "order", "id": "42", "properties": {"department": "\(department)"}}, "extra": 1}
                """
            let one = try authorizer.decide(
                try AuthorizationRequest(json: [0xEF, 0xBB, 0xBF] + Array(text.utf8), time: Self.noon))
            let other = try authorizer.decide(try request(department: department))
            #expect(one.json(explained: false) == other.json(explained: false) && one.code == other.code)
            #expect(one.ignored == ["extra"] && other.ignored == [])
        }
    }

    @Test func `many requests get their decisions in order`() throws {
        let authorizer = try Authorizer(try demo(), threads: 3)
        let requests = try (0..<20).map { try request(department: $0 % 3 == 0 ? "d-finance" : "d-sales") }
        let isPermitted = try authorizer.decide(requests).map { try $0.get().isPermitted }
        #expect(isPermitted == (0..<20).map { $0 % 3 != 0 })
        #expect(authorizer.decide([]).isEmpty)
        let unknown = try AuthorizationRequest(
            .token(id: Self.sync), "orders.read", on: Resource("order", id: "1", ["amount": "x"]))
        let mixed = authorizer.decide([requests[0], unknown])
        #expect(throws: DemiluneError.self) { try mixed[1].get() }
        #expect(try mixed[0].get().code == "denied")
    }

    @Test func `policies are replaced while several threads ask`() throws {
        let folder = try Folder()
        let sets = [
            try set("permit(\"open\")", in: folder, name: "open"),
            try set("deny(\"closed\")", in: folder, name: "closed"),
        ]
        let base = try demo()
        let authorizer = try Authorizer(base.with(sets[0]), threads: 2)
        let faults = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 3) { hand in
            for round in 0..<40 {
                do {
                    if hand == 0 {
                        try authorizer.use(base.with(sets[(round + 1) % 2]))
                    } else {
                        let decision = try authorizer.decide(try request(department: "d-sales"))
                        let isOpen = decision.version == sets[0].version
                        if decision.isPermitted != isOpen { faults.withLock { $0.append("round \(round)") } }
                    }
                } catch { faults.withLock { $0.append("\(error)") } }
            }
        }
        #expect(faults.withLock { $0 } == [])
        try authorizer.use(base.with(sets[1]))
        #expect(try !authorizer.decide(try request(department: "d-sales")).isPermitted)
        #expect(authorizer.snapshot.version == sets[1].version)
    }

    @Test func `a subject that the caller authenticated needs no store`() throws {
        let folder = try Folder()
        let path = folder.file("subjects")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let schema = """
            return { actions = { read = "read" }, resources = { page = {} }, subjects = { service = { level = "number" } } }
            """
        let policy = """
            return { on = "access", subject = "service", grants = { "*" }, decide = function(request)
              if request.subject.level > 3 then permit("high") end
            end }
            """
        try schema.write(toFile: path + "/schema.lua", atomically: false, encoding: .utf8)
        try policy.write(toFile: path + "/levels.lua", atomically: false, encoding: .utf8)
        let authorizer = try Authorizer(Snapshot(policies: try PolicySet(folder: path)))
        #expect(authorizer.snapshot.tokenCount == 0 && authorizer.snapshot.change == 0)
        for level in [3, 4] as [Int64] {
            let request = try AuthorizationRequest(
                .external(type: "service", id: "s", properties: ["level": .integer(level)]), "read",
                on: Resource("page", id: "1"))
            #expect(try authorizer.decide(request).isPermitted == (level > 3))
        }
    }

    // MARK: Errors

    @Test func `obligations have an id, a type and properties, and belong to permits or denies`() throws {
        let folder = try Folder()
        let policies = try set(
            """
            oblige("report", { on = "deny", level = 2 })
            if request.resource:has("amount") then permit() oblige("log") end
            """, in: folder)
        let snapshot = try Snapshot(policies: policies, store: try Store(path: Self.root + "/examples/demo.json"))
        let decider = try Authorizer(snapshot)
        func decide(_ amount: Value, _ context: Value, _ obligations: [String] = []) throws -> Decision {
            try decider.decide(
                try AuthorizationRequest(
                    .token(id: Self.sync), "orders.read", on: Resource("order", id: "1", ["amount": amount]),
                    context: context, obligations: obligations, time: Self.noon))
        }
        let permit = try decide(1, ["supported_obligations": ["log"]])
        #expect(permit.isPermitted && permit.obligations.map(\.type) == ["log"])
        #expect(permit.unsupportedObligations.isEmpty && permit.overruled.map(\.isForDenies) == [true])
        #expect(try decide(1, .null, ["log"]).isPermitted)
        let refused = try decide(1, [:])
        #expect(refused.code == "obligation_unsupported" && refused.unsupportedObligations == ["log", "report"])
        // Null is the same as leaving the property out.
        let deny = try decide(nil, ["supported_obligations": ["report"]])
        #expect(deny.code == "not_permitted" && deny.unsupportedObligations.isEmpty)
        let obligation = try #require(deny.obligations.first)
        #expect(obligation.id == "only:2" && obligation.type == "report" && obligation.policy == "only")
        guard case .object(let properties) = obligation.properties else { throw NoObject() }
        #expect(properties.map(\.name) == ["level"])
        #expect(throws: DemiluneError.self) { try decide(1, ["supported_obligations": ["log"]], ["log"]) }
        #expect(throws: DemiluneError.self) { try decide(1, ["supported_obligations": "log"]) }
    }

    private struct NoObject: Error {}

    @Test func `policies that do not load are reported with their places, and nothing is in force`() throws {
        let folder = try Folder()
        let error = #expect(throws: DemiluneError.self) { try set("permit(", in: folder) }
        #expect(error?.code == .policies && error?.diagnostics.first?.line == 3)
        #expect(error?.diagnostics.first?.isError == true && error?.description.contains("only.lua:3:") == true)
        let missing = #expect(throws: DemiluneError.self) { try PolicySet(folder: folder.file("none")) }
        #expect(missing?.code == .policies && missing?.message.contains("none") == true)
    }

    @Test(arguments: [
        ("orders.raed", "order", "action_unknown"), ("orders.read", "ordr", "resource_type_unknown"),
    ])
    func `names that the schema lacks are denied`(action: String, type: String, code: String) throws {
        let authorizer = try Authorizer(try demo())
        let decision = try authorizer.decide(
            try AuthorizationRequest(.token(id: Self.sync), action, on: Resource(type, id: "1"), time: Self.noon))
        #expect(decision.code == code && !decision.isPermitted)
    }

    @Test func `a request that cannot be asked is an error, and no decision`() throws {
        let authorizer = try Authorizer(try demo())
        func code(_ properties: Value, context: Value = [:]) -> DemiluneError.Code? {
            do throws(DemiluneError) {
                _ = try authorizer.decide(
                    try AuthorizationRequest(
                        .token(id: Self.sync), "orders.read", on: Resource("order", id: "1", properties),
                        context: context))
                return nil
            } catch { return error.code }
        }
        #expect(code(["department": "d-sales"]) == nil)
        #expect(code(["department": 3]) == .request)
        #expect(code(["department": "d-sales", "department": "d-finance"]) == .request)
        #expect(code(["amount": .number(.infinity)]) == .request)
        let deep = (0..<100).reduce(Value.list([])) { inner, _ in .list([inner]) }
        #expect(code(["note": deep]) == .request && code([:], context: ["x": deep]) == .request)
        #expect(code(["a", "b"]) == .request && code([:], context: "x") == .request)
        for text in ["", "{", "[]", "{\"subject\":1}", "{\"a\":1,\"a\":2}"] {
            let error = #expect(throws: DemiluneError.self) { try AuthorizationRequest(json: Array(text.utf8)) }
            #expect(error?.code == .request && error?.message.isEmpty == false)
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 253_402_300_800_000_000, .max])
    func `a request at any time is decided`(time: Int64) throws {
        let authorizer = try Authorizer(try demo())
        let decision = try authorizer.decide(
            try request(department: "d-sales", "orders.approve", time: time), traced: true)
        // Before it was issued the token may be used: only the end of its life is a deny of the core.
        #expect(time < Self.noon || decision.code == "token_expired")
    }

    @Test(arguments: [Int.min, 0, 257, .max])
    func `a number of threads that cannot be is an error`(threads: Int) throws {
        let snapshot = try demo()
        let error = #expect(throws: DemiluneError.self) { try Authorizer(snapshot, threads: threads) }
        #expect(error?.code == .resources)
    }

    @Test func `limits end an evaluation with a deny`() throws {
        let snapshot = try demo()
        for limits in [Limits(instructions: 3), Limits(instructions: -1), Limits(bytes: 16)] {
            let authorizer = try Authorizer(snapshot, limits: limits)
            let decision = try authorizer.decide(try request(department: "d-sales"))
            #expect(!decision.isPermitted && decision.code == "budget_exhausted")
            #expect(Set(decision.failures.map(\.kind)).isSubset(of: [.instructions, .memory, .deadline]))
        }
    }

    @Test func `a store that is none is refused, and one without its keys`() throws {
        let fixture = try StoreFixture()
        let path = fixture.folder.file("a.db")
        #expect(throws: DemiluneError.self) { try Store(path: fixture.folder.file("none.db")) }
        let foreign = #expect(throws: DemiluneError.self) { try Store(path: Self.root + "/README.md", keys: "/none") }
        #expect(foreign?.code == .store)
        let keyless = #expect(throws: DemiluneError.self) { try Store(path: path, keys: fixture.folder.file("none")) }
        #expect(keyless?.code == .keys)
        let broken = fixture.folder.file("broken.json")
        try "{\"tenants\": 3}".write(toFile: broken, atomically: false, encoding: .utf8)
        let export = #expect(throws: DemiluneError.self) { try Store(path: broken) }
        #expect(export?.code == .store && export?.message.contains("tenants") == true)
    }
}
