internal import Foundation
internal import Model
internal import ProgramSupport
internal import SQLiteStore
internal import Testing
internal import Tokens

/// Keys, the log, the directory and exports, from the command line.
@Suite struct StoreVerbTests {
    private let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    private func demilune(_ words: String..., input: String = "", environment: [String: String] = [:]) -> Session.Result
    {
        var environment = environment
        environment["DEMILUNE_TENANT"] = "3"
        return session.run(words, input: Array(input.utf8), environment: environment)
    }

    private var keyFile: String {
        let folder = session.keys + "/demilune/keys"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return folder + "/" + (names.first { !$0.contains(".") } ?? "none")
    }

    @Test func `a store without its key file is refused by every verb`() throws {
        try FileManager.default.moveItem(atPath: keyFile, toPath: keyFile + ".away")
        for words in [
            ["decide", "Warehouse sync", "orders.read"], ["token", "list"], ["export"], ["log", "verify"], ["batch"],
            ["import", "-"], ["keys", "list"], ["user", "list"], ["store", "verify"],
        ] {
            let result = session.run(words, environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == 1 && result.output.isEmpty, "\(words)")
            #expect(
                result.errors.contains("is missing, and without it no token can be checked"),
                "\(words): \(result.errors)"
            )
        }
    }

    @Test func `the key file is found by the store's id, or named by an option`() throws {
        let other = session.keys + "/stated"
        try FileManager.default.moveItem(atPath: keyFile, toPath: other)
        #expect(demilune("keys", "list", "--keys", other).status == 0)
        #expect(demilune("keys", "list", environment: ["DEMILUNE_KEYS": other]).status == 0)
        #expect(session.run(["keys", "list"], environment: ["XDG_DATA_HOME": "", "HOME": ""]).status == 64)
    }

    @Test func `a key is added, all strings are rewrapped, and the old key is retired`() throws {
        #expect(demilune("keys", "add").output == "key 2 is active\n")
        #expect(demilune("keys", "retire", "1", "--yes").errors.contains("is needed by"))
        #expect(demilune("keys", "retire", "2", "--yes").errors.contains("is the active one"))
        #expect(demilune("keys", "rewrap").output.contains("rows written with the active key"))
        #expect(demilune("keys", "rewrap").output == "0 rows written with the active key\n")
        #expect(demilune("keys", "retire", "1").status == 64)
        #expect(demilune("keys", "retire", "1", "--yes").output == "key 1 is retired\n")
        #expect(demilune("keys", "list").output.contains("1    retired"))
        #expect(demilune("token", "reveal", "Warehouse sync").status == 0)
        #expect(demilune("store", "verify").output == "the store is as it was written\n")
        #expect(demilune("keys", "add", "--as", "anna/a-anna-1").status == 2, "no decision kind covers it")
    }

    @Test func `an edited log and an edited store are reported, with status 1`() throws {
        #expect(demilune("log", "verify").output.hasPrefix("the log is as it was written"))
        let log = session.run("log", "list", "--json").output
        let list = try #require(try JSONSerialization.jsonObject(with: Data(log.utf8)) as? [String: Any])
        let entries = try #require(list["entries"] as? [[String: Any]])
        #expect(entries.count > 1)
        for (one, next) in zip(entries, entries.dropFirst()) {
            #expect((one["hash"] as? String)?.count == 64 && one["hash"] as? String == next["previous"] as? String)
        }
        try session.sql("UPDATE tokens SET expires = expires + 1 WHERE name = 'Warehouse sync'")
        let verified = demilune("store", "verify")
        #expect(verified.status == 1 && verified.output.contains("does not carry its seal"))
        let decision = demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales")
        #expect(decision.status == 2 && decision.output.contains("token_tampered"))
        #expect(demilune("token", "list", "--search", "Warehouse sync").output.contains("tampered"))
        #expect(demilune("export", "--tokens").status == 1)
        #expect(demilune("store", "reseal").output.contains("the token `6532ebee17e04c929e56e7977af956ae`"))
        #expect(demilune("store", "reseal", "--yes").output == "sealed: 0 tenants, 1 token\n")
        #expect(demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales").status == 0)
    }

    @Test func `a change of the directory is previewed`() throws {
        let preview = demilune("user", "deactivate", "bjorn", "--preview")
        #expect(preview.status == 0 && preview.output.contains("everything: user_inactive"), "\(preview.errors)")
        #expect(demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales").status == 0)
        #expect(demilune("user", "deactivate", "bjorn", "--yes").output.contains("suspended"))
        #expect(
            demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales").output.contains(
                "token_suspended"))
        #expect(demilune("user", "activate", "bjorn").status == 0)
        #expect(demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales").status == 2)
        #expect(demilune("token", "resume", "Warehouse sync").status == 0)
        let refused = demilune("department", "deactivate", "Sales")
        #expect(refused.status == 1 && refused.errors.contains("--revoke-tokens"))
        #expect(demilune("department", "deactivate", "Sales", "--revoke-tokens", "--yes").status == 0)
        #expect(demilune("token", "show", "Warehouse sync").output.contains("State                     revoked"))
        #expect(demilune("user-type", "deactivate", "Integrator", "--yes").status == 0)
        #expect(demilune("tenant", "deactivate", "3", "--yes").status == 1)
        #expect(demilune("log", "list", "--act", "department.").output.contains("department.deactivate"))
    }

    @Test func `an import that removes permissions is previewed`() throws {
        let file = try session.file(
            "change.json",
            """
            {"tenants":[{"id":"3","name":"Nordlys Logistics","zone":"Europe/Oslo","departments":[],"users":[],
            "user_types":[{"id":"t-integrator","name":"Integrator","permissions":["orders.create"]}]}]}
            """)
        let preview = demilune("import", file, "--preview")
        #expect(preview.status == 0 && preview.output.contains("orders.read"), "\(preview.output)\(preview.errors)")
        #expect(demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales").status == 0)
        #expect(demilune("import", file).status == 0)
        #expect(demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales").status == 2)
    }

    @Test func `setting a tenant to never reveal destroys its kept strings`() {
        #expect(demilune("tenant", "set-reveal", "3").output == "allowed\n")
        #expect(demilune("tenant", "set-reveal", "3", "--policy", "never").status == 64)
        #expect(
            demilune("tenant", "set-reveal", "3", "--policy", "never", "--yes").output.contains("strings destroyed"))
        let result = demilune("token", "reveal", "Warehouse sync")
        #expect(result.status == 1 && result.errors.contains("is not kept"))
    }

    @Test func `a population is evaluated without a store and without keys`() throws {
        let path = try session.file("all.json", demilune("export", "--tokens").output)
        let elsewhere = ["XDG_DATA_HOME": "/nonexistent", "DEMILUNE_STORE": path]
        let result = demilune(
            "decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", environment: elsewhere)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            demilune("token", "amend", "Warehouse sync", "--description", "Stock levels", "--contact", "Stock team")
                .status
                == 0)
        let masked = demilune("export", "--tokens", "--pseudonymous").output
        #expect(masked.contains("\"contact\": \"contact-") && masked.contains("\"description\": \"description-"))
        for name in [
            "Stock levels", "Stock team", "bjorn", "Bjørn", "Haugen", "anna@nordlys.example", "Warehouse sync",
            "u-anna",
        ] {
            #expect(!masked.contains("\"\(name)"), "\(name)")
        }
        #expect(masked == demilune("export", "--tokens", "--pseudonymous").output)
        let other = try session.file("masked.json", masked)
        let line =
            #"{"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},"resource":{"type":"order","id":"1","properties":{"department":"d-sales"}}}"#
        let answer = demilune("batch", input: line + "\n", environment: ["DEMILUNE_STORE": other])
        #expect(answer.output == "{\"decision\":true}\n", "\(answer.errors)")
        #expect(!demilune("export").output.contains("\"kind\""), "without --tokens there are none")
    }

    @Test func `verbs that only read work on an export, and the others refuse it`() throws {
        let path = try session.file("all.json", demilune("export", "--tokens").output)
        let elsewhere = ["XDG_DATA_HOME": "/nonexistent", "DEMILUNE_STORE": path, "DEMILUNE_TENANT": "3"]
        for words in [
            ["token", "list", "--mobile", "--limit", "100"], ["user", "list"],
            ["department", "list"], ["user-type", "list"], ["tenant", "list"], ["export", "--tokens"],
            ["department", "show", "d-sales"],
        ] {
            let here = session.run(words, environment: ["DEMILUNE_TENANT": "3"])
            let there = session.run(words, environment: elsewhere)
            // Tokens with the same name are in the order of the rows, which differs.
            let lines = { (text: String) in text.split(separator: "\n").sorted() }
            #expect(there.status == 0 && lines(there.output) == lines(here.output), "\(words): \(there.errors)")
        }
        let list = ["token", "list", "--search", "ware", "--sort", "expires", "--json"]
        let listed = session.run(list, environment: elsewhere)
        let updates = #/"updated": "[^"]*"/#
        let here = session.run(list, environment: ["DEMILUNE_TENANT": "3"]).output
        #expect(listed.output == here.replacing(updates, with: #""updated": null"#), "\(listed.errors)")
        let shown = demilune("token", "show", "Warehouse sync", environment: elsewhere)
        #expect(shown.status == 0 && shown.output.contains("Associated User"), "\(shown.errors)")
        for unknown in ["Revealed", "Updated", "dml_", "Reveal policy"] {
            #expect(!shown.output.contains(unknown))
            #expect(!demilune("tenant", "show", "3", environment: elsewhere).output.contains(unknown))
        }
        for words in [
            ["log", "list"], ["log", "verify"], ["keys", "list"], ["keys", "add"], ["store", "verify"],
            ["store", "reseal", "--yes"], ["token", "reveal", "Warehouse sync"], ["tenant", "set-reveal", "3"],
            ["token", "revoke", "Warehouse sync", "--yes"], ["token", "suspend", "Warehouse sync"],
            ["export", "--pseudonymous"], ["import", path], ["import", path, "--preview"],
            ["token", "revoke", "Warehouse sync"], ["token", "purge", "--before", "2027-01-01"],
            ["user", "deactivate", "bjorn"],
        ] {
            let result = session.run(words, environment: elsewhere)
            #expect(result.status == 1 && result.errors.contains("is an exported organisation"), "\(words): \(result)")
        }
        let refusal = "`\(path)` is an exported organisation: it is read-only, and has no keys and no token strings"
        let string = demilune("token", "reveal", "Warehouse sync").output
        for words in [["import", path], ["token", "find"], ["token", "show", "-"], ["token", "list", "--as", "-"]] {
            let result = session.run(words, input: Array(string.utf8), environment: elsewhere)
            #expect(result.errors == "error: \(refusal)\n", "\(words): \(result.errors)")
        }
        let late = demilune("token", "list", "--sort", "updated", environment: elsewhere)
        #expect(late.status == 1 && late.errors.contains("choose another order"))
    }

    @Test func `a clock that was set back is reported, and revives nothing`() throws {
        // The store has seen 2026-11-22; a machine's clock before that counts as this time.
        let past = demilune(
            "token", "create", "--name", "X", "--expires", "2026-06-30", "--user", "carla",
            environment: ["DEMILUNE_AT": "2026-01-01T12:00:00Z"])
        #expect(
            past.status == 1
                && past.errors.contains(
                    "is earlier than 2026-11-22T12:00:00Z, the latest time in this store: give a later `--at`"),
            "\(past.errors)")
    }

    @Test func `a clock behind the latest time of the store is reported, and the latest time counts`() throws {
        let far = Instant("2100-01-01T00:00:00Z")!
        let keys = session.keys + "/demilune/keys/"
        let store = try SQLiteStore.open(session.store, keys: { keys + $0 }, clock: { far })
        try store.addKey(AuditContext(now: far))
        let clock = ["DEMILUNE_AT": ""]
        let decision = demilune(
            "decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", environment: clock)
        #expect(
            decision.errors.contains(
                "earlier than 2100-01-01T00:00:00Z, the latest time in this store, which is used instead: set the clock right"
            ))
        #expect(decision.status == 2 && decision.output.contains("token_expired"), "\(decision.output)")
        #expect(demilune("token", "suspend", "Warehouse sync", environment: clock).errors.contains("expired on"))
        let listed = demilune("token", "list", "--search", "Warehouse sync", "--csv", environment: clock).output
        #expect(listed.contains(",expired\r\n") && !listed.contains(",live"), "\(listed)")
    }

    @Test func `a batch records which tokens were used`() throws {
        let line =
            #"{"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},"resource":{"type":"order","id":"1","properties":{"department":"d-sales"}}}"#
        func active() -> String { demilune("token", "show", "Warehouse sync", "--json").output }
        #expect(demilune("batch", input: line + "\n").status == 0)
        #expect(!active().contains("\"last_active\": \"2026-11-22T12:00:00Z\""))
        #expect(demilune("batch", "--record-use", input: line + "\n").output == "{\"decision\":true}\n")
        #expect(active().contains("\"last_active\": \"2026-11-22T12:00:00Z\""), "\(active())")
        let later = ["DEMILUNE_AT": "2026-11-22T13:00:00Z"]
        #expect(demilune("batch", "--record-use", "--explain", input: line + "\n", environment: later).status == 0)
        #expect(active().contains("\"last_active\": \"2026-11-22T13:00:00Z\""))
        let denied = line.replacing("orders.read", with: "users.delete")
        let last = ["DEMILUNE_AT": "2026-11-22T14:00:00Z"]
        #expect(demilune("batch", "--record-use", input: denied + "\n", environment: last).status == 0)
        #expect(active().contains("13:00:00Z"), "what is refused is no use")
    }

    @Test func `no token string appears anywhere but where it was requested`() throws {
        var secrets: [String] = []
        let name = "Secret feed"
        func asked(_ words: String...) throws {
            let result = session.run(words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
            let text = try #require(
                result.output.range(of: "dm[lm]_[0-9A-Za-z]{36}", options: .regularExpression),
                "\(words) \(result.errors)")
            let secret = String(result.output[text])
            #expect(!result.errors.contains(secret))
            secrets.append(secret)
        }
        try asked(
            "token", "create", "--name", name, "--expires", "2027-06-30", "--user", "bjorn", "--assignment", "a-bjorn-1"
        )
        try asked("token", "create", "--mobile", "--user", "carla")
        try asked("token", "reveal", name)
        try asked("token", "rotate", name, "--overlap", "24h")
        let input = secrets.joined(separator: "\n")
        let log = session.folder + "/decisions.ndjson"
        for words in [
            ["token", "list"], ["token", "list", "--json"], ["token", "list", "--csv"], ["token", "show", name],
            ["token", "show", name, "--json"], ["token", "show", "-"], ["token", "find"], ["token", "find", "--json"],
            ["token", "amend", name, "--name", "Feed"], ["token", "reveal", secrets[0]], ["token", "show", secrets[0]],
            ["decide", "-", "orders.read", "order:1", "department=Sales", "--explain", "--log", log],
            ["decide", secrets[0], "orders.read"],
            ["log", "list"], ["log", "list", "--json"], ["export", "--tokens"], ["store", "verify"], ["keys", "list"],
            ["token", "suspend", "-"], ["token", "rotate", "-"], ["token", "list", "--as", "-"], ["import", "-"],
            ["batch"],
            ["token", "revoke", "--user", "bjorn"], ["token", "resume", "-"],
            ["token", "mark-dormant", "--unused-for", "90d"], ["token", "purge", "--before", "2026-01-01"],
            ["tenant", "set-reveal", "3"], ["tenant", "show", "3"], ["tenant", "list"], ["user", "list"],
            ["user", "show", "bjorn"], ["user", "deactivate", "bjorn", "--preview"], ["keys", "add"],
            ["keys", "rewrap"],
            ["store", "reseal"], ["log", "verify"], ["export", "--tokens", "--pseudonymous"],
            ["token", "revoke", "Feed", "--yes"], ["token", "reveal", "Feed"], ["requests"],
        ] {
            let isOfOne = words.contains("-") && words[0] != "import"
            let result = session.run(
                words, input: Array((isOfOne ? secrets.last! : input).utf8), environment: ["DEMILUNE_TENANT": "3"])
            for secret in secrets {
                // A token string in the wrong place is not quoted in a message either.
                let isShown = (result.output + result.errors).contains(secret)
                let isNew = words == ["token", "rotate", "-"] && secret == secrets.last
                #expect(!isShown || isNew, "\(words.prefix(2)) shows a string: \(result.errors)")
            }
        }
        var read = 0
        for folder in [session.folder, session.keys] {
            let files = try #require(FileManager.default.enumerator(atPath: folder))
            for case let file as String in files {
                var isFolder: ObjCBool = false
                let path = folder + "/" + file
                #expect(unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder))
                if isFolder.boolValue { continue }
                let bytes = try #require(FileManager.default.contents(atPath: path), "\(path)")
                read += 1
                for secret in secrets {
                    #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
                    #expect(bytes.range(of: Data(secret.dropFirst(4).utf8)) == nil, "\(file)")
                }
            }
        }
        // The store, the decision log, the key file and the checkpoint of the log.
        #expect(read >= 4)
    }
}
