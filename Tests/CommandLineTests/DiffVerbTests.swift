import Foundation
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
