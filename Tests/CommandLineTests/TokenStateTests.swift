internal import Foundation
internal import ProgramSupport
internal import Testing

/// Tokens are shown as they are: their expiry, their state, and who changed it.
@Suite struct TokenStateTests {
    private let session = Session()

    init() throws {
        #expect(session.run("init", "--demo").status == 0)
        let made = demilune(
            "token", "create", "--name", "Feed", "--expires", "2027-01-05T10:00:00+01:00", "--user", "bjorn",
            "--assignment", "a-bjorn-1")
        #expect(made.output.contains("Expires  2027-01-05 10:00 Europe/Oslo"), "\(made)")
    }

    @discardableResult private func demilune(_ words: String..., at: String? = nil) -> Session.Result {
        let environment = ["DEMILUNE_TENANT": "3"].merging(at.map { ["DEMILUNE_AT": $0] } ?? [:]) { $1 }
        return session.run(words, environment: environment)
    }

    private func json(_ name: String = "Feed", at: String? = nil) throws -> [String: Any] {
        let result = demilune("token", "show", name, "--json", at: at)
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    /// The text of a field of `token show`.
    private func field(_ name: String, at: String? = nil) -> String? {
        let lines = demilune("token", "show", "Feed", at: at).lines
        return lines.first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(26)) }
    }

    private func listed(_ words: String..., at: String? = nil) -> [String] {
        let environment = ["DEMILUNE_TENANT": "3"].merging(at.map { ["DEMILUNE_AT": $0] } ?? [:]) { $1 }
        let result = session.run(["token", "list", "--csv"] + words, environment: environment)
        return result.output.split(separator: "\r\n").dropFirst().map(String.init)
    }

    @Test func `an expiry in the middle of a day is a time, and the token ends then`() throws {
        #expect(field("Expiry Date") == "2027-01-05 10:00 Europe/Oslo")
        #expect(
            listed("--search", "Feed").first { $0.contains(",Feed,") }?.contains(",2027-01-05 10:00 Europe/Oslo,live")
                == true)
        let suspended = demilune("token", "suspend", "Feed")
        #expect(suspended.output.contains("is suspended; it expires at 2027-01-05 10:00 Europe/Oslo"))
        demilune("token", "resume", "Feed")
        #expect(field("State", at: "2027-01-05T08:59:59Z") == "live")
        #expect(field("State", at: "2027-01-05T09:00:00Z") == "expired")
        let day = demilune("token", "amend", "Feed", "--expires", "2027-01-05")
        #expect(day.output.contains("its last valid day is 2027-01-05"))
        #expect(field("Expiry Date") == "2027-01-05, the last valid day in Europe/Oslo")
    }

    @Test func `a former string is shown with its end`() throws {
        #expect(field("Former String") == "none works")
        #expect(try json()["former_string_until"] is NSNull)
        let rotated = demilune("token", "rotate", "Feed", "--overlap", "24h")
        #expect(rotated.errors.contains("the old string works until 2026-11-23 13:00 Europe/Oslo"))
        #expect(field("Former String") == "works until 2026-11-23 13:00 Europe/Oslo")
        #expect(try json()["former_string_until"] as? String == "2026-11-23T12:00:00Z")
        #expect(field("Former String", at: "2026-11-23T12:00:00Z") == "stopped working at 2026-11-23 13:00 Europe/Oslo")
        demilune("token", "suspend", "Feed")
        #expect(field("Former String")?.contains("does not work while the token is suspended") == true)
        let expiring = demilune("token", "rotate", "Feed", "--overlap", "900h", at: "2026-12-24T12:00:00Z")
        #expect(
            expiring.errors.contains("works until 2027-01-05 10:00 Europe/Oslo"),
            "not beyond the token: \(expiring.errors)")
    }

    @Test func `who suspended or revoked a token is shown, when and why`() throws {
        #expect(demilune("token", "suspend", "Feed", "--reason", "seen in a chat", "--as", "anna/a-anna-1").status == 0)
        #expect(field("Suspended") == "2026-11-22 13:00 Europe/Oslo by anna: seen in a chat")
        var fields = try json()
        #expect(fields["state"] as? String == "suspended" && fields["suspended_by"] as? String == "u-anna")
        #expect(
            fields["suspended_by_name"] as? String == "anna"
                && fields["suspended_reason"] as? String == "seen in a chat")
        #expect(field("Permissions") == "none: the token is suspended" && field("When Usable") != nil)
        #expect((fields["permissions"] as? [Any])?.isEmpty == true)
        #expect((fields["permissions_when_usable"] as? [Any])?.isEmpty == false)
        demilune("token", "resume", "Feed")
        #expect(field("Suspended") == nil && field("When Usable") == nil)
        demilune("token", "suspend", "Feed", "--reason", "again")
        #expect(field("Suspended") == "2026-11-22 13:00 Europe/Oslo by operator: again")
        demilune("token", "revoke", "Feed", "--yes", "--reason", "left")
        #expect(field("Revoked") == "2026-11-22 13:00 Europe/Oslo by operator: left" && field("Suspended") == nil)
        fields = try json()
        #expect(fields["state"] as? String == "revoked" && fields["revoked_by"] as? String == "operator")
        #expect(field("Permissions") == "none: the token was revoked" && field("When Usable") == nil)
        #expect(!demilune("token", "show", "Feed").output.contains("token reveal"))
        #expect(field("API Token")?.hasSuffix("(never shown again: revoked)") == true)
    }

    @Test func `an entry of the log that somebody changed is not believed`() throws {
        demilune("token", "suspend", "Feed", "--reason", "true")
        try session.sql("DROP TRIGGER log_is_never_changed")
        try session.sql("UPDATE log SET details = replace(details, 'true', 'lies') WHERE act = 'token.suspend'")
        try session.sql(
            "CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        )
        let shown = demilune("token", "show", "Feed")
        #expect(shown.output.contains("by whom is not in the log") && !shown.output.contains("lies"), "\(shown)")
    }

    @Test func `JSON has names beside ids`() throws {
        let fields = try json()
        for (id, name, value) in [
            ("user", "user_name", "bjorn"), ("department", "department_name", "Sales"),
            ("user_type", "user_type_name", "Integrator"), ("tenant", "tenant_name", "Nordlys Logistics"),
        ] {
            #expect(fields[id] is String && fields[name] as? String == value, "\(name)")
        }
    }

    @Test func `states are the words of filters, in lists, in fields and in JSON`() throws {
        for state in ["live", "suspended", "expired", "revoked"] {
            let rows = listed("--state", state)
            #expect(!rows.isEmpty, "\(state)")
            let id = String(rows[0].prefix(32))
            #expect(try json(id)["state"] as? String == state)
        }
        let later = "2027-01-04T12:00:00Z"
        #expect(demilune("token", "mark-dormant", "--unused-for", "30d", at: later).status == 0)
        let dormant = listed("--state", "dormant", at: later)
        #expect(dormant.contains { $0.contains(",Feed,") && $0.hasSuffix(",\"live, dormant\"") }, "\(dormant)")
        #expect(listed("--state", "live", at: later).contains { $0.contains(",Feed,") }, "a dormant token is usable")
        #expect(field("State", at: later) == "live, dormant")
    }

    @Test func `a token whose user is inactive is not live`() throws {
        // Deactivating suspends API tokens, and resuming is refused then. An import of an older store can leave one as it was.
        #expect(!listed("--state", "inactive").contains { $0.contains(",bjorn,") })
        let export = demilune("export", "--tokens").output
        let changed = try JSONSerialization.jsonObject(with: Data(export.utf8)) as! [String: Any]
        let tenants = (changed["tenants"] as! [[String: Any]]).map { tenant in
            var tenant = tenant
            tenant["users"] = (tenant["users"] as! [[String: Any]]).map { user in
                var user = user
                if user["id"] as? String == "u-bjorn" { user["active"] = false }
                return user
            }
            return tenant
        }
        let file = try session.file(
            "export.json", try JSONSerialization.data(withJSONObject: changed.merging(["tenants": tenants]) { $1 }))
        let inactive = listed("--state", "inactive", "--store", file)
        #expect(
            inactive.contains { $0.contains(",Feed,") }
                && inactive.allSatisfy { $0.hasSuffix(",inactive") || $0.hasSuffix("dormant\"") })
        #expect(!listed("--state", "live", "--store", file).contains { $0.contains(",bjorn,") })
        #expect(listed("--state", "inactive", "--user", "anna", "--store", file).isEmpty)
        let shown = demilune("token", "show", "Feed", "--store", file).output
        #expect(shown.contains("State                     inactive: the user is not active"), "\(shown)")
        #expect(shown.contains("none: the user is not active"))
    }
}
