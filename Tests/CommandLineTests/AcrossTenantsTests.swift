internal import Foundation
internal import ProgramSupport
internal import Testing

/// Lists and searches over every tenant, as the operator and as somebody who may see little.
@Suite struct AcrossTenantsTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func tokens(_ words: String...) throws -> [[String: Any]] {
        let result = session.run(["token", "list", "--json"] + words)
        #expect(result.status == 0, "\(result.errors)")
        let list = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(list["next"] is NSNull)
        return try #require(list["tokens"] as? [[String: Any]])
    }

    private func ids(_ words: String...) throws -> Set<String> {
        let result = session.run(["token", "list", "--csv", "--columns", "id"] + words)
        #expect(result.status == 0, "\(result.errors)")
        return Set(result.output.split(separator: "\r\n").dropFirst().map(String.init))
    }

    private func string(of name: String, tenant: String) -> String {
        session.run("token", "reveal", name, "--tenant", tenant).output.trimmingCharacters(in: .newlines)
    }

    // MARK: Lists

    @Test func `one command lists every token with its effective permissions`() throws {
        let all = session.run("token", "list", "--kind", "all", "--state", "all", "--columns", "all", "--csv")
        #expect(all.status == 0 && all.errors.isEmpty)
        let rows = all.output.split(separator: "\r\n")
        #expect(rows.count == 101 && rows[0].contains(",permissions,") && rows[0].contains(",suspended_reason,"))
        let parts = try ["3", "acme"].flatMap { tenant in
            try ["api", "mobile"].map { try ids("--tenant", tenant, "--kind", $0, "--state", "all") }
        }
        #expect(parts.map(\.count).reduce(0, +) == 100 && parts.reduce(Set()) { $0.union($1) }.count == 100)
    }

    @Test(arguments: ["title", "user", "expires", "last-active", "updated"], [false, true])
    func `pages over all tenants and kinds are the whole list`(sort: String, isDescending: Bool) throws {
        let words = ["--kind", "all", "--state", "all", "--sort", sort] + (isDescending ? ["--descending"] : [])
        func list(_ more: [String]) throws -> (ids: [String], next: String?, errors: String) {
            let result = session.run(["token", "list", "--json"] + words + more)
            try #require(result.status == 0, "\(result.errors)")
            let list = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            let tokens = try #require(list["tokens"] as? [[String: Any]])
            return (tokens.compactMap { $0["id"] as? String }, list["next"] as? String, result.errors)
        }
        let whole = try list([])
        #expect(whole.next == nil && whole.ids.count == 100 && Set(whole.ids).count == 100)
        var paged: [String] = []
        var after: [String] = []
        repeat {
            let page = try list(["--limit", "17"] + after)
            #expect(page.errors.hasPrefix("\(page.ids.count) of 100 tokens"), "\(page.errors)")
            paged += page.ids
            after = page.next.map { ["--after", $0] } ?? []
        } while !after.isEmpty && paged.count < 200
        #expect(paged == whole.ids)
    }

    @Test func `a suspension is listed with who and why`() throws {
        #expect(session.run("token", "suspend", "EDI Schenker", "--tenant", "3", "--reason", "audit").status == 0)
        let row = try #require(
            try tokens(
                "--state", "suspended", "--search", "schenker", "--columns", "title,suspended-by,suspended_reason"
            )
            .first)
        #expect(row["suspended_by"] as? String == "operator" && row["suspended_reason"] as? String == "audit")
        #expect(row.count == 3)
    }

    @Test func `an administrator sees nothing of other tenants, in lists, counts and searches`() throws {
        // A namesake: the same ids of user and assignment, with all rights, in another tenant.
        let twin = """
            {"tenants": [{"id": "twin", "name": "Twin", "zone": "UTC",
              "departments": [{"id": "d", "name": "Top"}],
              "user_types": [{"id": "t", "name": "All", "permissions": ["*"]}],
              "users": [{"id": "u-carla", "name": "carla", "full_name": "C", "email": "c@x.example",
                "assignments": [{"id": "a-carla-1", "department": "d", "user_type": "t"}]}]}]}
            """
        #expect(session.run("import", "-", input: twin).status == 0)
        let made = session.run(
            "token", "create", "--tenant", "twin", "--name", "Theirs", "--expires", "2027-06-30", "--user", "carla",
            "--json")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        let (id, text) = (try #require(fields["id"] as? String), try #require(fields["token"] as? String))

        let seen = try tokens("--tenant", "3", "--as", "carla", "--kind", "all", "--state", "all")
        #expect(!seen.isEmpty && seen.allSatisfy { $0["tenant"] as? String == "3" })
        let cut = session.run(
            "token", "list", "--tenant", "3", "--as", "carla", "--kind", "all", "--state", "all", "--limit", "1")
        #expect(cut.errors.hasPrefix("1 of \(seen.count) tokens"), "\(cut.errors)")
        #expect(session.run("token", "list", "--as", "carla").status == 64, "whose tenant is not known")
        let revoked = session.run("token", "revoke", id, "--tenant", "3", "--as", "carla", "--yes")
        #expect(revoked.status == 2 && revoked.errors.contains("there is no token"), "\(revoked.errors)")

        // A string that is not visible and one of no store give the same answer.
        let foreign = session.run(
            "token", "find", "--tenant", "3", "--as", "carla", input: string(of: "Admin console", tenant: "3"))
        let theirs = session.run("token", "find", "--tenant", "3", "--as", "carla", input: text)
        let other = Session()
        #expect(other.run("init", "--demo").status == 0)
        let unknown = other.run("token", "reveal", "EDI Schenker", "--tenant", "3").output
        let nobodys = session.run("token", "find", "--tenant", "3", "--as", "carla", input: unknown)
        #expect(foreign.status == 5 && theirs.status == 5 && nobodys.status == 5)
        #expect(
            foreign.errors == nobodys.errors && theirs.errors == nobodys.errors, "\(foreign.errors)\(nobodys.errors)")
        #expect(foreign.output == nobodys.output && theirs.output == nobodys.output)
    }

    // MARK: Finding

    @Test func `strings are recognised whatever became of them`() throws {
        let rotated = string(of: "EDI Schenker", tenant: "3")
        #expect(session.run("token", "rotate", "EDI Schenker", "--tenant", "3", "--overlap", "1h").status == 0)
        let reassigned = string(of: "Order intake", tenant: "3")
        #expect(session.run("token", "reassign", "Order intake", "--user", "carla", "--tenant", "3").status == 0)
        let purged = string(of: "EDI Posten", tenant: "3")
        #expect(session.run("token", "revoke", "EDI Posten", "--yes", "--tenant", "3").status == 0)
        let later = ["DEMILUNE_AT": "2026-12-24T12:00:00Z"]
        let text = [rotated, reassigned, purged].joined(separator: " ")
        let now = session.run("token", "find", input: text)
        for word in ["rotated, works until 2026-11-22T13:00:00Z", "reassigned", "revoked"] {
            #expect(now.output.contains(word), "\(word): \(now.output)")
        }
        #expect(
            session.run("token", "purge", "--tenant", "3", "--before", "2026-12-01", "--yes", environment: later).status
                == 0)
        // Keys are replaced, and what they sealed with them.
        #expect(session.run("keys", "add", environment: later).status == 0)
        #expect(session.run("keys", "rewrap", environment: later).status == 0)
        #expect(session.run("keys", "retire", "1", "--yes", environment: later).status == 0)
        let found = session.run("token", "find", "--csv", input: text, environment: later)
        #expect(found.status == 5)
        let strings = found.output.split(separator: "\r\n").dropFirst().map { $0.split(separator: ",").last ?? "" }
        #expect(strings == ["rotated", "purged", "purged"], "\(found.output)\(found.errors)")
        for secret in [rotated, reassigned, purged] { #expect(!(found.output + now.output).contains(secret)) }
    }

    @Test func `only a text without a token of the store is clear`() throws {
        let acme = string(of: "Back office", tenant: "acme")
        #expect(session.run("token", "find", input: "nothing").status == 0)
        let all = session.run("token", "find", input: acme)
        #expect(all.status == 5 && all.output.contains("acme"))
        let narrowed = session.run("token", "find", "--tenant", "3", input: acme)
        #expect(narrowed.status == 5 && narrowed.errors.contains("1 more token string of other tenants"))
        let other = Session()
        #expect(other.run("init", "--demo").status == 0)
        let foreign = session.run(
            "token", "find", input: other.run("token", "reveal", "EDI Schenker", "--tenant", "3").output)
        #expect(foreign.status == 0 && foreign.errors.contains("1 unknown token string"), "\(foreign.errors)")
    }

    @Test func `a token that the operator may not see is in the text all the same`() throws {
        let string = string(of: "Back office", tenant: "acme")
        let folder = try session.policies(["nobody": "return { on = \"access\", decide = function() end }"])
        let found = session.run("token", "find", input: string, environment: ["DEMILUNE_POLICIES": folder])
        #expect(found.status == 5 && !found.output.contains("acme"), "\(found.output)")
        #expect(found.errors.contains("or of a token that is not visible here"), "\(found.errors)")
        #expect(!found.errors.contains("mistyped"))
    }

    @Test func `an unknown string is not cleared by a log that was changed`() throws {
        let rotated = string(of: "EDI Schenker", tenant: "3")
        #expect(session.run("token", "rotate", "EDI Schenker", "--tenant", "3").status == 0)
        try session.sql("DROP TRIGGER log_is_never_changed")
        try session.sql("UPDATE log SET details = '{}' WHERE act = 'token.rotate'")
        try session.sql(
            "CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        )
        let found = session.run("token", "find", input: rotated)
        #expect(found.status == 5 && found.errors.contains("demilune log verify"), "\(found.errors)")
    }

    // MARK: Unknown names

    @Test(arguments: [
        (["token", "list", "--user", "bjrn"], "no user `bjrn`"),
        (["token", "list", "--department", "X"], "no department"),
        (["token", "list", "--user-type", "X"], "no user type"), (["token", "list", "--tenant", "x"], "no tenant `x`"),
        (["token", "list", "--state", "dead"], "must be one of"), (["token", "list", "--kind", "x"], "must be one of"),
        (["token", "list", "--search", "nosuchthing"], "has `nosuchthing` in its name"),
        (["token", "list", "--columns", "permision"], "did you mean `permissions`?"),
        (["token", "revoke", "--user", "bjrn"], "no user `bjrn`"),
        (["log", "list", "--act", "token.reveel"], "did you mean `token.reveal`?"),
        (["log", "list", "--actor", "u-nobody"], "no user with the id"),
        (["log", "list", "--tenant", "x"], "no tenant `x`"),
        (["log", "list", "--token", "00000000000000000000000000000001"], "no token"),
    ])
    func `a filter that names something unknown is an error`(words: [String], message: String) {
        let result = session.run(words)
        #expect(result.status != 0 && result.output.isEmpty && result.errors.contains(message), "\(result.errors)")
    }

    @Test func `a search that only other filters leave without a result is an empty list`() {
        let result = session.run("token", "list", "--search", "schenker", "--state", "suspended")
        #expect(result.status == 0 && result.errors == "0 API tokens\n", "\(result.errors)")
    }

    // MARK: One person

    @Test func `a question about a person covers API and mobile tokens`() throws {
        let all = try tokens("--tenant", "3", "--user", "carla")
        #expect(Set(all.compactMap { $0["kind"] as? String }) == ["api", "mobile"])
        let shown = session.run("token", "revoke", "--user", "carla", "--tenant", "3")
        #expect(shown.errors.contains("\(all.count) would be revoked"), "\(shown.errors)")
    }

    @Test func `deactivating shows the effects and needs consent, and revokes every token if wanted`() throws {
        let active = try tokens("--tenant", "3", "--user", "carla").count
        let shown = session.run("user", "deactivate", "carla", "--tenant", "3", "--revoke-tokens")
        #expect(
            shown.status == 0 && shown.errors.contains("\(active) tokens revoked, 0 suspended; nothing is changed yet"))
        #expect(session.run("user", "show", "carla", "--tenant", "3").output.contains("Active           yes"))
        // Suspended first, revoked by a second run.
        #expect(session.run("user", "deactivate", "carla", "--tenant", "3", "--yes").status == 0)
        #expect(try !tokens("--tenant", "3", "--user", "carla").isEmpty)
        let revoked = session.run("user", "deactivate", "carla", "--tenant", "3", "--revoke-tokens", "--yes")
        #expect(revoked.status == 0, "\(revoked.errors)")
        #expect(try tokens("--tenant", "3", "--user", "carla").isEmpty)
        let several = session.run("user", "deactivate", "bjorn", "hanne", "--tenant", "3")
        #expect(session.run("user", "deactivate", "bjorn", "hanne", "--tenant", "3", "--yes").status == 64)
        let digest = try #require(several.errors.firstMatch(of: /--digest ([0-9a-f]+)/)).1
        let done = session.run(
            "user", "deactivate", "bjorn", "hanne", "--tenant", "3", "--yes", "--digest", String(digest))
        #expect(done.status == 0 && done.output.contains("are inactive"), "\(done.errors)")
        #expect(session.run("store", "verify").status == 0)
    }
}
