internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// Scripted sessions on the demo organisation.
struct ReplTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func converse(_ lines: String..., options: [String] = ["--tenant", "3"]) -> Session.Result {
        session.run(["repl"] + options, input: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test func `a token is selected, and its decisions are shown with reasons`() {
        let result = converse("use 'Warehouse sync'", "can orders.read on order:42 in Finance")
        #expect(result.lines.first == "deny  (denied: gate_closed)")
        #expect(result.output.contains("Finance is outside Sales"))
        #expect(result.status == ExitStatus.deny)
        #expect(converse("use 'Warehouse sync'", "can orders.read on order in Sales").status == ExitStatus.done)
    }

    @Test func `a token that is not in use is supposed to change by its name`() {
        let result = converse("suppose token 'Warehouse sync' revoked", "suppose")
        #expect(
            result.status == 0 && result.errors.contains("supposed: the token Warehouse sync is revoked"), "\(result)")
        #expect(result.output.contains("Warehouse sync"), "\(result)")
    }

    @Test func `a request gives the same decision as with the verb`() {
        let stated = ["Warehouse sync", "orders.read", "order:42", "department=Finance"]
        let verb = session.run(["decide", "--tenant", "3", "--json"] + stated)
        let asked = converse(
            "decide 'Warehouse sync' orders.read order:42 department=Finance --json", "use 'Warehouse sync'",
            "can orders.read order:42 department=Finance --json")
        #expect(asked.lines.first == verb.lines.first)
        #expect(asked.lines.last?.contains(verb.lines.first!.dropLast()) == true)
    }

    @Test(arguments: [
        ("cna orders.read", "did you mean `can`"), ("can orders.raed", "did you mean `orders.read`"),
        ("use Nobody at all", "unexpected argument `"),
        ("tenant 33", "did you mean `3`"),
        ("at tomorrow", "`at` must be a time with its zone"), ("as ana", "did you mean `anna`"),
        ("as anna", "say which"),
        ("may anna/a-anna-1 reveall", "did you mean `reveal`"), ("can orders.read on ordr", "did you mean `order`"),
        ("use 'open", "a quote is not closed"), ("token lst", "did you mean `list`"), ("token", "needs one of"),
    ])
    func `the answer to a mistake says what to type instead`(line: String, answer: String) {
        let result = converse("use 'Warehouse sync'", line)
        let told = result.errors + result.output
        #expect(told.contains(answer), "\(told)")
    }

    @Test func `an ambiguous name lists its candidates`() {
        let result = converse("use a")
        #expect(result.errors.contains("give the id of one"))
        #expect(result.errors.split(separator: "\n").count > 2)
        #expect(result.status == ExitStatus.usage)
    }

    @Test func `the session continues after a failed command, and its status is that of the first`() {
        let result = converse("use nothing-like-it", "use 'Warehouse sync'", "can orders.read on order in Sales")
        #expect(result.status == ExitStatus.failure)
        #expect(result.output.contains("permit"))
    }

    @Test func `time and administrator belong to the session, also for verbs`() {
        let result = converse(
            "use 'Warehouse sync'", "at 2030-01-01", "can orders.read on order in Sales", "as carla",
            "token list --size 2",
            "at now")
        #expect(result.output.contains("token_expired"))
        #expect(result.output.contains("TITLE"))
    }

    @Test func `a token string is refused in a command, and its line is not repeated`() {
        let made = session.run(
            "token", "create", "--tenant", "3", "--user", "carla", "--name", "fresh", "--expires", "2027-01-01")
        let string = made.output.split(separator: " ").first { $0.hasPrefix("dml_") }.map(String.init) ?? ""
        let secret = String(string.prefix { !$0.isNewline })
        let result = converse("use \(secret)", "tenant")
        #expect(result.status == ExitStatus.usage)
        #expect(result.errors.contains("never type a token string into a command"))
        #expect(!(result.errors + result.output).contains(secret))
    }

    @Test func `policies that do not load are reported, also when a request is made`() throws {
        let folder = try session.policies(["broken": "return {"])
        let result = converse(
            "use 'Warehouse sync'", "can orders.read", options: ["--tenant", "3", "--policies", folder])
        #expect(result.status == ExitStatus.policies)
        #expect(result.errors.contains("broken.lua:1"))
        #expect(result.errors.contains("no policies are in force"))
    }

    @Test func `every command has help, and its examples are commands`() {
        for verb in Repl.commands.map(\.verb) {
            #expect(!verb.summary.isEmpty)
            for example in verb.examples {
                let words = CommandTokenizer(example).texts.joined(separator: " ")
                #expect(example.hasPrefix("=") || words.hasPrefix(verb.name), "\(verb.name): \(example)")
            }
        }
        let result = converse("help", "help can", "can --help", "help token")
        #expect(result.status == ExitStatus.done)
        #expect(result.output.contains("examples:"))
    }
}

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

/// Explanations of decisions, and the changes that would turn them.
struct ReplAnalysisTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func converse(_ lines: String..., options: [String] = []) -> Session.Result {
        let input = Array((["use 'Warehouse sync'"] + lines).joined(separator: "\n").utf8)
        return session.run(["repl", "--tenant", "3"] + options, input: input)
    }

    @Test func `why shows each policy, its line of source and the facts it read`() {
        let result = converse("can orders.read on order in Finance", "why")
        #expect(result.output.contains("denies at line 23: Finance is outside Sales\n    23 | deny("))
        #expect(result.output.contains("resource.department is_within token.department = false"))
        #expect(result.output.contains("These policies had no effect:\n  mobile_scope"))
        #expect(converse("why").errors.contains("nothing was asked yet"))
    }

    @Test func `why not separates changes of the request from those an administrator can make`() {
        let result = converse("can orders.read on order in Finance", "why not", "flip --json")
        #expect(result.output.contains("the request brings:\n    resource.department is "))
        #expect(result.output.contains("resource.department is Sales or under it"))
        #expect(result.output.contains(#""to": "permit""#))
        // Leaving the department out does not lead to a permit, and is not suggested.
        #expect(!result.output.contains("resource.department is absent"), "\(result.output)")
        let without = converse("can orders.read on order", "can orders.read on token")
        #expect(without.output.contains("deny  (denied: department_missing)"), "\(without.output)")
        #expect(without.output.contains("permit  (permitted)"), "\(without.output)")
    }

    @Test(arguments: [
        ("request.token.department", "Sales\n  token.department, a department"), ("1 + 1", "2\n  a number"),
        ("request.resource.department:is_within(request.token.department)", "false\n  a boolean"),
        ("request.token.departmnt", "did you mean `department`"), ("1 +", "expected"),
        ("(function() while true do end end)()", "instructions"),
        ("org.managers:has('Administrator')", "true\n  a boolean"), ("orgs.x", "did you mean `org`"),
        ("request.token.department.path", "Nordlys Logistics / Sales\n  token.department.path, a string"),
        ("org.siblings(request.resource.department, request.token.department)", "true\n  a boolean"),
        ("local org = use 'cidr' return org.is_private('10.0.0.1')", "true\n  a boolean"),
        ("org.sibling", "the plugin `org` has no `sibling` (did you mean `siblings`?)"),
        ("local x = 1 org = x", "assignment to the global `org`"),
    ])
    func `an expression is shown with its type and its value`(expression: String, answer: String) {
        let result = converse("can orders.read on order in Finance", "= \(expression)")
        #expect((result.output + result.errors).contains(answer), "\(result)")
    }

    @Test func `a scenario is shown before and after, and nothing is written`() {
        let result = converse(
            "can orders.read on order in Sales", "suppose user-type withdraw Integrator orders.read",
            "can orders.read on order in Sales", "suppose reset", "can orders.read on order in Sales",
            "token list --size 1")
        #expect(result.output.contains("permit → deny\nbefore:\npermit"))
        #expect(result.output.split(separator: "as supposed:").count == 2)
        #expect(!session.run("export").output.isEmpty)
    }

    @Test(arguments: [
        "department move Invoicing under Sales", "department move Invoicing to the top",
        "department deactivate Finance",
        "department require Sales orders.read", "user deactivate bjorn", "user grant bjorn users.read",
        "user-type deactivate Integrator", "tenant deactivate", "token 'Warehouse sync' expires 2026-12-01",
        "token 'Warehouse sync' revoked", "token 'Warehouse sync' suspended", "setting expiry_cap months 6",
    ])
    func `everything that help names can be supposed`(words: String) {
        let result = converse("suppose \(words)", "suppose")
        #expect(result.errors.contains("supposed: the "), "\(result.errors)")
        #expect(result.status == ExitStatus.done)
    }

    @Test func `the answer to a wrong scenario lists the valid forms`() {
        let result = converse("suppose department moove Sales", "suppose user deactivate ana", "suppose")
        #expect(result.errors.contains("suppose department move DEPARTMENT under DEPARTMENT"))
        #expect(result.errors.contains("did you mean `anna`"))
        #expect(result.errors.contains("nothing is supposed"))
    }

    @Test func `a timeline ends with the token`() {
        let result = converse(
            "can orders.read on order in Sales", "timeline", "timeline orders.read on order in Finance --json")
        #expect(result.output.contains("the token expires"))
        #expect(result.output.contains(#""code": "token_expired""#))
    }

    @Test func `denies in the log are listed, explained as they were, and decided again`() throws {
        let log = session.folder + "/decisions.ndjson"
        for (time, department) in [("02:00", "Sales"), ("03:00", "Finance"), ("04:00", "Finance")] {
            _ = session.run(
                "decide", "Warehouse sync", "orders.read", "order:42", "department=\(department)", "--tenant", "3",
                "--at",
                "2026-11-22T\(time):00Z", "--log", log)
        }
        let result = converse(
            "denied since 04:30", "denied 'Warehouse sync' since 2026-11-22", "why #2", options: ["--log", log])
        #expect(result.errors.contains("1 denial\n2 denials"))
        #expect(result.output.contains("At 2026-11-22T03:00:00Z the token Warehouse sync asked for orders.read"))
        #expect(result.output.contains("resource.department is_within token.department = false"))
        #expect(result.output.contains("Asked again now, the answer is deny"))
        #expect(converse("why #9", options: ["--log", log]).errors.contains("has 3 decisions"))
        #expect(converse("denied").errors.contains("no decision log is given"))
    }
}

/// Analyses of many tokens, and decisions that become tests.
struct ReplPopulationTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func converse(_ lines: String..., options: [String] = []) -> Session.Result {
        let input = Array((["use 'Warehouse sync'"] + lines).joined(separator: "\n").utf8)
        return session.run(["repl", "--tenant", "3"] + options, input: input)
    }

    @Test func `who can gives the decision of each token`() throws {
        let result = converse("who can users.read on user in Finance --json")
        let json = try JSONReader.parse(Array(result.output.utf8))
        guard case .array(let rows) = json else {
            Issue.record("\(result)")
            return
        }
        #expect(!rows.isEmpty)
        for row in rows.prefix(5) {
            let token = row["token"]?.string ?? ""
            let decided = session.run("decide", token, "users.read", "user", "department=Finance", "--tenant", "3")
            #expect(decided.status == 0, "\(token)")
        }
        #expect(!result.output.contains("Warehouse sync"))
    }

    @Test func `a result is yes, or depends on a named property`() {
        func answers(_ line: String) -> [String] {
            let lines = converse(line).output.split(separator: "\n").map(String.init)
            let start = lines[0].firstRange(of: "ANSWER")!.lowerBound.utf16Offset(in: lines[0])
            return lines.dropFirst().map { String($0.dropFirst(start)) }
        }
        let open = answers("who can orders.read on order")
        #expect(open.contains { $0.hasPrefix("depends: yes when resource.department is ") })
        #expect(open.allSatisfy { $0 == "yes" || $0.hasPrefix("depends") })
        let certain = answers("who can orders.read on token")
        #expect(!certain.isEmpty && certain.allSatisfy { $0 == "yes" })
    }

    @Test func `a department including those under it is written with a plus`() {
        let one = converse("who can users.read on user in Finance --json").output
        let all = converse("who can users.read on user in Finance+ --json").output
        #expect(all.count > one.count)
        #expect(converse("who can users.read in Finance").errors.contains("missing resource type in the department"))
        #expect(converse("who can users.read on user in Finanse").errors.contains("did you mean `Finance`"))
    }

    @Test func `who may lists administrators, and counts the others`() {
        let result = converse("who may reveal", "who may issue")
        #expect(result.output.contains("the operator"))
        #expect(result.errors.contains("the others may not"))
        #expect(result.errors.contains("cannot be decided for an existing token"))
    }

    @Test func `the permissions of a token are shown by department, with those it used`() throws {
        let log = session.folder + "/decisions.ndjson"
        _ = session.run(
            "decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", "--tenant", "3", "--log", log)
        let result = converse("what can", "what can 'Warehouse sync' do --json", options: ["--log", log])
        #expect(result.output.contains("orders.read    –         yes    yes          yes"))
        #expect(result.output.contains("It needs:          orders.read\nIt can go without: orders.create"))
        let json = try #require(result.output.firstRange(of: "\n{\n"))
        let told = try JSONReader.parse(Array(result.output[json.lowerBound...].utf8))
        #expect(told["needs"]?["superfluous"] == .array([.string("orders.create")]))
    }

    @Test func `two tokens are compared by the fact at which they differ, and its cause`() {
        let result = converse("compare 'Warehouse sync' 'Bank reconciliation' invoices.read on invoice in Finance")
        #expect(result.output.contains("Bank reconciliation: permit"))
        #expect(result.output.contains("token meets resource.department"))
        #expect(result.output.contains("only together: "))
    }

    @Test func `suppose alone lists the tokens that it changes, and shows who can before and after`() {
        let result = converse(
            "suppose user-type withdraw Integrator orders.read", "suppose", "who can orders.read on order in Sales")
        #expect(result.errors.contains(" losing, 0 gaining something; nothing is written"))
        #expect(result.output.contains("BEFORE  AFTER"))
        #expect(result.output.contains("yes     no"))
    }

    @Test func `a decision is saved as a test, which passes`() throws {
        let folder = session.folder + "/policies"
        for name in ["policies", "plugins"] {
            try FileManager.default.copyItem(atPath: "\(Session.root)/\(name)", toPath: "\(session.folder)/\(name)")
        }
        let result = converse(
            "can orders.read on order:42 in Finance", "save last as 'Sales reads nothing of Finance'",
            "save last as 'Sales reads nothing of Finance'", "save last as",
            "test --filter 'Sales reads nothing'", options: ["--policies", folder])
        #expect(result.output.contains("1 passed"))
        #expect(result.errors.contains("already has a test of that name"))
        #expect(try session.text(of: "policies/department_gate_test.lua").contains("Sales reads nothing of Finance"))
    }
}
