internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// Explanations of decisions, and the changes that would turn them.
struct ReplAnalysisTests: DemoConversation {
    let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

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
