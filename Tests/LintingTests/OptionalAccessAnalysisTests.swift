import Model
import Policies
import Testing

@testable import Linting

/// Values that may be absent, and the conditions that make sure that they are present.
@Suite struct OptionalAccessAnalysisTests {
    private static func found(_ body: String, on kinds: String = "\"access\"", schema: String? = nil) -> [String] {
        let policy = "local policy = { on = \(kinds) }\nfunction policy.decide(request)\n\(body)\nend\nreturn policy"
        let example =
            schema.map { Example(["schema.lua": $0, Example.policy: policy], store: "") } ?? Example(policy: policy)
        let loaded = PolicySet.load(example.source)
        #expect(loaded.set != nil, "\(loaded.diagnostics)")
        return Linter(example.source, rules: [.unguardedRead]).run().map { finding in
            "\(finding.line.map { $0 - 2 } ?? 0) \(finding.message.split(separator: "`")[0])"
        }
    }

    @Test(
        arguments: [
            ("if request.resource.amount > 1 then deny('a') end", ["1 resource.amount"]),
            ("if request.resource:has('amount') and request.resource.amount > 1 then deny('a') end", []),
            (
                "if request.resource:has('note') and request.resource.amount > 1 then deny('a') end",
                ["1 resource.amount"]
            ),
            ("if not request.resource:has('amount') or request.resource.amount > 1 then deny('a') end", []),
            (
                "if request.resource:has('amount') or request.resource.amount > 1 then deny('a') end",
                ["1 resource.amount"]
            ),
            (
                "if not request.resource:has('amount') then return end\nif request.resource.amount > 1 then deny('a') end",
                []
            ),
            (
                "if not request.resource:has('amount') then deny('b') end\nif request.resource.amount > 1 then deny('a') end",
                ["2 resource.amount"]
            ),
            (
                "if request.resource:has('amount') then deny('b') else deny('c') end\nlocal a = request.resource.amount deny(a == 1 and 'a' or 'b')",
                ["2 resource.amount"]
            ),
            ("local r = request.resource\nlocal has = r:has('amount')\nif has and r.amount > 1 then deny('a') end", []),
            (
                "local a = request.resource.amount\nif request.resource.amount > a then deny('a') end",
                ["1 resource.amount"]
            ),
            (
                "for i = 1, 2 do if not request.resource:has('amount') then break end if request.resource.amount > i then deny('a') end end",
                []
            ),
            (
                "if request.context:has('ip') then goto on end\nif request.context.ip:is_within('10.0.0.0/8') then deny('a') end\n::on::",
                ["2 context.ip"]
            ),
            (
                "local function rich(order) return order:has('amount') and order.amount > 5 end\nif rich(request.resource) then deny('a') end",
                []
            ),
            (
                "local function rich(order) return order.amount > 5 end\nif rich(request.resource) then deny('a') end",
                ["1 resource.amount"]
            ),
            ("if request.token.kind == 'api' and request.token.name == 'a' then deny('a') end", []),
            ("if request.token.name == 'a' then deny('a') end", ["1 token.name"]),
            ("if request.token.kind == 'mobile' then return end if request.token.name == 'a' then deny('a') end", []),
            (
                "if request.token.department:has('parent') and request.token.department.parent.name == 'a' then deny('a') end",
                []
            ),
            ("if request.token.last_active < request.time then deny('a') end", ["1 token.last_active"]),
        ] as [(String, [String])])
    func `a checked value is present`(body: String, expected: [String]) {
        #expect(Self.found(body) == expected)
    }

    @Test(
        arguments: [
            ("if request.actor.user.name == 'a' then deny('a') end", ["1 actor.user"]),
            ("if not request.actor.is_operator and request.actor.user.name == 'a' then deny('a') end", []),
            ("if request.actor.is_operator then return end if request.actor.user.name == 'a' then deny('a') end", []),
            ("if request.actor:has('token') and request.actor.token.kind == 'mobile' then deny('a') end", []),
        ] as [(String, [String])])
    func `an operator is not a user`(body: String, expected: [String]) {
        #expect(Self.found(body, on: "\"token.reveal\"") == expected)
    }

    @Test(
        arguments: [
            ("if request.actor.is_operator then deny('a') end", ["1 actor"]),
            ("if request.point ~= 'access' and request.actor.is_operator then deny('a') end", []),
            ("if request.point == 'access' then return end if request.actor.is_operator then deny('a') end", []),
            ("if request:has('actor') and request.actor.is_operator then deny('a') end", []),
            ("if request.point == 'token.issue' then deny(request.proposed.kind == 'api' and 'a' or 'b') end", []),
            ("if request.proposed.kind == 'api' then deny('a') end", ["1 proposed"]),
        ] as [(String, [String])])
    func `actor and target follow from the decision kind`(body: String, expected: [String]) {
        #expect(Self.found(body, on: "{ \"access\", \"token.issue\" }") == expected)
    }

    /// Types of which each requires properties that the others lack.
    private static let schema = """
        return {
          actions = { look = "read" },
          resources = {
            pod = { image = "string", node = "string", label = optional "string" },
            volume = { size = "number", node = "string" },
            secret = {},
          },
          context = { client = "string" },
          subjects = { person = { level = "number" }, robot = { serial = "string" } },
        }
        """

    @Test(
        arguments: [
            ("if request.resource.image == 'a' then deny('a') end", ["1 resource.image"]),
            (
                "if request.resource.type ~= 'pod' then return end\nif request.resource.image == 'a' then deny('a') end",
                []
            ),
            ("if request.resource.type == 'pod' and request.resource.image == 'a' then deny('a') end", []),
            (
                "if request.resource.type == 'volume' and request.resource.image == 'a' then deny('a') end",
                ["1 resource.image"]
            ),
            ("if request.resource.type ~= 'pod' or request.resource.image == 'a' then deny('a') end", []),
            (
                "local r = request.resource\nlocal type = r.type\nif type == 'pod' then deny(r.image == 'a' and 'a' or 'b') end",
                []
            ),
            // An optional property of the type may be absent.
            (
                "if request.resource.type == 'pod' and request.resource.label == 'a' then deny('a') end",
                ["1 resource.label"]
            ),
            // What two types require is there when it is one of them.
            (
                "local r = request.resource\nif r.type == 'pod' or r.type == 'volume' then\nif r.node == 'a' then deny('a') end\nend",
                []
            ),
            (
                "local r = request.resource\nif r.type == 'pod' or r.type == 'secret' then\nif r.node == 'a' then deny('a') end\nend",
                ["3 resource.node"]
            ),
            (
                "if request.resource.type == 'secret' then return end\nif request.resource.node == 'a' then deny('a') end",
                []
            ),
            // A property that only one type has tells the type.
            ("if request.resource:has('image') and request.resource.node == 'a' then deny('a') end", []),
            ("if request.resource:has('label') then deny(request.resource.image == 'a' and 'a' or 'b') end", []),
            ("if request.resource:declares('size') and request.resource.size > 1 then deny('a') end", []),
            (
                "if not request.resource:declares('node') then return end\nif request.resource.node == 'a' then deny('a') end",
                []
            ),
            ("if request.resource:has('node') and request.resource.size > 1 then deny('a') end", ["1 resource.size"]),
            // A helper's result.
            (
                "local function isPod(r) return r.type == 'pod' end\nif not isPod(request.resource) then return end\nif request.resource.image == 'a' then deny('a') end",
                []
            ),
            // A helper that is only called where the type is known.
            (
                "local function old(r) return r.image == 'a' end\nif request.resource.type == 'pod' and old(request.resource) then deny('a') end",
                []
            ),
            (
                "local function old(r) return r.image == 'a' end\nif request.resource.type == 'pod' and old(request.resource) then deny('a') end\nif old(request.resource) then deny('b') end",
                ["1 resource.image"]
            ),
            (
                "local function inner(r) return r.image == 'a' end\nlocal function outer(r) return inner(r) end\nif request.resource.type == 'pod' and outer(request.resource) then deny('a') end",
                []
            ),
            // One that is passed on is called anywhere.
            (
                "local function old(r) return request.resource.image == 'a' end\nlocal other = old\nif request.resource.type == 'pod' and old(request.resource) then deny('a') end\nif other() then deny('b') end",
                ["1 resource.image"]
            ),
            ("if request.subject.level > 1 then deny('a') end", ["1 subject.level"]),
            ("if request.subject.type == 'person' and request.subject.level > 1 then deny('a') end", []),
            (
                "if request.subject.type ~= 'robot' and request.subject.level > 1 then deny('a') end",
                ["1 subject.level"]
            ),
        ] as [(String, [String])])
    func `a required property is present where the type is known`(body: String, expected: [String]) {
        #expect(Self.found(body, on: "\"access\", subject = \"any\"", schema: Self.schema) == expected)
    }

    @Test(
        arguments: [
            ("if request.point == 'access' and request.context.client == 'a' then deny('a') end", []),
            ("if request.context.client == 'a' then deny('a') end", ["1 context.client"]),
            ("if request.resource.type == 'pod' and request.resource.image == 'a' then deny('a') end", []),
        ] as [(String, [String])])
    func `a record is there where the decision kind has one`(body: String, expected: [String]) {
        #expect(Self.found(body, on: "{ \"access\", \"token.reveal\" }", schema: Self.schema) == expected)
    }

    @Test func `very long conditions are analysed up to a limit`() {
        let doubled = (1...60).map { "local c\($0) = c\($0 - 1) and c\($0 - 1)" }.joined(separator: "\n")
        let deep =
            String(repeating: "(", count: 150) + "request.resource:has('amount')" + String(repeating: ")", count: 150)
        let chain = Array(repeating: "request.resource:has('amount')", count: 1_500).joined(separator: " and ")
        let bodies = [
            "local c0 = request.resource:has('amount')\n\(doubled)\nif c60 then deny('a') end",
            "if \(deep) then deny('a') end", "if \(chain) then deny('a') end",
        ]
        for body in bodies { #expect(Self.found(body) == []) }
    }

    // MARK: Denies that absence avoids

    private static func avoidable(_ body: String) -> [String] {
        let policy =
            "local policy = { on = \"access\", grants = { \"*\" } } function policy.decide(request)\n\(body)\nend\nreturn policy"
        let example = Example(policy: policy)
        let loaded = PolicySet.load(example.source)
        #expect(loaded.set != nil, "\(loaded.diagnostics)")
        return Linter(example.source, rules: [.avoidableDeny]).run().map { finding in
            "\(finding.line.map { $0 - 1 } ?? 0) \(finding.message.split(separator: "`")[1])"
        }
    }

    @Test(
        arguments: [
            (
                "if request.resource:has('amount') and request.resource.amount > 1 then deny('a') end",
                ["1 resource.amount"]
            ),
            (
                "if not request.resource:has('amount') then return end\nif request.resource.amount > 1 then deny('a') end",
                ["2 resource.amount"]
            ),
            (
                "local r = request.resource\nlocal has = r:has('amount')\nif has and r.amount > 1 then deny('a') end",
                ["3 resource.amount"]
            ),
            (
                "local a = request.resource:has('amount') and request.resource.amount\nif a and a > 1 then deny('a') end",
                ["2 resource.amount"]
            ),
            (
                "local function has(r) return r:has('amount') end\nif has(request.resource) and request.resource.amount > 1 then deny('a') end",
                ["2 resource.amount"]
            ),
            (
                "local function refuse() deny('a') end\nlocal function judge() refuse() end\n"
                    + "if request.resource:has('amount') and request.resource.amount > 1 then judge() end",
                ["3 resource.amount"]
            ),
            ("return request.context:has('ip') and deny('a')", ["1 context.ip"]),
            ("if request.context:has('ip') then error('a') end", ["1 context.ip"]),
            (
                "if request.resource:has('amount') and request.context:has('ip') then deny('a') end",
                ["1 context.ip", "1 resource.amount"]
            ),
            // Its absence is denied by another statement.
            (
                "if request.resource:has('amount') and request.resource.amount > 1 then deny('a') end\n"
                    + "if not request.resource:has('note') then deny('b') end",
                ["1 resource.amount"]
            ),
        ])
    func `a deny that a request avoids by leaving a property out is found`(body: String, found: [String]) {
        #expect(Self.avoidable(body).sorted() == found)
    }

    @Test(
        arguments: [
            "if not request.resource:has('amount') or request.resource.amount > 1 then deny('a') end",
            "if not request.resource:has('amount') then deny('b') elseif request.resource.amount > 1 then deny('a') end",
            "if request.resource:has('amount') and request.resource.amount < 2 then return end\ndeny('a')",
            "if request.resource:has('amount') then if request.resource.amount > 1 then deny('a') end else error('b') end",
            "if request.resource:has('amount') and request.resource.amount < 2 then permit('a') end",
            // It raises when the value is absent.
            "local a = request.resource.amount\nif request.resource:has('amount') and a > 1 then deny('a') end",
            // The schema requires it, so a request without it is refused.
            "if request.resource:has('total') and request.resource.total > 1 then deny('a') end",
            // A request cannot leave out properties of its token.
            "if request.token:has('last_active') and request.token.last_active < request.time then deny('a') end",
            "if not request.resource:has('amount') then\nif request.resource:declares('amount') then deny('b') end\nreturn\nend\n"
                + "if request.resource.amount > 1 then deny('a') end",
            "if request.resource:has('amount') then advise('a') end",
        ])
    func `a deny that absence does not avoid is not reported`(body: String) {
        #expect(Self.avoidable(body) == [])
    }
}
