import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Two names that Swift's `==` takes for equal are different in every reader, for trees, for Lua and in settings: each
/// has its own decision, whichever comes first.
@Suite struct UnicodeTwinsTests {
    static let twins = [("caf\u{E9}", "cafe\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}")]

    /// One input for a name: a policy that permits one name, and a request with a name there.
    struct Place: Sendable, CustomTestStringConvertible {
        let name: String
        var schema = """
            return { actions = { ["orders.read"] = "read" },
              resources = { order = { note = optional "string", tags = list "string", department = optional "department",
                owner = optional "user" } },
              context = { site = optional "string" }, subjects = { service = {} } }
            """
        var head = "grants = { \"*\" }"
        /// The policy's condition, with `ONE` for the permitted name.
        let condition: String
        var subject = #"{"type":"token","id":"00000000000000010000000000000001"}"#
        /// The request's resource, with `NAME` for the requested name.
        var resource = #"{"type":"order","id":"1","properties":{}}"#
        var context = "{}"

        var testDescription: String { name }
    }

    static let places = [
        Place(
            name: "resource id", condition: #"request.resource.id == "ONE""#,
            resource: #"{"type":"order","id":"NAME","properties":{}}"#),
        Place(
            name: "string property", condition: #"request.resource:has("note") and request.resource.note == "ONE""#,
            resource: #"{"type":"order","id":"1","properties":{"note":"NAME"}}"#),
        Place(
            name: "content", condition: #"request.resource:has("note") and request.resource.note:find("ONE", 1, true)"#,
            resource: #"{"type":"order","id":"1","properties":{"note":"NAME"}}"#),
        Place(
            name: "list element", condition: #"request.resource.tags:contains("ONE")"#,
            resource: #"{"type":"order","id":"1","properties":{"tags":["NAME"]}}"#),
        Place(
            name: "context string", condition: #"request.context:has("site") and request.context.site == "ONE""#,
            context: #"{"site":"NAME"}"#),
        Place(
            name: "context member",
            schema: """
                return { actions = { ["orders.read"] = "read" }, resources = { order = {} },
                  context = { ["ONE"] = optional "boolean" } }
                """,
            condition: #"request.context:has("ONE")"#, context: #"{"NAME":true}"#),
        Place(
            name: "resource member",
            schema: """
                return { actions = { ["orders.read"] = "read" }, resources = { order = { ["ONE"] = optional "string" } } }
                """,
            condition: #"request.resource:has("ONE") and request.resource["ONE"] == "x""#,
            resource: #"{"type":"order","id":"1","properties":{"NAME":"x"}}"#),
        Place(
            name: "resource type",
            schema: """
                return { actions = { ["orders.read"] = "read" }, resources = { order = {}, ["ONE"] = {} } }
                """,
            condition: #"request.resource.type == "ONE""#, resource: #"{"type":"NAME","id":"1","properties":{}}"#),
        Place(
            name: "department",
            condition:
                #"request.resource:has("department") and request.resource.department.id == "ONE""#,
            resource: #"{"type":"order","id":"1","properties":{"department":"NAME"}}"#),
        Place(
            name: "user",
            condition: #"request.resource:has("owner") and request.resource.owner.id == "ONE""#,
            resource: #"{"type":"order","id":"1","properties":{"owner":"NAME"}}"#),
        Place(
            name: "external subject's id", head: #"grants = { "*" }, subject = "service""#,
            condition: #"request.subject.id == "ONE""#, subject: #"{"type":"service","id":"NAME"}"#),
        Place(
            name: "external subject's type",
            schema: """
                return { actions = { ["orders.read"] = "read" }, resources = { order = {} }, subjects = { ["ONE"] = {} } }
                """,
            head: #"grants = { "*" }, subject = "any""#, condition: #"request.subject.type == "ONE""#,
            subject: #"{"type":"NAME","id":"1"}"#),
    ]

    /// A directory with departments and users under both names, which it keeps apart.
    private func directory(_ one: String, _ other: String) throws -> Directory {
        try Fixture.directory { tenant in
            for name in [one, other] {
                tenant.departments.append(DepartmentRecord(id: ExactName(name), name: "D"))
                tenant.users.append(
                    UserRecord(id: ExactName(name), name: ExactName(name), fullName: "U", email: "u@x.example"))
            }
        }
    }

    private let now = Instant("2026-06-01T12:00:00Z")!

    /// The decision of `batch`, by the fast reader when possible.
    private func quick(_ line: String, _ authorizer: Decider) -> Bool? {
        let padded = Array(line.utf8) + [UInt8](repeating: 0x20, count: RequestLineReader.padding)
        return unsafe padded.withUnsafeBytes { bytes in
            unsafe authorizer.authorizer.answer(
                UnsafeRawBufferPointer(rebasing: bytes[..<line.utf8.count]), on: authorizer.directory, tenant: nil,
                now: now)?.isPermitted
        }
    }

    private func full(_ line: String, _ authorizer: Decider) throws -> Bool {
        try authorizer.decide(try AuthorizationRequest(json: try JSONReader.parse(line), now: now)).isPermitted
    }

    @Test(arguments: places)
    func `a name and its twin have their own decisions on every path`(place: Place) throws {
        for (first, second) in Self.twins {
            // Each of the two is permitted once, and comes first once.
            for (one, other) in [(first, second), (second, first)] {
                let policy = Fixture.policy(
                    "if \(place.condition.replacing("ONE", with: one)) then permit() end", head: place.head)
                let source = PolicySource(
                    path: "p",
                    files: [
                        .init(name: "a.lua", bytes: Array(policy.utf8)),
                        .init(name: "schema.lua", bytes: Array(place.schema.replacing("ONE", with: one).utf8)),
                    ])
                let result = PolicySet.load(source)
                let set = try #require(result.set, "\(result.diagnostics)")
                let directory = try directory(first, second)
                func line(_ name: String) -> String {
                    """
                    {"subject":\(place.subject),"action":{"name":"orders.read"},"resource":\(place.resource),\
                    "context":\(place.context)}
                    """.replacing("NAME", with: name)
                }
                for names in [[one, other, one, other], [other, one, other, one]] {
                    let lua = try Decider(policies: set, directory: directory, treeOptions: .none)
                    let trees = try Decider(policies: set, directory: directory)
                    let batch = try Decider(policies: set, directory: directory)
                    for name in names {
                        let isMeant = name.utf8.elementsEqual(one.utf8)
                        let words =
                            "\(place.name): \(Array(name.unicodeScalars)) where \(Array(one.unicodeScalars)) may"
                        #expect(try full(line(name), lua) == isMeant, "Lua, \(words)")
                        #expect(try full(line(name), trees) == isMeant, "trees, \(words)")
                        if let answer = quick(line(name), batch) { #expect(answer == isMeant, "batch, \(words)") }
                    }
                }
            }
        }
    }

    @Test func `actions are compared by bytes`() throws {
        let schema = #"return { actions = { ["orders.K"] = "read" }, resources = { order = {} } }"#
        let policy = Fixture.policy("if request.token:can('orders.K') then permit() end")
        let set = try #require(
            PolicySet.load(
                PolicySource(
                    path: "p",
                    files: [
                        .init(name: "a.lua", bytes: Array(policy.utf8)),
                        .init(name: "schema.lua", bytes: Array(schema.utf8)),
                    ])
            ).set)
        let authorizer = try Decider(policies: set, directory: Fixture.directory())
        for (action, code) in [("orders.K", "permitted"), ("orders.\u{212A}", "action_unknown")]
            as [(ExactName, String)]
        {
            #expect(try authorizer.decide(Fixture.question(action: action)).code == code)
        }
    }

    @Test func `permissions in a request are compared by bytes`() throws {
        for treeOptions in [TreeOptions(), .none] {
            let schema = """
                return { actions = { ["orders.K"] = "read" }, resources = { order = { note = "string" } } }
                """
            let policy = Fixture.policy("if request.token:can(request.resource.note) then permit() end")
            let set = try #require(
                PolicySet.load(
                    PolicySource(
                        path: "p",
                        files: [
                            .init(name: "a.lua", bytes: Array(policy.utf8)),
                            .init(name: "schema.lua", bytes: Array(schema.utf8)),
                        ])
                ).set)
            let directory = try Fixture.directory { $0.userTypes[0].permissions = ["orders.K"] }
            let authorizer = try Decider(policies: set, directory: directory, treeOptions: treeOptions)
            for (text, isHeld) in [("orders.K", true), ("orders.\u{212A}", false), ("orders.K", true)] {
                let question = Fixture.question([.init("note", .string(text))], action: "orders.K")
                #expect(try authorizer.decide(question).isPermitted == isHeld)
            }
        }
    }

    @Test func `the settings of a tenant are not those of its twin`() throws {
        for (first, second) in Self.twins {
            for (one, other) in [(first, second), (second, first)] {
                let policy = Fixture.policy(
                    "if config.hard then permit() end", before: "local config = settings { hard = false }")
                let settings = #"{ "a": { "tenants": { "\#(one)": { "hard": true } } } }"#
                let set = try #require(PolicySet.load(Fixture.source(["a": policy], settings: settings)).set)
                var tenants: [TenantRecord] = []
                for (number, id) in [one, other].enumerated() {
                    var tenant = TenantRecord(id: ExactName(id), name: "T", zone: "UTC")
                    tenant.departments = [DepartmentRecord(id: "d", name: "D")]
                    tenant.userTypes = [UserTypeRecord(id: "c", name: "C", permissions: ["*"])]
                    tenant.users = [
                        UserRecord(
                            id: "u", name: "u", fullName: "U", email: "u@x.example",
                            assignments: [AssignmentRecord(id: "a", department: "d", userType: "c")])
                    ]
                    tenant.tokens = [
                        TokenRecord(
                            id: TokenID(high: 1, low: UInt64(number)), kind: .api, name: "one", assignment: "a",
                            created: Instant("2026-01-01T00:00:00Z")!, expires: Instant("2027-01-01T00:00:00Z")!)
                    ]
                    tenants.append(tenant)
                }
                let directory = try Directory(Organisation(tenants: tenants))
                for treeOptions in [TreeOptions(), .none] {
                    let authorizer = try Decider(policies: set, directory: directory, treeOptions: treeOptions)
                    for number in [0, 1, 0, 1] {
                        var question = Fixture.question()
                        question.subject = .token(TokenID(high: 1, low: UInt64(number)).description)
                        #expect(try authorizer.decide(question).isPermitted == (number == 0))
                        question.tenant = ExactName(number == 0 ? other : one)
                        #expect(try authorizer.decide(question).code == "token_unknown")
                    }
                }
            }
        }
    }

    @Test func `an obligation is supported only by its exact name`() throws {
        for (one, other) in Self.twins {
            let authorizer = try Fixture.authorizer(["a": Fixture.policy("permit() oblige(\"\(one)\")")])
            var question = Fixture.question()
            for (name, code) in [(one, "permitted"), (other, "obligation_unsupported")] {
                question.obligations = .named([ExactName(name)])
                #expect(try authorizer.decide(question).code == code)
            }
        }
    }
}
