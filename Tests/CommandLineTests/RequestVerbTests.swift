internal import Foundation
internal import ProgramSupport
internal import Testing

/// Requests for what was denied, on the command line.
@Suite struct RequestVerbTests: DemoStoreTests {
    let session = Session()

    init() throws { #expect(session.run("init", "--demo").status == 0) }

    private func object(_ result: Session.Result) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result)")
    }

    private func part(_ object: [String: Any], _ names: String...) -> Any? {
        names.reduce(object as Any?) { ($0 as? [String: Any])?[$1] }
    }

    /// Asks for a token of Bjørn's, who may make none.
    private func ask(_ name: String, _ words: String...) throws -> (id: String, result: Session.Result) {
        let result = session.run(
            [
                "token", "create", "--name", name, "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
                "a-bjorn-1", "--as", "bjorn/a-bjorn-1", "--request", "--reason", "the night batch",
            ] + words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
        let id = try #require(part(try object(result), "task", "id") as? String, "\(result)")
        return (id, result)
    }

    private func status(_ id: String) throws -> String? {
        part(try object(demilune("request", "show", id, "--json")), "task", "status") as? String
    }

    @Test func `a denied token is asked for, approved by somebody else, and fetched`() throws {
        let (id, asked) = try ask("Night sums", "--only", "orders.read")
        #expect(asked.status == 2 && asked.errors.contains("deny  ("), "\(asked)")
        let members = try object(asked)
        #expect(part(members, "task", "status") as? String == "pending")
        #expect(part(members, "subject", "id") as? String == "u-bjorn")
        #expect(part(members, "action", "name") as? String == "token.issue")
        #expect(part(members, "context", "justification") as? String == "the night batch")
        let remedies = try #require(part(members, "denial", "remedies") as? [String])
        #expect(remedies.contains { $0 == "the user bjorn has tokens.issue of their own" }, "\(remedies)")
        #expect(demilune("token", "show", "Night sums").status != 0)

        // The requester has no say, and somebody who could not make the token neither.
        let own = demilune("request", "approve", id, "--as", "bjorn/a-bjorn-1")
        #expect(own.status == 2, "\(own)")
        #expect(demilune("request", "fetch", id, "--as", "bjorn/a-bjorn-1").errors.contains("is pending"))
        #expect(demilune("request", "approve", id, "--as", "carla").status == 2)
        #expect(try status(id) == "pending")

        let approved = demilune("request", "approve", String(id.prefix(8)), "--as", "anna/a-anna-1", "--reason", "fine")
        #expect(approved.status == 0 && approved.output.contains("is approved; its requester has until"), "\(approved)")
        #expect(demilune("token", "show", "Night sums").status != 0)
        let other = demilune("request", "fetch", id, "--as", "anna/a-anna-1")
        #expect(other.status == 2 && other.output.isEmpty, "\(other)")
        let fetched = demilune("request", "fetch", id, "--as", "bjorn/a-bjorn-1")
        #expect(fetched.status == 0 && fetched.output.hasPrefix("Token    dml_"), "\(fetched)")
        let shown = demilune("token", "show", "Night sums").output
        #expect(shown.contains("by bjorn") && shown.contains("only orders.read"), "\(shown)")
        #expect(try status(id) == "completed")
        let twice = demilune("request", "fetch", id, "--as", "bjorn/a-bjorn-1")
        #expect(twice.status == 1 && twice.errors.contains("is completed"), "\(twice)")
        let issue = demilune("log", "list", "--act", "token.issue", "--json").output
        #expect(issue.contains(id))
        #expect(demilune("log", "verify").status == 0 && demilune("store", "verify").status == 0)
    }

    /// A token of Bjørn's, through which he acts.
    private func token(_ name: String, _ words: String...) throws -> String {
        let made = session.run(
            [
                "token", "create", "--name", name, "--expires", "2027-01-31", "--user", "bjorn", "--assignment",
                "a-bjorn-1",
            ]
                + words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
        return try #require(try object(made)["token"] as? String, "\(made)")
    }

    private func ask(through string: String, _ name: String) -> Session.Result {
        demilune(
            "token", "create", "--name", name, "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
            "a-bjorn-1",
            "--as", "-", "--request", "--reason", "more", "--json", input: string)
    }

    @Test func `only the one who asked fetches, in the way in which it was asked, and while they may act`() throws {
        let own = try token("Own")
        let asked = ask(through: own, "Sums")
        let id = try #require(part(try object(asked), "task", "id") as? String, "\(asked)")
        #expect(demilune("request", "approve", id, "--as", "anna/a-anna-1").status == 0)
        // Not as the user, and through no other token.
        for result in [
            demilune("request", "fetch", id, "--as", "bjorn/a-bjorn-1"),
            demilune("request", "fetch", id, "--as", "-", input: try token("Other")),
        ] { #expect(result.status == 2 && result.output.isEmpty, "\(result)") }
        #expect(demilune("token", "suspend", "Own").status == 0)
        for verb in ["fetch", "cancel", "show"] {
            let suspended = demilune("request", verb, id, "--as", "-", input: own)
            #expect(suspended.status == 2 && suspended.output.isEmpty, "\(suspended)")
        }
        #expect(demilune("token", "resume", "Own").status == 0)
        let fetched = demilune("request", "fetch", id, "--as", "-", input: own)
        #expect(fetched.status == 0 && fetched.output.hasPrefix("Token    dml_"), "\(fetched)")
        // A revoked one fetches nothing.
        let second = try #require(part(try object(ask(through: own, "More")), "task", "id") as? String)
        #expect(demilune("request", "approve", second, "--as", "anna/a-anna-1").status == 0)
        #expect(demilune("token", "revoke", "Own", "--yes").status == 0)
        let revoked = demilune("request", "fetch", second, "--as", "-", input: own)
        #expect(revoked.status == 2 && revoked.output.isEmpty, "\(revoked)")
    }

    @Test func `tokens that are limited in more than rights, derived or of a login ask for nothing`() throws {
        let derived = demilune("token", "derive", "--as", "-", "--json", input: try token("Own"))
        let login = demilune("token", "create", "--mobile", "--user", "bjorn", "--assignment", "a-bjorn-1", "--json")
        let strings = [
            try token("Office", "--from", "10.0.0.0/8"), try #require(try object(derived)["token"] as? String),
            try #require(try object(login)["token"] as? String),
        ]
        for string in strings {
            let asked = ask(through: string, "Sums")
            #expect(asked.status == 2 && asked.output.isEmpty, "\(asked)")
        }
        #expect(demilune("request", "list").errors.contains("0 requests"))
    }

    @Test func `a user who was deactivated fetches nothing, also not for others`() throws {
        let asked = demilune(
            "token", "create", "--name", "Of Lars", "--expires", "2027-06-30", "--user", "lars", "--as",
            "bjorn/a-bjorn-1", "--request", "--reason", "x", "--json")
        let id = try #require(part(try object(asked), "task", "id") as? String, "\(asked)")
        #expect(demilune("request", "approve", id, "--as", "anna/a-anna-1").status == 0)
        #expect(demilune("user", "deactivate", "bjorn", "--yes").status == 0)
        let fetched = demilune("request", "fetch", id, "--as", "bjorn/a-bjorn-1")
        #expect(fetched.status == 2 && fetched.output.isEmpty, "\(fetched)")
    }

    @Test func `another request does not take the place of that which was looked at`() throws {
        let id = try ask("Trap", "--only", "orders.read").id
        #expect(demilune("request", "show", "Trap").output.contains("ceiling: only orders.read"))
        #expect(demilune("request", "cancel", id, "--as", "bjorn/a-bjorn-1").status == 0)
        let other = try ask("Trap").id
        let approved = demilune("request", "approve", "Trap", "--as", "anna/a-anna-1")
        #expect(approved.status == 2 && approved.errors.contains("means 2 requests"), "\(approved)")
        let meant = demilune("request", "approve", other, "--as", "anna/a-anna-1")
        #expect(meant.status == 0 && meant.output.contains("ceiling: no limits"), "\(meant)")
    }

    @Test func `a user with the id of the operator is not the operator`() throws {
        let organisation = """
            {"tenants":[{"id":"3","users":[{"id":"operator","name":"opera","full_name":"O","email":"o@nordlys.example",\
            "assignments":[{"id":"a-opera","department":"d-sales","user_type":"t-manager"}]}]}]}
            """
        #expect(demilune("import", "-", input: organisation).status == 0)
        let asked = demilune(
            "token", "create", "--name", "Opera", "--expires", "2027-06-30", "--user", "anna", "--assignment",
            "a-anna-1",
            "--as", "opera", "--request", "--reason", "x", "--json")
        let id = try #require(part(try object(asked), "task", "id") as? String, "\(asked)")
        #expect(part(try object(asked), "subject", "type") as? String == "user")
        // The operator approves it, and does not fetch it.
        #expect(demilune("request", "fetch", id).status == 2)
        #expect(demilune("request", "approve", id).status == 0)
        #expect(demilune("request", "fetch", id).status == 2)
        #expect(demilune("request", "fetch", id, "--as", "opera").status == 0)
    }

    @Test func `what stands in the way of everybody is not asked for`() throws {
        // The cap of acme is hard: whoever approved it would be denied as well.
        let asked = session.run(
            [
                "token", "create", "--tenant", "acme", "--name", "Long", "--expires", "2027-11-20", "--user", "diego",
                "--as", "diego", "--request", "--reason", "x",
            ])
        #expect(asked.status == 2 && asked.errors.contains("no request is filed"), "\(asked)")
    }

    @Test func `what cannot be done any more is not approved`() throws {
        let id = try ask("Short").id
        #expect(
            demilune(
                "token", "create", "--name", "Short", "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
                "a-bjorn-1"
            ).status == 0)
        let approved = demilune("request", "approve", id, "--as", "anna/a-anna-1")
        #expect(approved.status == 1 && approved.errors.contains("the name may be taken"), "\(approved)")
        #expect(try status(id) == "pending")
        #expect(demilune("request", "refuse", id, "--as", "anna/a-anna-1").status == 0)
    }

    @Test func `an approval is no permit: whoever approved must still be permitted`() throws {
        let id = try ask("Night sums").id
        #expect(demilune("request", "approve", id, "--as", "anna/a-anna-2").status == 0)
        // Anna's user type may make no tokens any more.
        let organisation = #"{"tenants":[{"id":"3","user_types":[{"id":"t-manager","permissions":["orders.*"]}]}]}"#
        #expect(demilune("import", "-", input: organisation).status == 0)
        let fetched = demilune("request", "fetch", id, "--as", "bjorn/a-bjorn-1")
        #expect(fetched.status == 2 && fetched.output.isEmpty, "\(fetched)")
        #expect(try status(id) == "approved")
        #expect(demilune("token", "show", "Night sums").status != 0)
    }

    @Test func `a denied change is done when somebody else approves it, and not after another one`() throws {
        func ask(_ words: String...) throws -> String {
            let result = session.run(
                ["token", "amend", "Order intake"] + words
                    + ["--as", "bjorn/a-bjorn-1", "--request", "--reason", "longer", "--json"],
                environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 2, "\(result)")
            return try #require(part(try object(result), "task", "id") as? String)
        }
        let id = try ask("--contact", "ops@nordlys.example")
        let approved = demilune("request", "approve", id, "--as", "anna/a-anna-2")
        #expect(approved.status == 0 && approved.output.contains("is completed"), "\(approved)")
        #expect(demilune("token", "show", "Order intake").output.contains("ops@nordlys.example"))
        let stale = try ask("--contact", "other@nordlys.example")
        #expect(demilune("token", "amend", "Order intake", "--description", "changed").status == 0)
        let late = demilune("request", "approve", stale, "--as", "anna/a-anna-2")
        #expect(late.status == 1 && late.errors.contains("let its requester ask again"), "\(late)")
        #expect(try status(stale) == "pending")
        let shown = demilune("request", "show", stale).output
        #expect(shown.contains("contact: ops@nordlys.example → other@nordlys.example"), "\(shown)")
        #expect(shown.contains("it cannot be approved any more") && shown.contains("of: bjorn, Sales > Integrator"))
    }

    @Test func `requests are refused, taken back, and seen by whom they concern`() throws {
        let (one, two) = (try ask("One").id, try ask("Two").id)
        #expect(demilune("request", "refuse", one, "--as", "petter").status == 2)
        let refused = demilune("request", "refuse", one, "--reason", "not needed")
        #expect(refused.output.contains("is denied"), "\(refused)")
        #expect(demilune("request", "fetch", one, "--as", "bjorn/a-bjorn-1").status == 1)
        #expect(demilune("request", "cancel", two, "--as", "anna/a-anna-1").status == 2)
        #expect(demilune("request", "cancel", two, "--as", "bjorn/a-bjorn-1").output.contains("is cancelled"))
        let list = demilune("request", "list", "--as", "bjorn/a-bjorn-1")
        #expect(
            list.output.contains("denied") && list.output.contains("cancelled") && list.errors.contains("2 requests"))
        #expect(demilune("request", "list", "--status", "denied").errors.contains("1 request"))
        let stranger = demilune("request", "list", "--as", "petter")
        #expect(stranger.errors.contains("0 requests"), "\(stranger)")
        let hidden = demilune("request", "show", one, "--as", "petter")
        #expect(hidden.status == 2 && hidden.errors.contains("there is no request"), "\(hidden)")
    }

    @Test func `what nobody could permit is not asked for`() throws {
        // What the store would refuse, whoever approves it.
        for (words, message) in [
            // Not which token has the name, and not what somebody else may do.
            (["--name", "Night batch"], "the store would refuse it"), (["--name", " "], "cannot be empty"),
            (["--name", "A", "--only", "users.delete"], "the store would refuse it"),
        ] {
            let refused = session.run(
                ["token", "create", "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1"] + words
                    + ["--as", "bjorn/a-bjorn-1", "--request", "--reason", "x"], environment: ["DEMILUNE_TENANT": "3"])
            #expect(refused.status != 0 && refused.errors.contains(message), "\(words): \(refused)")
        }
        #expect(demilune("request", "list").errors.contains("0 requests"))
        #expect(demilune("log", "list", "--act", "token.issue").errors == "0 entries\n")
        let missing = demilune(
            "token", "create", "--name", "A", "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1",
            "--request")
        #expect(missing.status == 64 && missing.errors.contains("`--request` needs `--reason`"), "\(missing)")
        for reason in [" ", String(repeating: "x", count: 1_001)] {
            let bad = demilune("token", "amend", "Order intake", "--contact", "x", "--request", "--reason", reason)
            #expect(bad.status == 64, "\(bad)")
        }
        #expect(
            demilune("token", "amend", "Order intake", "--clear-dormant", "--request", "--reason", "x").status == 64)
        let mobile = demilune("token", "create", "--mobile", "--user", "bjorn", "--request", "--reason", "x")
        #expect(mobile.status == 64 && mobile.errors.contains("for API tokens"), "\(mobile)")
        // Of a mobile token no administrator can make another one.
        let login = demilune("token", "create", "--mobile", "--user", "anna", "--assignment", "a-anna-1", "--json")
        let string = try #require(try object(login)["token"] as? String)
        let hopeless = demilune(
            "token", "create", "--name", "A", "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1",
            "--as", "-", "--request", "--reason", "x", input: string)
        #expect(hopeless.status == 2 && hopeless.errors.contains("no request is filed"), "\(hopeless)")
        // Where it is permitted, it is done, and nothing is filed.
        let permitted = demilune(
            "token", "create", "--name", "A", "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1",
            "--request", "--reason", "x")
        #expect(permitted.status == 0 && demilune("request", "list").errors.contains("0 requests"))
    }
}
