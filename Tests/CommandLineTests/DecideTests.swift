internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@Suite struct DecideTests {
    private let session = Session()
    private let asked = ["decide", "Warehouse sync", "orders.read", "order:42", "--tenant", "3"]

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    @Test func `observed statements are shown and recorded`() throws {
        let policies = try session.policies([
            "open": "return { on = \"access\", grants = { \"*\" }, decide = function() permit(\"all may\") end }",
            "trial": """
            return { on = "access", mode = "observe", decide = function(request)
              deny("{token.department} would not")
              error("nobody thought of this")
            end }
            """,
        ])
        let log = session.folder + "/decisions.ndjson"
        let result = session.run(asked + ["--policies", policies, "--log", log])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.lines.first == "permit  (permitted)")
        #expect(result.lines.contains("  only observed, denied: Sales would not  [\(policies)/trial.lua:2]"))
        #expect(result.lines.contains("  only observed, failed: nobody thought of this  [\(policies)/trial.lua:3]"))
        let line = try JSONReader.parse(session.text(of: "decisions.ndjson"))
        #expect(line["code"] == .string("permitted"))
        let observed = try #require(line["observed"]?.compact)
        #expect(observed.contains(#""effect":"deny","policy":"trial","line":2"#), "\(observed)")
        #expect(observed.contains(#""policy":"trial","line":3,"kind":"failed""#), "\(observed)")
    }

    // MARK: Actions

    @Test func `the properties of an action are given by its name`() throws {
        let policies = try session.policies([
            "a": """
            return { on = "access", grants = { "*" }, decide = function(request)
              if request.action:has("soft") and request.action.soft then permit("{action}") end
            end }
            """
        ])
        _ = try session.file(
            "own/schema.lua",
            """
            return {
              actions = { ["GET /todos"] = "read",
                          erase = { kind = "delete", on = { "record" }, properties = { soft = optional "boolean" } } },
              resources = { record = {}, folder = {} },
            }
            """)
        func decide(_ words: String...) -> Session.Result {
            session.run(["decide", "Warehouse sync"] + words + ["--tenant", "3", "--policies", policies])
        }
        #expect(decide("erase", "record:1", "action.soft=true").lines.first == "permit  (permitted)")
        #expect(decide("erase", "record:1", "action.soft=false").lines.first == "deny  (not_permitted)")
        #expect(decide("erase", "folder:1", "action.soft=true").lines.first == "deny  (action_not_applicable)")
        #expect(decide("erase", "action.soft=true").lines.first == "deny  (action_not_applicable)")
        #expect(decide("GET /todos", "folder:1").lines.first == "deny  (not_permitted)")
        let wrong = [
            (["action.sofd=true"], "the action `erase` has no property `sofd` (did you mean `soft`?)"),
            (["action.soft=maybe"], "`soft` must be true or false, got `maybe`"),
            (["soft=true"], "`record` and the context have no property `soft`: write `action.soft=`"),
            (["action.soft=true", "action.soft=true"], "`soft` is given twice"),
        ]
        for (words, message) in wrong {
            let result = session.run(
                ["decide", "Warehouse sync", "erase", "record:1"] + words + ["--tenant", "3", "--policies", policies])
            #expect(result.status == 64 && result.errors == "error: \(message)\n", "\(result.errors)")
        }
    }

    // MARK: Options

    @Test(arguments: [
        (["department=Sales"], "permit", Int32(0)), (["department=Sales"], "deny", 5),
        (["department=Finance"], "deny", 0), (["department=Finance"], "permit", 5),
        (["department=Nowhere"], "deny", 1), (["department=Finance"], "maybe", 64),
        (["departmnet=Sales"], "permit", 64),
    ])
    func `a met expectation ends with 0, another one with 5, and neither hides a failure`(
        words: [String], expected: String, status: Int32
    ) {
        let result = session.run(asked + words + ["--expect", expected])
        #expect(result.status == status, "\(result.errors)")
        let answer = words == ["department=Sales"] ? "permit" : "deny"
        if status == 5 { #expect(result.errors == "error: expected \(expected), got \(answer)\n") }
    }

    @Test func `policies that do not load end with 3, whatever is expected`() throws {
        let policies = try session.policies(["broken": "return {"])
        let result = session.run(asked + ["--policies", policies, "--expect", "deny"])
        #expect(result.status == 3 && result.output.isEmpty)
        #expect(result.errors.contains("/broken.lua:1:"), "\(result.errors)")
    }

    @Test func `an explanation has every policy with the facts it read`() {
        let result = session.run(asked + ["department=Finance", "--explain"])
        #expect(result.status == 2)
        #expect(result.lines.first == "deny  (denied: gate_closed)")
        #expect(result.lines.contains("facts that the policies read:"))
        #expect(result.lines.contains("    resource.department is_within token.department = false"))
        #expect(result.lines.contains { $0.hasPrefix("  mobile_scope") })
        #expect(result.lines.contains { $0.hasPrefix("policy set ") })
        let short = session.run(asked + ["department=Finance"])
        #expect(result.output.hasPrefix(short.output) && !short.output.contains("facts that the policies read"))
    }

    @Test func `machines get the whole decision as JSON`() throws {
        let result = session.run(asked + ["department=Finance", "--json"])
        #expect(result.status == 2 && result.lines.count == 1)
        let answer = try JSONReader.parse(result.output)
        #expect(answer["decision"] == .boolean(false))
        #expect(answer["context"]?["code"] == .string("denied"))
        #expect(answer["context"]?["policy_code"] == .string("gate_closed"))
        guard case .array(let traces)? = answer["context"]?["trace"] else {
            Issue.record("there is no trace: \(result.output)")
            return
        }
        let policies = traces.compactMap { $0["policy"]?.string }
        #expect(policies.contains("department_scope"))
    }

    @Test func `a log gets a line for each decision, and shows no masked property`() throws {
        let log = ["--log", session.folder + "/decisions.ndjson"]
        let question = asked + ["department=Finance", "amount=1234", "ip=10.1.2.3"]
        #expect(session.run(question + log).status == 2)
        #expect(session.run(question + log + ["--mask", "ip,amount"]).status == 2)
        let lines = try session.text(of: "decisions.ndjson").split(separator: "\n").map(String.init)
        #expect(lines.count == 2)
        let open = try JSONReader.parse(lines[0])
        let masked = try JSONReader.parse(lines[1])
        #expect(open["code"] == .string("denied") && masked["code"] == .string("denied"))
        #expect(open["policies"] == .array([.string("department_gate"), .string("department_scope")]))
        #expect(open["request"]?["resource"]?["properties"]?["amount"] == .integer(1234))
        #expect(masked["request"]?["resource"]?["properties"]?["amount"] == .string("(masked)"))
        #expect(masked["request"]?["context"]?["ip"] == .string("(masked)"))
        #expect(masked["request"]?["resource"]?["properties"]?["department"] == .string("d-finance"))
        #expect(!lines[1].contains("1234") && !lines[1].contains("10.1.2.3"))
    }

    @Test(arguments: [[], ["order:42", "department=Sales", "amount=5"], ["order:42", "department=Nowhere"]])
    func `a string that no token has, or no longer has, is denied like any other`(rest: [String]) {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let dead = session.run("token", "reveal", "Warehouse sync", "--tenant", "3").output
        #expect(session.run("token", "rotate", "Warehouse sync", "--tenant", "3").status == 0)
        for string in [dead, "dml_" + String(repeating: "0", count: 36), "nonsense", "Bearer x"] {
            let words = ["decide", "-", "orders.read"] + rest
            let answer = session.run(words, input: Array(string.utf8))
            #expect(answer.status == 2 && answer.output.hasPrefix("deny  (token_unknown)"), "\(answer)")
            let json = session.run(words + ["--json"], input: Array(string.utf8))
            #expect(json.status == 2 && json.output.contains(#""code":"token_unknown""#), "\(json)")
            #expect(!(answer.output + answer.errors + json.output + json.errors).contains(string))
        }
        #expect(session.run(["decide", "-", "orders.read"] + rest, input: Array(" \n".utf8)).status == 1)
    }

    @Test func `a decision without write access is made, and says that the use is not recorded`() throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let string = session.run("token", "reveal", "Warehouse sync", "--tenant", "3").output
        try session.obstruct()
        let decided = session.run("decide", "-", "orders.read", "order:42", "department=d-sales-north", input: string)
        #expect(
            decided.status == 0 && decided.errors.contains("it is not recorded when the token was last active: cannot"))
        for words in [
            ["token", "list"], ["token", "show", "Warehouse sync"], ["user", "list"], ["department", "list"],
            ["export", "--tokens"], ["log", "list"], ["log", "verify"], ["store", "verify"], ["keys", "list"],
            ["tenant", "show", "3"], ["user", "deactivate", "bjorn", "--preview"], ["check", "--store", session.store],
        ] {
            let result = session.run(
                words + (["token", "user", "department"].contains(words[0]) ? ["--tenant", "3"] : []))
            #expect(result.status == 0, "\(words): \(result.errors)")
        }
        for words in [
            ["token", "revoke", "Warehouse sync", "--yes"], ["token", "reveal", "Warehouse sync"],
            ["token", "suspend", "Warehouse sync"], ["user", "deactivate", "bjorn"],
        ] {
            let result = session.run(words + ["--tenant", "3"])
            #expect(result.status == 1 && result.errors.contains("error: cannot write the store"), "\(result.errors)")
        }
    }

    @Test func `a log that cannot be written is a failure, without a decision`() {
        let result = session.run(asked + ["--log", session.folder + "/nowhere/decisions.ndjson"])
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("cannot write `\(session.folder)/nowhere/decisions.ndjson`"))
    }

    @Test(arguments: [
        (["Admin console", "token.reveal"], nil, Int32(0), "the operator holds the store and its keys"),
        (["Admin console", "token.reveal"], "anna/a-anna-1", 0, "Administrator is permitted to do this"),
        (["Admin console", "token.reveal"], "u-anna/a-anna-2", 2, "may do more than anna"),
        (["Warehouse sync", "token.revoke"], "carla", 2, "outside_department"),
        (["-", "token.issue", "name=x", "assignment=a-bjorn-1", "last_day=2027-06-30"], "anna/a-anna-2", 0, "Manager"),
        (["-", "token.issue", "name=x", "assignment=a-anna-1", "last_day=2027-06-30"], "carla", 2, "may do more than"),
        (["Warehouse sync", "token.amend", "last_day=2028-06-30"], nil, 0, "is later than is suggested"),
        (["Warehouse sync", "token.list"], "anna", 1, "name one of them: `a-anna-1`, `a-anna-2`"),
        (["Warehouse sync", "token.list"], "anna/a-carla-1", 1, "is not an assignment of the user `anna`"),
        (["Warehouse sync", "token.list"], "annna", 1, "(did you mean `anna`?)"),
    ])
    func `administrative requests name their actor`(words: [String], actor: String?, status: Int32, said: String) {
        let acting = actor.map { ["--as", $0] } ?? []
        let result = session.run(["decide", "--tenant", "3"] + words + acting)
        #expect(result.status == status, "\(result.output)\(result.errors)")
        #expect((result.output + result.errors).contains(said), "\(result.output)\(result.errors)")
    }

    // MARK: External subjects

    private static let todo = ["--policies", Session.root + "/examples/authzen-todo/policies"]

    @Test func `every request of the Todo scenario can be decided alone, without a store`() throws {
        let session = Session()
        let requests = Session.root + "/examples/authzen-todo/requests.ndjson"
        let lines = try session.contents(of: requests).split(separator: "\n")
        #expect(lines.count == 46)
        for line in lines {
            let request = try JSONReader.parse(String(line))
            func text(_ one: ExactName, _ other: ExactName) throws -> String {
                try #require(request[one]?[other]?.string)
            }
            var words = ["decide", "-", try text("action", "name")]
            words.append("\(try text("resource", "type")):\(try text("resource", "id"))")
            if let owner = request["resource"]?["properties"]?["ownerID"]?.string { words.append("ownerID=\(owner)") }
            words += ["--subject", "\(try text("subject", "type")):\(try text("subject", "id"))"] + Self.todo
            let expected = request["expected"] == .boolean(true) ? "permit" : "deny"
            let result = session.run(words + ["--expect", expected], environment: ["DEMILUNE_STORE": ""])
            #expect(result.status == 0, "\(line): \(result.output)\(result.errors)")
        }
    }

    @Test func `a subject has the properties that the schema declares`() throws {
        let folder = try session.policies([
            "schema": """
            return { actions = { ["read"] = "read" }, resources = { page = {} }, context = {},
                     subjects = { robot = { roles = list "string", home = optional "department" } } }
            """,
            "roles": """
            return { on = "access", subject = "robot", grants = { "*" }, decide = function(request)
              if request.subject.roles:contains("reader") then permit("{subject.id} reads") end
            end }
            """,
        ])
        func decide(_ words: String...) -> Session.Result {
            session.run(["decide", "-", "read", "page:1", "--policies", folder] + words)
        }
        let permit = decide("subject.roles=writer,reader", "--subject", "robot:r2:d2")
        #expect(permit.status == 0, "\(permit.errors)")
        #expect(permit.output.contains("r2:d2 reads"))
        #expect(decide("subject.roles=writer", "--subject", "robot:r2").status == 2)
        let home = decide("subject.home=Finance", "--subject", "robot:r2", "--tenant", "3")
        #expect(home.status == 2, "\(home.errors)")
        let unknown = decide("--subject", "robt:r2")
        #expect(unknown.status == 2 && unknown.output.hasPrefix("deny  (subject_type_unknown)"))
        #expect(unknown.errors.contains("(did you mean `robot`?)"))
        for (words, status, message) in [
            (["subject.role=x", "--subject", "robot:r2"], Int32(64), "(did you mean `roles`?)"),
            (["subject.roles=x", "subject.roles=y", "--subject", "robot:r2"], 64, "given twice"),
            (
                ["subject.home=Finance", "--subject", "robot:r2"], 64,
                "missing required option --tenant: the tenant of the department `Finance`"
            ),
            (["--subject", "robot"], 64, "`--subject` must be TYPE:ID"), (["--subject", "robot:"], 64, "TYPE:ID"),
            (["--subject", "token:1"], 64, "TYPE:ID of a subject that is not a token"),
            (["subject.roles=x"], 1, "there is no token string on standard input"),
        ] {
            let result = session.run(["decide", "-", "read", "page:1", "--policies", folder] + words)
            #expect(result.status == status && result.errors.contains(message), "\(words): \(result.errors)")
        }
        let token = session.run(
            "decide", "Warehouse sync", "read", "--policies", folder, "--subject", "robot:r2", "--tenant", "3")
        #expect(token.status == 64 && token.errors.contains("write `-` instead of `Warehouse sync`"))
        let issue = session.run("decide", "-", "token.issue", "--policies", folder, "--subject", "robot:r2")
        #expect(issue.status == 64 && issue.errors.contains("`--subject` works only with actions of the schema"))
    }

    @Test func `a named store must exist, whoever acts`() {
        let words = ["decide", "-", "can_read_user", "user:x", "--subject", "user:x"] + Self.todo
        let result = session.run(words + ["--store", session.folder + "/none.db"])
        #expect(result.status == 1 && result.errors.contains("there is no store"))
    }

    @Test func `a request without a department is denied, unless its type has none or the settings name it`()
        throws
    {
        func decide(_ words: String..., policies: String = Session.policies) -> Session.Result {
            session.run(["decide", "--tenant", "3", "EDI Schenker", "orders.read"] + words + ["--policies", policies])
        }
        let missing = decide("order:42")
        #expect(missing.status == 2, "\(missing.output)")
        #expect(missing.lines.first == "deny  (denied: department_missing)")
        #expect(missing.output.contains("does not say in which department the order is"))
        #expect(decide("order:42", "department=Warehouse").status == 0)
        #expect(decide("token:42").status == 0)
        let named = #"{ "all": { "without_department": ["order"] } }"#
        for file in try FileManager.default.contentsOfDirectory(atPath: Session.policies) where file.hasSuffix(".lua") {
            _ = try session.file("own/\(file)", try session.contents(of: "\(Session.policies)/\(file)"))
        }
        _ = try session.file(
            "own/settings.json", "{ \"department_scope\": \(named), \"department_gate\": \(named) }")
        let own = decide("order:42", "--plugins", Session.root + "/plugins", policies: session.folder + "/own")
        #expect(own.status == 0, "\(own.output)\(own.errors)")
    }
}
