internal import Foundation
internal import ProgramSupport
internal import Testing

/// Ceilings on the command line: made, shown, changed and used up.
@Suite struct CeilingVerbTests: DemoStoreTests {
    let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    /// Makes a token for Anna, who is an administrator of everything.
    @discardableResult private func create(_ name: String, _ options: String...) -> Session.Result {
        session.run(
            [
                "token", "create", "--name", name, "--expires", "2027-06-30", "--user", "anna", "--assignment",
                "a-anna-1",
            ] + options, environment: ["DEMILUNE_TENANT": "3"])
    }

    /// The code of a decision: that of the policy that denies, else the engine's.
    private func code(_ name: String, _ words: String...) -> String { code(name, words) }

    private func code(_ name: String, _ words: [String]) -> String {
        let result = session.run(["decide", name] + words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
        let decision = try? JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let context = decision?["context"] as? [String: Any]
        return [context?["policy_code"], context?["code"]].compactMap { $0 as? String }.first ?? result.errors
    }

    @Test func `a token is limited, shown, narrowed and exported`() throws {
        let made = create(
            "Export", "--only", "orders.read, reports.*", "--within", "Sales North,d-sales-south", "--from",
            "10.0.0.0/8,2001:db8::/32", "--hours", "mon-fri 08:00-18:00", "--purpose", "nightly export")
        #expect(made.status == 0, "\(made.errors)")
        let lines = [
            "only orders.read, reports.*", "within Sales North, Sales South", "from 10.0.0.0/8, 2001:db8::/32",
            "at mon-fri 08:00-18:00", "for nightly export",
        ]
        for line in lines { #expect(made.output.contains(line)) }
        let shown = demilune("token", "show", "Export").output
        for line in lines { #expect(shown.contains(line)) }
        #expect(shown.contains("orders.read  from the user type Administrator"))
        let ceiling = try #require(try json("token", "show", "Export")["ceiling"] as? [String: Any])
        #expect(ceiling["departments"] as? [String] == ["d-sales-north", "d-sales-south"])
        #expect(ceiling["hours"] as? String == "mon-fri 08:00-18:00")
        let list = demilune("token", "list", "--search", "Export", "--columns", "title,user-type,ceiling")
        #expect(
            list.output.contains("Administrator (limited)")
                && list.output.contains("only orders.read, reports.*; within"))
        // Each limit denies by itself, and all of them leave this.
        let good = [
            "department=d-sales-north", "ip=10.1.2.3", "purpose=nightly export", "--at", "2026-11-23T12:00:00Z",
        ]
        func ask(_ action: String, _ changes: [Int: String] = [:]) -> String {
            let words = good.enumerated().map { changes[$0] ?? $1 }.filter { !$0.isEmpty }
            return code("Export", [action, "order:1"] + words)
        }
        #expect(ask("orders.read") == "permitted")
        #expect(ask("orders.create") == "above_ceiling")
        #expect(ask("orders.read", [0: "department=d-sales"]) != "permitted")
        #expect(
            ask("orders.read", [1: "ip=192.0.2.1"]) == "outside_networks"
                && ask("orders.read", [1: ""]) == "outside_networks")
        #expect(
            ask("orders.read", [2: "purpose=other"]) == "other_purpose"
                && ask("orders.read", [2: ""]) == "other_purpose")
        #expect(ask("orders.read", [4: "2026-11-22T12:00:00Z"]) == "outside_hours")
        // An import of the export changes nothing; a copy of the store decides alike.
        let exported = demilune("export", "--tokens").output
        #expect(exported.contains("mon-fri 08:00-18:00"))
        #expect(demilune("import", "-", input: exported).output.hasPrefix("0 added, 0 changed"))
        #expect(demilune("store", "verify").status == 0)
        // One limit is changed, another one removed.
        #expect(demilune("token", "amend", "Export", "--only", "orders.read", "--hours", "").status == 0)
        let amended = try #require(try json("token", "show", "Export")["ceiling"] as? [String: Any])
        #expect(amended["hours"] == nil && amended["permissions"] as? [String] == ["orders.read"])
        #expect(amended["purpose"] as? String == "nightly export")
    }

    @Test(
        arguments: [
            (["--only", "a*b"], 64, "is no permission"), (["--only", ""], 64, "`--only` is empty"),
            (["--only", ","], 64, "empty part"), (["--only", "orders.read,"], 64, "empty part"),
            (["--within", "Nowhere"], 1, "no department `Nowhere`"), (["--from", "10.0.0.1/8"], 64, "10.0.0.0/8"),
            (["--from", "office"], 64, "is no network"), (["--hours", "always"], 64, "mon-fri 08:00-18:00"),
            (["--hours", "08:00:30-18:00"], 64, "mon-fri 08:00-18:00"), (["--uses", "0"], 64, "`--uses` is empty"),
            (["--uses", "-1"], 64, "whole number"), (["--purpose", ""], 64, "`--purpose` is empty"),
            (["--purpose", "dml_0123456789ABCDEFGHIJKLMNOPQRSTabcdef"], 1, "purpose cannot hold a token string"),
            (["--onli", "orders.read"], 64, "did you mean `--only`"),
        ] as [([String], Int32, String)])
    func `a wrong limit makes no token`(options: [String], status: Int32, message: String) {
        let result = session.run(
            [
                "token", "create", "--name", "Wrong", "--expires", "2027-06-30", "--user", "anna", "--assignment",
                "a-anna-1",
            ]
                + options, environment: ["DEMILUNE_TENANT": "3"])
        #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
        #expect(demilune("token", "list", "--search", "Wrong").output.contains("Wrong") == false)
    }

    @Test func `a ceiling that is wider than its combination is refused`() {
        let result = demilune(
            "token", "create", "--name", "Wide", "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
            "a-bjorn-1",
            "--only", "users.delete")
        #expect(result.status == 1 && result.errors.contains("bjorn as Integrator does not have `users.delete`"))
    }

    @Test func `a limit that closes the department of the token is told`() {
        let made = demilune(
            "token", "create", "--name", "Closed", "--expires", "2027-06-30", "--user", "hanne", "--assignment",
            "a-hanne-2", "--only", "orders.read")
        #expect(made.status == 0 && made.errors.contains("Finance requires finance.enter"), "\(made.errors)")
        let finance = create("Finance export", "--only", "orders.read", "--within", "Finance")
        #expect(finance.status == 0)
        #expect(code("Finance export", "orders.read", "order:1", "department=d-finance") == "gate_closed")
    }

    @Test func `whoever may amend narrows, and widens only what they could issue`() throws {
        // Somebody who may amend tokens, and issue none.
        let organisation = """
            {"tenants":[{"id":"3","user_types":[{"id":"t-keeper","name":"Keeper","permissions":["tokens.list","tokens.amend",
            "orders.read","orders.create"]}],"users":[{"id":"u-kim","name":"kim","full_name":"Kim","email":"kim@nordlys.example",
            "assignments":[{"id":"a-kim-1","department":"d-nordlys","user_type":"t-keeper"}]}]}]}
            """
        #expect(demilune("import", "-", input: organisation).status == 0)
        #expect(
            demilune(
                "token", "create", "--name", "Kept", "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
                "a-bjorn-1", "--only", "orders.read"
            ).status == 0)
        func amend(_ options: String...) -> Session.Result {
            session.run(
                ["token", "amend", "Kept", "--as", "kim"] + options, environment: ["DEMILUNE_TENANT": "3"])
        }
        #expect(amend("--within", "Sales North").status == 0)
        for wider in [
            ["--only", "orders.read,orders.create"], ["--only", ""], ["--within", "Sales"], ["--within", ""],
        ] {
            let result = session.run(
                ["token", "amend", "Kept", "--as", "kim"] + wider, environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 2 && result.errors.contains("token.issue"), "\(result.errors)")
        }
        #expect(amend("--name", "Kept well").status == 0)
        let ceiling = try #require(try json("token", "show", "Kept well")["ceiling"] as? [String: Any])
        #expect(ceiling["permissions"] as? [String] == ["orders.read"])
        #expect(ceiling["departments"] as? [String] == ["d-sales-north"])
        #expect(demilune("log", "list", "--act", "token.amend.refused").output.contains("kim"))
        // The operator may issue, and so widen.
        #expect(demilune("token", "amend", "Kept well", "--only", "", "--within", "").status == 0)
        #expect(try json("token", "show", "Kept well")["ceiling"] is NSNull)
    }

    // MARK: Uses

    @Test func `a token with one use has one`() throws {
        #expect(create("Once", "--uses", "1", "--only", "orders.read").status == 0)
        let string = demilune("token", "reveal", "Once").output
        let words = ["decide", "-", "orders.read", "order:1", "department=d-sales", "ip=10.1.2.3"]
        func use() -> Session.Result { session.run(words, input: Array(string.utf8)) }
        // Asking about it by name is no use.
        #expect(code("Once", "orders.read", "order:1", "department=d-sales") == "permitted")
        // A deny is no use, either.
        #expect(
            session.run(["decide", "-", "users.delete", "user:1", "department=d-sales"], input: Array(string.utf8))
                .status == 2)
        #expect(use().status == 0)
        let second = use()
        #expect(second.status == 2 && second.output.contains("token_revoked"))
        let shown = demilune("token", "show", "Once").output
        #expect(shown.contains("1 use, 1 so far") && shown.contains("orders.read from 10.1.2.0/24"))
        #expect(demilune("log", "list", "--act", "token.use").output.contains("Once"))
        #expect(demilune("log", "verify").status == 0 && demilune("store", "verify").status == 0)
    }

    @Test(arguments: [1, 4])
    func `a batch counts uses one by one, or denies them`(jobs: Int) throws {
        #expect(create("Thrice", "--uses", "3").status == 0)
        #expect(create("Always").status == 0)
        let ids = try ["Thrice", "Always"].map { name in
            try #require(try json("token", "show", name)["id"] as? String)
        }
        let lines = (0..<40).map { number in
            """
            {"subject":{"type":"token","id":"\(ids[number % 2])"},"action":{"name":"orders.read"},\
            "resource":{"type":"order","id":"1","properties":{"department":"d-sales"}},"context":{"ip":"10.1.2.3"}}
            """
        }.joined(separator: "\n")
        let uncounted = demilune("batch", "-", "--explain", input: lines)
        #expect(uncounted.output.components(separatedBy: #""decision":true"#).count - 1 == 20)
        #expect(uncounted.output.components(separatedBy: "use_not_counted").count - 1 == 20)
        let counted = demilune("batch", "-", "--record-use", "--jobs", "\(jobs)", input: lines)
        #expect(counted.output.components(separatedBy: #""decision":true"#).count - 1 == 23)
        let shown = try json("token", "show", "Always")
        #expect(shown["last_action"] as? String == "orders.read" && shown["last_network"] as? String == "10.1.2.0/24")
        #expect(try json("token", "show", "Thrice")["use_count"] as? Int == 3)
        #expect(
            demilune("batch", "-", "--record-use", input: lines).output.components(separatedBy: #""decision":true"#)
                .count - 1 == 20)
        #expect(demilune("store", "verify").status == 0)
    }

    @Test func `a limited token administers within its limits`() throws {
        #expect(create("Admin", "--only", "tokens.list,tokens.revoke", "--within", "Sales North").status == 0)
        let string = demilune("token", "reveal", "Admin").output
        func acting(_ words: String...) -> Session.Result {
            session.run(words + ["--as", "-"], input: Array(string.utf8), environment: ["DEMILUNE_TENANT": "3"])
        }
        let list = acting("token", "list", "--columns", "department")
        #expect(list.status == 0 && list.output.contains("Sales North") && !list.output.contains("Finance"))
        let refused = acting("token", "suspend", "Sales North CRM")
        #expect(refused.status == 2, "\(refused.errors)")
        #expect(demilune("token", "amend", "Admin", "--from", "10.0.0.0/8").status == 0)
        #expect(acting("token", "list", "--columns", "department").output.contains("Sales North") == false)
    }
}
