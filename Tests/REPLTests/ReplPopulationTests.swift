internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// Analyses of many tokens, and decisions that become tests.
struct ReplPopulationTests: DemoConversation {
    let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

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
