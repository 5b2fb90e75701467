internal import Presentation
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// Completion of a line by Tab, on the demo organisation.
struct CompletionTests {
    private let session = Session()
    private let repl: Repl

    init() throws {
        #expect(session.run("init", "--demo").status == 0)
        repl = try session.repl("--tenant", "3")
    }

    private func edit(_ before: String) -> Editor.Edit { Completion.edit(before, repl, columns: 80, rows: 24) }

    @Test(arguments: [
        ("ten", "tenant "), ("tok", "token "), ("token li", "list "), ("use Ware", "'Warehouse sync' "),
        ("use 'Ware", "'Warehouse sync' "), ("may car", "carla "), ("can orders.ap", "orders.approve "),
        ("can orders.read on inv", "invoice "), ("can orders.read on order in Payr", "Payroll "),
        ("can orders.read on order with am", "amount="), ("can orders.read on order with mfa=t", "mfa=true "),
        ("can orders.read on order with department='Sales N", "department='Sales North' "),
        ("token list --dep", "--department "), ("token list --department Payr", "Payroll "),
        ("token list --color al", "always "), ("= request.token.dep", "department"),
        ("= request.token.department:is_within(request.resource.dep", "department"), ("help qu", "quit"),
        ("can orders.read \\\n on inv", "invoice "), ("= request.context.orig", "origin"),
        ("= request.token.department.top.pat", "path"), ("= use \"busi", "business_hours"),
        ("= use('se", "separation_of_duties"),
        ("= use \"org\".sib", "siblings("), ("= use(\"org\").sib", "siblings("), ("= org.man", "manage"),
        ("= org.common_ancestor(request.token.department, (request.resource.department)).pare", "parent"),
        ("= org.managers:ge", "get("), ("= local o = use \"org\" return o.dis", "distance("),
        ("= separation_of_duties.duties:get(\"a ) b\").oth", "other"), ("= 'a.' .. request.tok", "token"),
        ("= local o = use 'cidr' local o = use 'org' return o.dis", "distance("), ("= bus", "business_hours"),
    ])
    func `a single candidate is completed`(before: String, inserted: String) {
        #expect(edit(before).inserted == inserted || edit(before).inserted.hasPrefix(inserted))
    }

    @Test func `actions are completed with the quotes, the types and the properties that they need`() throws {
        let policies = try session.policies(["a": "return { on = \"access\", decide = function() deny(\"no\") end }"])
        _ = try session.file(
            "own/schema.lua",
            """
            return {
              actions = { ["GET /todos"] = "read", ["s3:GetObject"] = "read",
                          erase = { kind = "delete", on = { "record" }, properties = { soft = optional "boolean" } } },
              resources = { record = {}, folder = {} },
            }
            """)
        let repl = try session.repl("--tenant", "3", "--policies", policies)
        func inserted(_ before: String) -> String { Completion.edit(before, repl, columns: 80, rows: 24).inserted }
        #expect(inserted("can GE") == "'GET /todos' " && inserted("can s3") == "s3:GetObject ")
        #expect(inserted("can 'GET /todos' on fo") == "folder ")
        #expect(inserted("can erase on r") == "record " && inserted("can erase on f") == "")
        #expect(inserted("can erase on record with act") == "action.soft=")
        #expect(inserted("can erase on record with action.soft=t") == "action.soft=true ")
        #expect(inserted("= request.action.so") == "soft" && inserted("= request.action:decl").hasPrefix("declares"))
    }

    @Test func `what unread candidates may not share is not inserted`() throws {
        let tokens = (1...60).map { number in
            let id = String(repeating: "0", count: 30) + String(number + 10)
            let name = number < 60 ? "Feed A \(number + 100)" : "Feed B"
            return """
                {"id":"\(id)","kind":"api","name":"\(name)","assignment":"a-bjorn-1","created":"2026-11-01T00:00:00Z",
                 "expires":"2027-11-01T00:00:00Z"}
                """
        }
        let path = try session.file(
            "more.json", #"{"tenants":[{"id":"3","tokens":[\#(tokens.joined(separator: ","))]}]}"#)
        let imported = session.run("import", path)
        #expect(imported.status == 0, "\(imported.errors)")
        let edit = edit("use Fee")
        #expect(edit.inserted == "" && edit.shown.contains("Feed A") && edit.shown.contains("… and more"), "\(edit)")
        // The others of the demo organisation do not matter once the text is nobody else's.
        #expect(self.edit("use 'Feed B").inserted == "'Feed B' ")
        #expect(self.edit("use 'Feed A 10").inserted == "" && self.edit("use 'Feed A 11").shown.contains("Feed A 110"))
    }

    @Test(arguments: [
        ("can ", "orders.read", "read"), ("use ", "Admin console", "of anna, Nord"),
        ("may ", "carla", "Carla Rossi"), ("token list --department 'Sales", "Sales North", "under Sales"),
        ("= request.token.", "department", "the department it acts in"),
        ("= request.token.department:is_within", "is_within_any(", "one of some departments"),
        ("can orders.read on order with ", "amount=", "number, of the order"), ("token ", "list", "lists tokens"),
        ("= request.token.", "is_managers", "boolean: Whether its user"),
        ("= request.token.department.", "path", "string: The names from the top"),
        ("= request.context.", "origin", "\"private\" or \"public\" or"),
        ("= org.", "siblings(", "boolean of (one, other): Whe"),
        ("= org.", "managers", "data: User types"),
        ("= org.managers:", "has(", "a row of that user_type"),
        ("= separation_of_duties.duties:get(\"orders\").", "one", "string"), ("= use \"", "cidr", "Whether an address"),
        ("= ", "org", "plugin: Walks of the"), ("= ", "request", "the last request"),
        ("= request.action ..", "request", "the last request"),
    ])
    func `several candidates are listed, each with its description`(before: String, name: String, help: String) {
        let shown = edit(before).shown.split(separator: "\n").first { $0.contains(name) }
        #expect(shown?.contains(help) == true, "\(edit(before))")
    }

    @Test func `the common beginning of the candidates is completed`() {
        #expect(edit("can ord").inserted == "orders.")
        #expect(edit("can ord").erased == 3)
        #expect(edit("use 'bæd").inserted == "")
    }

    @Test(arguments: [
        "= orgs.", "= org.siblings.", "= org.nothing.", "= request:", "= local org = use \"none\" return org.",
        "= f(x).",
        "= business_hours.hours:",
    ])
    func `no candidates are offered when none is known`(before: String) {
        let edit = edit(before)
        #expect(
            edit.inserted == "" && edit.shown == "", "\(edit)")
    }

    @Test func `no line is wider than the screen`() {
        for before in ["use ", "can ", "= request.token.", ""] {
            for line in Completion.edit(before, repl, columns: 50, rows: 24).shown.split(separator: "\n") {
                #expect(DisplayWidth.of(line) <= 50)
            }
        }
    }
}

extension Session {
    /// A new REPL on the session's store.
    func repl(_ options: String...) throws -> Repl {
        let terminal = Terminal(StandardStreams(input: { [] }, output: { _ in true }, errors: { _ in }))
        let environment = [
            "DEMILUNE_STORE": store, "DEMILUNE_POLICIES": Self.policies, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
            "XDG_DATA_HOME": keys,
        ]
        let line = try ParsedLine(["repl"] + options, verbs: Program.verbs)
        let repl = try Repl(try Invocation(line, environment: environment, terminal: terminal))
        try repl.reload(terminal)
        return repl
    }
}
