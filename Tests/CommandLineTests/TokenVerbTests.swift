internal import Foundation
internal import Presentation
internal import ProgramSupport
internal import Testing

/// The requirements on tokens in the user's document, on the command line.
@Suite struct TokenVerbTests {
    private let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    @discardableResult private func demilune(
        _ words: String..., input: String = "", environment: [String: String] = [:]
    ) -> Session.Result {
        var environment = environment
        environment["DEMILUNE_TENANT"] = "3"
        return session.run(words, input: Array(input.utf8), environment: environment)
    }

    private func json(_ words: String..., input: String = "") throws -> [String: Any] {
        let result = session.run(
            words + ["--json"], input: Array(input.utf8), environment: ["DEMILUNE_TENANT": "3"])
        #expect(result.status == 0, "\(words): \(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func create(_ name: String, _ words: String...) throws -> (id: String, token: String) {
        let result = session.run(
            [
                "token", "create", "--name", name, "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
                "a-bjorn-1",
            ]
                + words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
        #expect(result.status == 0, "\(result.errors)")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        return (try #require(fields["id"] as? String), try #require(fields["token"] as? String))
    }

    // MARK: Creating

    @Test func `a token is created for one of the user's combinations, printed once, and can be revealed`() throws {
        let result = demilune(
            "token", "create", "--name", "Price feed", "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
            "Sales/Integrator")
        #expect(result.status == 0 && result.output.contains("Token    dml_"), "\(result.errors)")
        #expect(result.errors.contains("it can be shown again: demilune token reveal"))
        #expect(!result.errors.contains("dml_"))
        let revealed = demilune("token", "reveal", "Price feed")
        let token = revealed.output.trimmingCharacters(in: .newlines)
        #expect(result.output.contains(token) && token.count == 40)
        #expect(
            demilune("token", "show", "Price feed").output.contains("Revealed                  once, last by operator"))
    }

    @Test func `the combination is chosen by number, or the refusal lists them`() {
        let result = demilune("token", "create", "--name", "X", "--expires", "2027-06-30", "--user", "bjorn")
        #expect(result.status == 64)
        #expect(result.errors.contains("`a-bjorn-1` (Sales > Integrator), `a-bjorn-2` (Warehouse > Integrator)"))
        let foreign = demilune(
            "token", "create", "--name", "X", "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-carla-1")
        #expect(foreign.status == 1 && foreign.errors.contains("`a-carla-1` is not an assignment of `bjorn`"))
    }

    @Test func `advice is shown before anything is saved, and followed if an option says so`() throws {
        func create(_ name: String, _ more: String...) -> Session.Result {
            let words = ["--name", name, "--expires", "2028-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1"]
            return session.run(["token", "create"] + words + more, environment: ["DEMILUNE_TENANT": "3"])
        }
        let refused = create("Long")
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.errors.contains("until 2027-11-22 is suggested  [expiry_cap:"))
        #expect(
            refused.errors.contains("nothing is saved: add `--accept-advice` to follow it, or `--ignore-advice`"),
            "\(refused.errors)")
        #expect(!demilune("token", "list", "--csv").output.contains(",Long,"))
        #expect(create("Long", "--accept-advice", "--ignore-advice").status == 64)
        let kept = create("Long", "--ignore-advice")
        #expect(kept.errors.contains("until 2027-11-22 is suggested  [expiry_cap:"))
        #expect(kept.output.contains("2028-06-30, the last valid day in Europe/Oslo"))
        let taken = create("long", "--accept-advice")
        // The name is taken: nothing is saved, whatever was advised.
        #expect(taken.status == 1 && taken.errors.contains("the name `long` is used by"), "\(taken.errors)")
        let other = create("Long 2", "--accept-advice")
        #expect(other.output.contains("2027-11-22, the last valid day in Europe/Oslo"), "\(other.errors)")
    }

    @Test func `policies decide who may create tokens`() {
        let words = ["--name", "X", "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1"]
        func create(_ actor: String) -> Session.Result {
            session.run(["token", "create"] + words + ["--as", actor], environment: ["DEMILUNE_TENANT": "3"])
        }
        let denied = create("dag/a-dag-1")
        #expect(denied.status == 2 && denied.errors.contains("deny  (denied: beyond_actor)"), "\(denied.errors)")
        let beyond = create("carla")
        #expect(beyond.status == 2 && beyond.errors.contains("beyond_actor"), "\(beyond.errors)")
        #expect(create("anna/a-anna-1").status == 0)
        let log = demilune("log", "list", "--act", "token.issue.refused")
        #expect(log.output.contains("u-dag (as)") && log.output.contains("u-carla (as)"), "\(log.output)")
        #expect(demilune("log", "list", "--actor", "u-anna").output.contains("token.issue"))
    }

    @Test(arguments: [
        (["--expires", "2026-11-21"], "is in the past: it is 2026-11-22 13:00 Europe/Oslo"),
        (["--expires", "9999-12-31"], "at most 9999-12-30"), (["--expires", "soon"], "must be a day (2027-01-31)"),
        (["--expires", "2027-06-30", "--name", "a\u{202E}b"], "U+202E"),
        (["--expires", "2027-06-30", "--name", "\u{200B}"], "U+200B"),
        (["--expires", "2027-06-30", "--device", "x"], "--mobile"),
        (["--expires", "2027-06-30", "--mobile"], "a mobile token has none"),
    ])
    func `an invalid token is refused with a reason`(words: [String], message: String) {
        let name = words.contains("--name") ? [] : ["--name", "X"]
        let result = session.run(
            ["token", "create", "--user", "bjorn", "--assignment", "a-bjorn-1"] + name + words,
            environment: ["DEMILUNE_TENANT": "3"])
        #expect(result.status != 0 && result.output.isEmpty && result.errors.contains(message), "\(result.errors)")
    }

    @Test func `a login makes a mobile token for 30 days, which is never shown again`() throws {
        let fields = try json(
            "token", "create", "--mobile", "--user", "carla", "--assignment", "a-carla-1", "--device", "Pixel 9")
        #expect((fields["token"] as? String)?.hasPrefix("dmm_") == true)
        #expect(fields["expires"] as? String == "2026-12-22T12:00:00Z")
        let id = try #require(fields["id"] as? String)
        let revealed = demilune("token", "reveal", id)
        #expect(revealed.status == 2 && revealed.errors.contains("a mobile token is never shown again"))
        #expect(demilune("token", "list", "--mobile", "--search", "pixel").output.contains("carla@nordlys.example"))
    }

    @Test func `a token has a description and a contact, which are found, changed and removed`() throws {
        let (id, _) = try create("Feed", "--description", "Prices for the shop", "--contact", "Øps <ops@example.com>")
        let shown = demilune("token", "show", id).output
        #expect(
            shown.contains("Description               Prices for the shop") && shown.contains("Øps <ops@example.com>"))
        for words in [
            ["--search", "THE SHOP"], ["--search", "ops@"], ["--contact", "ops"], ["--contact", "øps <ops"],
        ] {
            let found = session.run(["token", "list", "--json"] + words, environment: ["DEMILUNE_TENANT": "3"]).output
            #expect(found.contains(id) && found.contains("\"contact\": \"Øps <ops@example.com>\""), "\(words)")
        }
        #expect(!demilune("token", "list", "--contact", "shop").output.contains(id), "that is in the description")
        #expect(demilune("token", "amend", id, "--description", "", "--contact", "Anna").status == 0)
        let fields = try json("token", "show", id)
        #expect(fields["description"] is NSNull && fields["contact"] as? String == "Anna")
        #expect(!demilune("token", "list", "--search", "the shop").output.contains(id))
        let log = demilune("log", "list", "--token", id, "--json").output
        let acts = try #require(try json("log", "list", "--token", id)["entries"] as? [[String: Any]])
        let details = try #require(acts.last?["details"] as? [String: Any])
        #expect(
            details["before"] as? NSDictionary
                == ["description": "Prices for the shop", "contact": "Øps <ops@example.com>"] as NSDictionary)
        #expect(details["after"] as? NSDictionary == ["description": NSNull(), "contact": "Anna"] as NSDictionary)
        #expect(log.contains("\"policies\": \""))
        let (next, _) = try create("Next", "--contact", "Carl")
        let reassigned = try json("token", "reassign", next, "--user", "carla")
        let new = try json("token", "show", try #require(reassigned["id"] as? String))
        #expect(new["contact"] as? String == "Carl", "the new token keeps it")
        #expect(demilune("store", "verify").status == 0)
    }

    // MARK: Listing and inspecting

    @Test func `both views have the columns of the document, as table, JSON and CSV`() throws {
        let api = demilune("token", "list", "--limit", "3")
        let columns = api.lines[0].split(separator: "  ").map { $0.trimmingPrefix(" ") }
        #expect(columns == ["ID", "TITLE", "USER", "DEPARTMENT", "USER TYPE", "UPDATED", "EXPIRES", "STATE"])
        #expect(api.errors.contains("3 of 35 API tokens; the next: --after "), "\(api.errors)")
        let mobile = demilune("token", "list", "--mobile", "--limit", "3")
        for column in ["USER NAME", "EMAIL", "DEPARTMENT", "USER TYPE", "LAST ACTIVE", "EXPIRES"] {
            #expect(mobile.lines[0].contains(column))
        }
        _ = try create("=HYPERLINK(\"x\")")
        let csv = demilune("token", "list", "--csv", "--search", "hyperlink")
        #expect(csv.output.hasPrefix("id,title,user,department,user_type,updated,expires,state\r\n"))
        #expect(csv.output.contains("\"'=HYPERLINK(\"\"x\"\")\""), "\(csv.output)")
        let bad = demilune("token", "list", "--csv", "--json")
        #expect(bad.status == 64)
        for limit in ["0", "x"] { #expect(demilune("token", "list", "--limit", limit).status == 64) }
    }

    @Test func `pages follow one another to the end`() throws {
        var names: [Substring] = []
        var words = ["token", "list", "--limit", "7", "--sort", "expires", "--csv"]
        for _ in 0..<50 {
            let result = session.run(words, environment: ["DEMILUNE_TENANT": "3"])
            names += result.output.split(separator: "\r\n").dropFirst().map { $0.prefix(32) }
            guard let range = result.errors.range(of: "--after ") else { break }
            let cursor = result.errors[range.upperBound...].prefix { !$0.isWhitespace }
            words = ["token", "list", "--limit", "7", "--sort", "expires", "--csv", "--after", String(cursor)]
        }
        let all = demilune("token", "list", "--sort", "expires", "--csv").output
            .split(separator: "\r\n").dropFirst().map { $0.prefix(32) }
        #expect(names == all && names.count > 20)
    }

    @Test func `searching and filtering find the right tokens`() throws {
        func ids(_ words: String...) -> [Substring] {
            let result = session.run(
                ["token", "list", "--csv"] + words, environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 0, "\(result.errors)")
            return Array(result.output.split(separator: "\r\n").dropFirst())
        }
        #expect(ids("--search", "ARSRAPPORT").count == 1 && ids("--search", "årsrapport").count == 1)
        #expect(ids("--search", "haugen").allSatisfy { $0.contains("bjorn") } && !ids("--search", "haugen").isEmpty)
        #expect(ids("--search", "warehouse").contains { $0.contains("Customs declarations") }, "its department")
        let sales = ids("--department", "Sales")
        #expect(sales.contains { $0.contains("Sales North") } && !sales.contains { $0.contains("Finance") })
        #expect(ids("--user-type", "Auditor").allSatisfy { $0.contains(",Auditor,") })
        for state in ["live", "suspended", "expired", "revoked"] {
            let found = ids("--state", state)
            #expect(
                found.allSatisfy { $0.hasSuffix(",\(state)") || $0.hasSuffix(",\"\(state), dormant\"") }, "\(state)")
        }
        #expect(ids("--state", "all").count > ids().count)
        #expect(!ids("--expiring-within", "90d").isEmpty && ids("--expiring-within", "1s").isEmpty)
        #expect(!ids("--unused-since", "2026-06-01").isEmpty)
        // Each administrator sees only permitted tokens: Carla those of Sales North, and her own.
        #expect(ids("--as", "carla").allSatisfy { $0.contains("Sales North") || $0.contains(",carla,") })
        #expect(demilune("token", "list", "--user", "bjrn").errors.contains("(did you mean `bjorn`?)"))
    }

    @Test func `a token is shown with every field of the document`() throws {
        let shown = demilune("token", "show", "Warehouse sync").output
        for field in [
            "Token Name                Warehouse sync", "API Token                 dml_…",
            "Tenant Id                 3",
            "Authorization: Bearer <token>", "auth-token: <token>", "auth-tenant-id: 3",
            "Expiry Date               2027-04-13",
            "Associated User           bjorn", "Department and User Type  Sales > Integrator",
            "orders.create  from the user type Integrator",
        ] { #expect(shown.contains(field), "\(field)\n\(shown)") }
        let mobile = demilune("token", "list", "--mobile", "--csv", "--search", "carla").output
        let id = mobile.split(separator: "\r\n")[1].prefix(32)
        let view = demilune("token", "show", String(id)).output
        for field in ["User Name", "Email", "Department", "User Type", "Last Active", "Expiry Date"] {
            #expect(view.contains(field))
        }
        #expect(!view.contains("API Token"))
        #expect(demilune("token", "show", "no such").status == 2)
        #expect(demilune("token", "show", String(repeating: "0", count: 32)).status == 2)
        #expect(demilune("token", "show", "Warehouse sync", "--as", "dag/a-dag-1").status == 2, "not to be seen")
    }

    @Test func `an act on a token that the actor may not see is logged as refused, however the token is named`() throws
    {
        let string = demilune("token", "reveal", "Warehouse sync").output
        let acts: [(words: [String], input: String, entry: String)] = [
            (["token", "reveal", "Warehouse sync"], "", "token.reveal.refused"),
            (["token", "revoke", "Warehouse sync", "--yes"], "", "token.revoke.refused"),
            (["token", "amend", "Warehouse sync", "--name", "X"], "", "token.amend.refused"),
            (["token", "amend", Self.warehouse, "--assignment", "x"], "", "token.amend.refused"),
            (["token", "revoke", Self.warehouse, "--yes"], "", "token.revoke.refused"),
            (["token", "suspend", "-"], string, "token.amend.refused"),
            (["token", "find", "--revoke"], string, "token.revoke.refused"),
        ]
        for (words, input, entry) in acts {
            let count = demilune("log", "list", "--act", entry, "--csv").output.split(separator: "\r\n").count
            let result = session.run(
                words + ["--as", "dag/a-dag-1"], input: Array(input.utf8), environment: ["DEMILUNE_TENANT": "3"])
            #expect(!result.output.contains("bjorn") && !result.errors.contains("bjorn"), "\(words): \(result)")
            let log = demilune("log", "list", "--act", entry, "--csv").output
            #expect(log.split(separator: "\r\n").count == count + 1, "\(words): \(result.errors)")
            #expect(log.contains("6532ebee17e04c929e56e7977af956ae"), "\(log)")
        }
    }

    private static let warehouse = "6532ebee17e04c929e56e7977af956ae"

    // MARK: Changing

    @Test func `tokens are amended, rotated, suspended and resumed`() throws {
        let (id, first) = try create("Feed")
        #expect(demilune("token", "amend", id, "--name", "Feed 2", "--expires", "2027-01-31").status == 0)
        #expect(demilune("token", "show", "Feed 2").output.contains("2027-01-31"))
        #expect(demilune("token", "amend", id).status == 64)
        let second = try #require(try json("token", "rotate", id, "--overlap", "24h")["token"] as? String)
        #expect(second != first)
        let again = demilune("token", "rotate", id)
        #expect(again.status == 1 && again.errors.contains("was already rotated"))
        #expect(demilune("log", "list", "--refused").output.contains("token.amend.refused"))
        for token in [first, second] {
            #expect(demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: token).status == 0)
        }
        let later = ["DEMILUNE_AT": "2026-11-23T12:00:01Z"]
        #expect(
            demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: first, environment: later)
                .status == 2)
        #expect(
            demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: second, environment: later)
                .status == 0)
        #expect(demilune("token", "suspend", id).status == 0)
        let suspended = demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: second)
        #expect(suspended.status == 2 && suspended.output.contains("token_suspended"))
        #expect(demilune("token", "resume", id).status == 0)
        #expect(demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: second).status == 0)
    }

    @Test func `replacing makes the token anew for another user, under their own decisions`() throws {
        let (id, former) = try create("Handover")
        let fields = try json("token", "reassign", id, "--user", "carla")
        #expect(fields["name"] as? String == "Handover" && fields["user"] as? String == "u-carla")
        #expect(
            demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: former).output.contains(
                "token_revoked"))
        let long = demilune(
            "token", "create", "--name", "Long", "--expires", "2029-01-31", "--user", "bjorn", "--assignment",
            "a-bjorn-1", "--ignore-advice")
        #expect(long.status == 0)
        let advised = demilune("token", "reassign", "Long", "--user", "carla")
        #expect(advised.status == 1 && advised.errors.contains("`--ignore-advice`"), "\(advised.errors)")
        let stretched = demilune("token", "amend", "Long", "--expires", "2030-01-31")
        #expect(stretched.status == 1 && stretched.errors.contains("`--accept-advice`"), "\(stretched.errors)")
        #expect(demilune("token", "rotate", "Long").status == 0, "that stretches nothing")
        let shorter = demilune("token", "reassign", "Long", "--user", "carla", "--accept-advice")
        #expect(shorter.errors.contains("taken: the last day is 2027-11-22"), "\(shorter.errors)")
        #expect(shorter.output.contains("2027-11-22, the last valid day"), "\(shorter.output)")
        let denied = demilune(
            "token", "reassign", try #require(fields["id"] as? String), "--user", "anna", "--assignment", "a-anna-1",
            "--as", "carla")
        #expect(denied.status == 2 && denied.errors.contains("beyond_actor"), "\(denied.errors)")
    }

    @Test func `the use of a token is recorded, and an unused token becomes dormant`() throws {
        let (id, token) = try create("Feed")
        #expect(demilune("token", "show", id).output.contains("Last Active               never"))
        demilune("decide", "-", "orders.read", "order:1", "department=Sales", input: token)
        #expect(demilune("token", "show", id).output.contains("Last Active               2026-11-22 13:00"))
        let later = ["DEMILUNE_AT": "2027-03-01T12:00:00Z"]
        #expect(demilune("token", "mark-dormant", "--unused-for", "90d", environment: later).status == 0)
        #expect(
            demilune("token", "show", id, environment: later).output.contains("Dormant Since             2026-11-22"))
        #expect(demilune("token", "amend", id, "--clear-dormant", environment: later).status == 0)
        #expect(!demilune("token", "show", id, environment: later).output.contains("Dormant"))
    }

    // MARK: Deleting

    @Test func `deleting lists the tokens first, and deletes only if the list has not changed`() throws {
        let one = try create("One").id
        _ = try create("Two")
        let dry = demilune("token", "revoke", "--user", "bjorn")
        #expect(dry.status == 0 && dry.output.contains("One") && dry.errors.contains("nothing is changed yet"))
        let digest = try #require(dry.errors.range(of: "--digest ")).upperBound
        let stated = String(dry.errors[digest...].prefix { $0.isHexDigit })
        _ = try create("Three")
        let stale = demilune("token", "revoke", "--user", "bjorn", "--yes", "--digest", stated)
        #expect(stale.status == 1 && stale.errors.contains("no longer match the digest"))
        #expect(demilune("token", "revoke", "--user", "bjorn", "--yes").status == 64)
        let again = demilune("token", "revoke", "--user", "bjorn", "--json")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
        let done = demilune(
            "token", "revoke", "--user", "bjorn", "--yes", "--digest", try #require(fields["digest"] as? String))
        #expect(done.status == 0 && done.output.contains("revoked"), "\(done.errors)")
        #expect(demilune("token", "show", one).output.contains("State                     revoked"))
        #expect(demilune("token", "list", "--search", "bjorn").errors.contains("0 API tokens"))
        let twice = demilune("token", "revoke", one, "--yes")
        #expect(twice.status == 0 && twice.output == "0 revoked, 1 revoked already\n")
        #expect(demilune("token", "list", "--state", "revoked", "--search", "One").output.contains(one))
        let later = ["DEMILUNE_AT": "2026-12-24T12:00:00Z"]
        #expect(demilune("token", "purge", "--before", "2026-12-01", environment: later).errors.contains("--yes"))
        #expect(demilune("token", "purge", "--before", "2026-12-01", "--yes", environment: later).status == 0)
        #expect(demilune("token", "show", one, environment: later).status == 2)
        #expect(demilune("store", "verify", environment: later).status == 0)
    }

    @Test func `a batch with one forbidden id changes nothing`() throws {
        let one = try create("One").id
        let result = demilune("token", "revoke", one, String(repeating: "1", count: 32), "--yes")
        #expect(result.status == 2 && result.errors.contains("nothing is changed"))
        let denied = demilune("token", "revoke", one, "--yes", "--as", "dag/a-dag-1")
        #expect(denied.status == 2)
        #expect(demilune("token", "show", one).output.contains("State                     live"))
    }

    @Test func `tokens found in a text are revoked`() throws {
        let (id, token) = try create("Leaked")
        let (_, second) = try create("Rotated")
        demilune("token", "rotate", "Rotated")
        let text = "log: auth-token=\(token); and \(second) and dml_\(String(repeating: "a", count: 36))"
        let found = demilune("token", "find", input: text)
        #expect(found.status == 5 && found.output.contains(id), "\(found.errors)")
        #expect(found.output.contains("rotated") && !found.errors.contains("unknown"), "\(found.output)")
        for secret in [token, second] { #expect(!(found.output + found.errors).contains(secret)) }
        let revoked = demilune("token", "find", "--revoke", input: text)
        // The text still holds them. The token whose string was rotated away lives on.
        #expect(revoked.status == 5 && revoked.errors.contains("1 revoked"))
        #expect(demilune("token", "show", "Rotated").output.contains("live"))
        #expect(demilune("token", "find", input: text).output.contains("revoked"))
        #expect(demilune("token", "find", input: "nothing").status == 0)
    }

    // MARK: Acting through a token

    @Test func `an administrator acts through a token of theirs`() throws {
        let made = try json(
            "token", "create", "--name", "Admin", "--expires", "2027-06-30", "--user", "anna", "--assignment",
            "a-anna-1")
        let token = try #require(made["token"] as? String)
        #expect(demilune("token", "suspend", "Warehouse sync", "--as", "-", input: token).status == 0)
        let log = demilune("log", "list", "--act", "token.suspend", "--json").output
        #expect(log.contains("\"through\": \"\(made["id"] as? String ?? "?")\""), "\(log)")
        demilune("token", "suspend", "Admin")
        let suspended = demilune("token", "resume", "Warehouse sync", "--as", "-", input: token)
        #expect(suspended.status == 2, "\(suspended.errors)")
        #expect(demilune("token", "list", "--as", "-", input: "nonsense").status == 2)
    }
}
