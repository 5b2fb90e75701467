import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

/// Records, maps and lists of records: read the same with trees, without, and again.
@Suite struct PartsTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = {
            order = {
              labels = map "string",
              quota = optional(map("number", one_of { "cpu", "disk" })),
              parts = list { name = "string", spare = optional "boolean", team = optional "department",
                             sizes = list "number", at = optional { x = "number" } },
              tags = list "string",
              pair = optional(list("number", 2)),
              stage = optional(one_of { "dev", "prod" }),
              grid = list(list "number"),
              owners = map { lead = "user", open = optional "boolean" },
              place = optional { country = "string", at = { gate = optional "number", open = optional "boolean" } },
            },
          },
          context = { list = { optional = optional "string" } },
        }
        """

    private static let request = """
        {"labels":{"team":"core","env":"prod","\\u00e9":"x"},"quota":{"cpu":2},
         "parts":[{"name":"bolt","sizes":[1,2],"at":{"x":7}},{"name":"nut","spare":true,"team":"north"}],
         "tags":["hot","cold"],"pair":[3,4.5],"stage":"prod","grid":[[1],[2,3]],
         "owners":{"a":{"lead":"anna","open":true},"b":{"lead":"anna"}},
         "place":{"country":"de","at":{"gate":4}}}
        """

    private func made(_ body: String, _ treeOptions: TreeOptions) throws -> Decider {
        let policy = Fixture.policy("local r = request.resource\n\(body)")
        let files = [("schema.lua", Self.schema), ("a.lua", policy)]
        let result = PolicySet.load(
            PolicySource(
                path: "p", files: files.map { PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8)) }))
        let set = try #require(result.set, "\(result.diagnostics)")
        return try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions, detail: .trace)
    }

    private func question(_ properties: String, context: String = #"{"list":{}}"#) throws -> AuthorizationRequest {
        guard case .object(let members) = try JSONReader.parse(Array(properties.utf8)) else {
            return Fixture.question([])
        }
        var question = Fixture.question(members)
        question.context = try JSONReader.parse(Array(context.utf8))
        return question
    }

    @Test(arguments: [
        (#"r.place.country == "de""#, true), (#"r.place.at.gate > 3"#, true), (#"r.place.at:has("open")"#, false),
        (#"r:has("place") and r.place:has("at") and r.place.at:has("gate")"#, true),
        (#"r.labels:get("env") == "prod""#, true), (#"r.labels:has("x")"#, false), ("#r.labels == 3", true),
        (#"r.labels:get("é") == "x""#, true), (#"r.quota:get("cpu") == 2"#, true), (#"r.quota:has("disk")"#, false),
        (#"r.parts:any(function(p) return p.name == "nut" end)"#, true),
        (#"r.parts:all(function(p) return p.name ~= "nail" end)"#, true),
        (#"r.parts:all(function(p) return p:has("spare") and p.spare end)"#, false),
        (#"r.parts:any(function(p) return p:has("team") and p.team.id == "north" end)"#, true),
        (#"r.parts:any(function(p) return p:has("at") and p.at.x == 7 end)"#, true),
        (#"r.parts:any(function(p) return p.sizes:any(function(s) return s == 2 end) end)"#, true),
        (#"r.parts[2].spare"#, true), (#"r.parts[1].sizes[2] == 2"#, true), (#"r.tags[2] == "cold""#, true),
        (#"r.tags[1] == "hot" and r.tags[2] == "cold" and r.tags:contains("hot")"#, true),
        (#"r.pair[1] + r.pair[2] == 7.5"#, true), (#"r.stage == "prod""#, true), ("r.grid[2][2] == 3", true),
        (#"r.owners:get("a").lead.id == "anna""#, true), (#"r.owners:get("a").open"#, true),
        (#"r.owners:get("b"):has("open")"#, false), (#"request.context.list:has("optional")"#, false),
        (#"r.grid:any(function(row) return #row == 2 end)"#, true),
        ("r.grid[1]:any(function(n) return n > 1 end)", false),
        (
            """
            (function()
              local seen = ""
              for key, value in pairs(r.labels) do seen = seen .. key .. "=" .. value .. ";" end
              for place, tag in pairs(r.tags) do seen = seen .. place .. tag end
              for name, owner in pairs(r.owners) do seen = seen .. name .. owner.lead.id end
              return seen == "env=prod;team=core;é=x;1hot2coldaannabanna"
            end)()
            """, true
        ),
    ])
    func `a part is read as any value is`(condition: String, holds: Bool) throws {
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let decider = try made("if \(condition) then permit() end", treeOptions)
            for _ in 0..<4 {
                let decision = try decider.decide(try question(Self.request))
                #expect(decision.isPermitted == holds && decision.failures.isEmpty, "\(decision.failures)")
            }
        }
    }

    @Test func `an empty list has none, and all of none hold`() throws {
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let decider = try made(
                """
                if r.parts:any(function(p) return true end) or not r.parts:all(function(p) return false end) then deny("no") end
                if #r.labels == 0 and #r.tags == 0 then permit() end
                """, treeOptions)
            for _ in 0..<3 { #expect(try decider.decide(try question("{}")).isPermitted) }
        }
    }

    @Test(arguments: [
        (#"r.place.country == "de""#, "`resource.place` is absent: ask `:has(\"place\")` first"),
        (#"r.labels:get("env") == "x""#, "`resource.labels` has no `env`: ask `:has` first"),
        (#"r.tags[1] == "x""#, "`resource.tags[1]` is absent: the list has fewer elements"),
        (#"r.tags[0] == "x""#, "the elements of a list are counted from 1 to 100,000, got 0"),
        (#"r.parts[3].name == "x""#, "`resource.parts[3]` is absent: the list has fewer elements"),
        (#"r.labels.env == "x""#, "a map of string has no `env`: its values are read by `:get(\"env\")`"),
        (#"r.place == "x""#, "`resource.place` is absent: ask `:has(\"place\")` first"),
    ])
    func `a part that is absent denies, whatever asks`(condition: String, message: String) throws {
        for body in ["if \(condition) then permit() end", "if not (\(condition)) then permit() end"] {
            for treeOptions in [TreeOptions.none, TreeOptions()] {
                let decider = try made(body, treeOptions)
                for _ in 0..<3 {
                    let decision = try decider.decide(try question("{}"))
                    #expect(
                        !decision.isPermitted && decision.failures.first?.message == message, "\(decision.failures)")
                }
            }
        }
    }

    @Test(arguments: [
        ("return 1", "returned a number"), ("local n = 1", nil),
        ("if e == 'never' then return true end", "returned nothing"),
        ("return (e .. ''):match('o')", "returned a string: compare it, as in `x ~= nil`"),
    ])
    func `a function that returns neither true nor false fails the policy`(body: String, message: String?) throws {
        for method in ["any", "all"] {
            // Passed by a variable: the source does not show what is called.
            let policy =
                "local f = { function(e) \(body) end } if r.tags:\(method)(f[1]) then permit() else permit() end"
            let decision = try made(policy, TreeOptions()).decide(try question(Self.request))
            #expect(!decision.isPermitted)
            #expect(
                decision.failures.first?.message.contains(message ?? "returned nothing") == true, "\(decision.failures)"
            )
        }
    }

    @Test(arguments: [
        (#"{"place":{"at":{}}}"#, "`resource.properties.place.country` is missing: it must be a string"),
        (#"{"place":{"country":"de","gate":1}}"#, "`resource.properties.place.at` is missing: it must be a record"),
        (#"{"place":[]}"#, "`resource.properties.place` must be an object, got `[]`"),
        (
            #"{"place":{"country":"de","at":{"gate":"x"}}}"#,
            "`resource.properties.place.at.gate`: `\"x\"` is no number such as `12.5`"
        ),
        (
            #"{"labels":{"a":null}}"#,
            "`resource.properties.labels[\"a\"]` is null, which counts as missing: it must be a string such as `\"north\"`"
        ),
        (
            #"{"quota":{"gpu":1}}"#,
            "`resource.properties.quota`: the key `gpu` is none of `cpu`, `disk` (did you mean `cpu`?)"
        ),
        (#"{"pair":[1]}"#, "`resource.properties.pair` has 1 element; it must have 2"),
        (#"{"stage":"Prod"}"#, "`resource.properties.stage`: `Prod` is none of `dev`, `prod` (did you mean `prod`?)"),
        (#"{"parts":[{"sizes":[]}]}"#, "`resource.properties.parts[0].name` is missing: it must be a string"),
        (
            #"{"owners":{"a":{"lead":"zoe"}}}"#,
            "`resource.properties.owners[\"a\"].lead`: this tenant has no user with the id `zoe`"
        ),
    ])
    func `a value that the schema refuses is named with its path`(properties: String, message: String) throws {
        let decider = try made("permit()", TreeOptions())
        do throws(RequestError) {
            _ = try decider.decide(try! question(properties))
            Issue.record("\(properties) is decided")
        } catch { #expect(error.message == message) }
    }

    @Test func `an undeclared member is named with its path`() throws {
        let decider = try made("permit()", TreeOptions())
        let decision = try decider.decide(
            try question(
                #"{"place":{"country":"de","at":{},"town":"x"},"parts":[{"name":"a","kind":{"x":1}}],"owners":{"b":{"lead":"anna","z":1}}}"#
            ))
        #expect(
            decision.ignored == [
                "resource.properties.owners[\"b\"].z", "resource.properties.parts[0].kind",
                "resource.properties.place.town",
            ])
    }

    @Test func `lists and maps have a largest size`() throws {
        let decider = try made("permit()", TreeOptions())
        var question = Fixture.question([.init("tags", .array([JSON](repeating: .string("x"), count: 10_001)))])
        #expect(
            throws: RequestError(
                "`resource.properties.tags` has 10001 elements; there are at most 10000",
                property: "resource.properties.tags")
        ) {
            try decider.decide(question)
        }
        question = Fixture.question([.init("tags", .array([JSON](repeating: .string("x"), count: 10_000)))])
        question.context = .object([.init("list", .object([]))])
        #expect(try decider.decide(question).isPermitted)
    }
}
