import Foundation
import Model
import ProgramSupport
import Testing

/// The impact of a change of policies, at the command line.
@Suite struct DiffVerbTests {
    private let session = Session()

    private func policies(_ folder: String, _ change: (String) -> String = { $0 }) throws -> String {
        try session.shippedPolicies(in: folder, change)
    }

    private static func widen(_ text: String) -> String {
        text.replacing("config.shared:contains(department)", with: "request.action == \"orders.read\"")
    }

    @Test func `what is permitted more comes first, with its cause and an example`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let (old, new) = (try policies("old"), try policies("new", Self.widen))
        let same = session.run("diff", old, old, "--fail-on", "any")
        #expect(same.status == 0 && same.output.isEmpty && same.errors.contains("no difference: "), "\(same)")
        #expect(same.errors.contains("not compared: administration, by administration, "))
        let wider = session.run("diff", old, new, "--fail-on", "widened", "--tenant", "3")
        #expect(wider.status == 5, "\(wider.errors)")
        for text in [
            "widened: ", "requests of tokens denied before are permitted", ", by department_scope",
            "3: Integrator in Warehouse, ", "such as ", "denied (Nordlys Logistics is outside Warehouse) -> permitted",
        ] { #expect(wider.output.contains(text), "\(text)\n\(wider.output)") }
        #expect(!wider.output.contains("acme:") && !wider.output.contains("narrowed"))
        let back = session.run("diff", new, old, "--fail-on", "widened")
        #expect(back.status == 0 && back.output.contains("narrowed: "))
        let json = session.run("diff", old, new, "--json")
        #expect(json.output.contains("\"direction\": \"widened\"") && json.output.contains("\"is_complete\": true"))
        let markdown = session.run("diff", old, new, "--format", "markdown", "--and-at", "+30d")
        #expect(markdown.output.hasPrefix("### What the change does to tokens\n") && markdown.output.contains(" at 20"))
    }

    @Test func `a page and a SARIF log have every change`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let (old, new) = (try policies("old"), try policies("new", Self.widen))
        let page = session.run("diff", old, new, "--format", "html").output
        for text in [
            "<!doctype html>", "<h2>Who loses, and who gains</h2>", "<rect class=\"widened\"",
            "<td>department_scope</td>",
            "</body></html>",
        ] { #expect(page.contains(text), "\(text)") }
        #expect(!page.contains("<script") && !page.contains("http"))
        let log = try JSONReader.parse(session.run("diff", old, new, "--format", "sarif").output)
        guard case .array(let runs)? = log["runs"], case .array(let results)? = runs.first?["results"] else {
            Issue.record("no results")
            return
        }
        #expect(
            results.count > 3
                && results.allSatisfy { $0["ruleId"]?.string == "widened" && $0["level"]?.string == "error" })
        #expect("\(results[0])".contains("policies/department_scope.lua"), "\(results[0])")
        #expect(session.run("diff", old, old, "--format", "html").output.contains("no difference: "))
    }

    @Test func `recorded requests are decided for every token`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let (old, new) = (try policies("old"), try policies("new", Self.widen))
        let requests = session.run("requests", "--count", "200").output
        let file = try session.file("requests.ndjson", requests + "no line\n")
        let result = session.run("diff", old, new, "--requests", file)
        #expect(
            result.output.contains("widened: ") && result.errors.contains(" different requests in 201 recorded lines, ")
        )
        #expect(result.errors.contains("not compared: not JSON, 1 line: line 201, it is not JSON: "))
        #expect(result.errors.contains("not compared: the token is not in the store, "), "\(result.errors)")
        // A request that cannot be read may be a permit gained; one of a token that is gone is of no token that there is.
        #expect(session.run("diff", old, old, "--requests", file, "--fail-on", "widened").status == 5)
        let whole = try session.file("whole.ndjson", requests)
        #expect(session.run("diff", old, old, "--requests", whole, "--fail-on", "any").status == 0)
        let piped = session.run("diff", old, new, "--requests", "-", input: requests)
        #expect(piped.output == session.run("diff", old, new, "--requests", whole).output)
        let none = session.run("diff", old, new, "--requests", "/dev/null")
        #expect(none.status == 1 && none.errors.contains("`/dev/null` has no request"))
    }

    @Test func `two stores are compared, by their records and by what tokens may do`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let before = try session.file("before.json", session.run("export", "--tokens").output)
        #expect(session.run("user", "deactivate", "carla", "--tenant", "3", "--yes").status == 0)
        let wide = """
            {"tenants":[{"id":"3","user_types":[{"id":"t-integrator","permissions":["*"]}],
            "departments":[{"id":"d-new","name":"New"}]}]}
            """
        #expect(session.run("import", "-", input: wide).status == 0)
        let result = session.run(
            "diff", "--store", before, "--store", session.store, "--fail-on", "narrowed",
            environment: ["DEMILUNE_STORE": ""])
        #expect(result.status == 5, "\(result)")
        for text in [
            "3/user_types/t-integrator", "orders.create, orders.read", "3/users/u-carla", "3/departments/d-new",
            "new\n", "widened: ", "narrowed: ", "-> token_revoked", "-> permitted (Integrator is permitted to do this)",
        ] { #expect(result.output.contains(text), "\(text)\n\(result.output)") }
        let back = session.run("diff", "--store", session.store, "--store", before, "--json")
        let there = session.run("diff", "--store", before, "--store", session.store, "--json")
        let (one, other) = (try JSONReader.parse(there.output), try JSONReader.parse(back.output))
        #expect(one["widened"] == other["narrowed"] && one["narrowed"] == other["widened"])
        #expect(back.output.contains("\"after\": \"gone\"") && there.output.contains("\"after\": \"new\""))
        let markdown = session.run("diff", "--store", before, "--store", session.store, "--format", "markdown").output
        #expect(markdown.contains("| 3/users/u-carla | carla | active | true | false |"))
        let same = session.run("diff", "--store", before, "--store", before, "--fail-on", "any")
        #expect(same.status == 0 && same.output.isEmpty && same.errors.contains("no difference: "))
        // A tenant that only one of them has, at a time in its zone.
        let tenant = try session.file("tenant.json", #"{"tenants":[{"id":"new","name":"New","zone":"Asia/Tokyo"}]}"#)
        let new = session.run(
            "diff", "--store", before, "--store", tenant, "--tenant", "new", "--and-at", "+1d", "--json")
        #expect(new.status == 0 && new.output.contains("\"after\": \"new\""), "\(new)")
        // A record that changes no decision is a difference, too.
        let renamed = try session.file(
            "renamed.json", session.text(of: "before.json").replacing("\"Sales\"", with: "\"Sale\""))
        #expect(session.run("diff", "--store", before, "--store", renamed, "--fail-on", "any").status == 5)
    }

    @Test func `what cannot be compared is refused`() throws {
        for (arguments, message) in [
            (["diff"], "name what to compare: "), (["diff", "a"], "there is one set of policies, `a`, and no other"),
            (["diff", "--store", "a", "--store", "b", "--store", "c"], "`--store` is given more than twice"),
            (["diff", "a", "b", "--format", "sarif", "--exhaustive"], "`--exhaustive` has no format `sarif`"),
            (["diff", "--exhaustive"], "`--exhaustive` compares two sets of policies"),
            (["token", "list", "--store", "a", "--store", "b"], "`--store` is given twice"),
        ] {
            let result = session.run(arguments)
            #expect(result.status == 64 && result.errors.contains(message), "\(arguments) \(result)")
        }
    }

    @Test func `a revision of git is read as it was`() throws {
        #expect(session.run("init", "--demo").status == 0)
        _ = try policies("repository")
        let root = session.folder + "/repository"
        let repository = try Repository(root)
        try repository.commit()
        #expect(session.run("plugins", "lock", "--policies", root + "/policies").status == 0)
        try repository.commit()
        let scope = root + "/policies/department_scope.lua"
        try Self.widen(String(contentsOfFile: scope, encoding: .utf8)).write(
            toFile: scope, atomically: true, encoding: .utf8)
        let store = session.folder + "/demilune.db"
        let result = session.run(
            "diff", "HEAD:\(root)/policies", root + "/policies", "--store", store, "--fail-on", "any")
        #expect(result.status == 5 && result.output.contains("by department_scope"), "\(result)")
        // With `--locked`, the revision is held to its own lock file.
        let same = ["HEAD:\(root)/policies", "HEAD:\(root)/policies"]
        let locked = session.run(["diff"] + same + ["--store", store, "--tenant", "3", "--locked"])
        #expect(locked.status == 0 && locked.errors.contains("no difference: "), "\(locked)")
        let unlocked = session.run("diff", "HEAD~1:\(root)/policies", same[0], "--store", store, "--locked")
        #expect(unlocked.status == 3 && unlocked.errors.contains("plugins.lock"), "\(unlocked)")
        let none = session.run("diff", "nowhere:\(root)/policies", root + "/policies", "--store", store)
        #expect(none.status == 3 && none.errors.contains("`git ls-tree` of `nowhere:policies` failed: "), "\(none)")
        #expect(
            session.run("diff", "HEAD:\(root)/nothing", root + "/policies", "--store", store).errors.contains(
                "no folder `nothing`"))
        #expect(session.run("diff", "--store", store, "--", "-x:policies", root + "/policies").status == 64)
    }
}
