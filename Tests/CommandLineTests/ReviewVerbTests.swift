internal import Foundation
internal import ProgramSupport
internal import Testing

/// Access reviews on the command line.
@Suite struct ReviewVerbTests: DemoStoreTests {
    let session = Session()

    init() throws { #expect(session.run("init", "--demo").status == 0) }

    /// Begins a review, after the preview that says its digest.
    @discardableResult private func start(_ name: String, _ words: String...) throws -> String {
        let words = ["review", "start", name] + words
        let preview = try object(session.run(words + ["--json"], environment: ["DEMILUNE_TENANT": "3"]))
        let digest = try #require(preview["digest"] as? String)
        let started = session.run(
            words + ["--yes", "--digest", digest], environment: ["DEMILUNE_TENANT": "3"])
        #expect(started.status == 0 && started.output.contains("digest  \(digest)"), "\(started)")
        return digest
    }

    private func object(_ result: Session.Result) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result)")
    }

    private func count(_ name: String, _ key: String) throws -> Int? { try json("review", "status", name)[key] as? Int }

    // MARK: One review

    @Test func `a review from its beginning to its evidence`() throws {
        let preview = demilune("review", "start", "2026-Q4", "--user", "bjorn", "--at-close", "suspend")
        #expect(preview.status == 0 && preview.output.contains("Warehouse sync"), "\(preview)")
        #expect(preview.errors.contains("would be reviewed") && preview.errors.contains("--yes --digest "))
        let digest = try start("2026-Q4", "--user", "bjorn", "--at-close", "suspend", "--due", "30d")
        let size = try #require(try count("2026-Q4", "tokens"))
        #expect(try size > 2 && count("2026-Q4", "left") == size)

        let attested = demilune(
            "review", "attest", "2026-Q4", "Warehouse sync", "--reason", "still needed", "--as", "anna/a-anna-1")
        #expect(attested.output == "1 attested\n", "\(attested)")
        #expect(
            demilune("token", "show", "Warehouse sync").output.contains("by anna: still needed, in the review 2026-Q4"))
        let again = demilune("review", "attest", "2026-Q4", "Warehouse sync", "--reason", "mine", "--as", "carla")
        #expect(again.status == 2 && again.errors.contains("there is no token"), "\(again)")
        let twice = demilune("review", "attest", "2026-Q4", "Warehouse sync", "--reason", "again")
        #expect(twice.output == "0 attested, 1 attested already\n", "\(twice)")

        let dry = demilune("review", "revoke", "2026-Q4", "Order intake", "--reason", "nobody uses it")
        #expect(dry.errors.contains("1 token would be revoked") && dry.errors.contains("add: --yes\n"), "\(dry)")
        let revoked = demilune("review", "revoke", "2026-Q4", "Order intake", "--reason", "nobody uses it", "--yes")
        #expect(revoked.output == "1 revoked\n", "\(revoked)")
        #expect(demilune("token", "show", "Order intake").output.contains("nobody uses it"))

        let shown = demilune("review", "show", "2026-Q4")
        #expect(shown.output.contains("attested  anna: still needed"), "\(shown)")
        let one = demilune("review", "show", "2026-Q4", "Warehouse sync")
        #expect(one.output.contains("orders.create") && one.output.contains("still needed"), "\(one)")
        #expect(demilune("review", "show", "2026-Q4", "--only", "left").errors.hasPrefix("\(size - 2) token"))

        let close = demilune("review", "close", "2026-Q4")
        #expect(close.errors.contains("\(size - 2) tokens would be suspended"), "\(close)")
        let closed = demilune("review", "close", "2026-Q4", "--yes", "--reason", "the quarter ends")
        #expect(
            closed.status == 0 && closed.output.contains("1 attested, 1 revoked, \(size - 2) suspended"), "\(closed)")
        let late = demilune("review", "attest", "2026-Q4", "Warehouse sync", "--reason", "late")
        #expect(late.status == 1 && late.errors.contains("was closed at"), "\(late)")

        let evidence = try object(demilune("review", "export", "2026-Q4"))
        let tokens = try #require(evidence["tokens"] as? [[String: Any]])
        #expect(evidence["digest"] as? String == digest && tokens.count == size)
        #expect(evidence["count"] as? Int == size && evidence["at_close"] as? String == "suspend")
        #expect(Set(tokens.compactMap { $0["verdict"] as? String }) == ["attested", "revoked", "suspended"])
        let csv = demilune("review", "export", "2026-Q4", "--format", "csv").output
        #expect(csv.split(whereSeparator: \.isNewline).dropFirst().allSatisfy { $0.contains(digest) }, "\(csv)")
        #expect(demilune("log", "verify").status == 0 && demilune("store", "verify").status == 0)
    }

    /// The digest of the evidence, computed by a program that shares nothing with this one.
    @Test func `anybody can compute the digest again from the evidence`() throws {
        let digest = try start("2026-Q4", "--kind", "all", "--at-close", "report")
        let evidence = try session.file("evidence.json", demilune("review", "export", "2026-Q4").output)
        let program = """
            import hashlib, json, sys
            tokens = json.load(open(sys.argv[1]))["tokens"]
            lines = sorted(json.dumps(t["frozen"], ensure_ascii=False, separators=(",", ":")) for t in tokens)
            text = "demilune selection\\n" + "\\n".join(lines)
            print(hashlib.blake2b(text.encode(), digest_size=16).hexdigest())
            """
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/python3")
        python.arguments = ["-c", program, evidence]
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        #expect(printed == digest + "\n")
    }

    // MARK: Who

    @Test func `nobody attests their own token, and no department another's`() throws {
        try start("2026-Q4", "--kind", "all", "--at-close", "report")
        func attest(_ user: String, _ token: String) -> Session.Result {
            demilune("review", "attest", "2026-Q4", token, "--reason", "needed", "--as", user)
        }
        let made = demilune(
            "token", "create", "--name", "Own", "--expires", "2027-01-31", "--user", "anna", "--assignment", "a-anna-1")
        #expect(made.status == 0, "\(made)")
        try start("own", "--user", "anna", "--at-close", "report")
        let own = demilune("review", "attest", "own", "Own", "--reason", "mine", "--as", "anna/a-anna-1")
        #expect(own.status == 2 && own.errors.contains("own_token"), "\(own)")
        #expect(try count("own", "left") == count("own", "tokens"))
        let refused = demilune("log", "list", "--act", "token.attest.refused", "--json").output
        #expect(refused.contains("own_token"), "\(refused)")
        // The operator is nobody's user.
        #expect(demilune("review", "attest", "own", "Own", "--reason", "needed").status == 0)
        // An integrator has no permission, and no department but their own.
        #expect(attest("bjorn/a-bjorn-1", "Warehouse sync").status == 2)
        #expect(attest("carla", "Warehouse sync").status == 2)
    }

    @Test func `a review of which somebody may see no token is not there for them`() throws {
        try start("2026-Q4", "--user", "anna", "--kind", "mobile", "--at-close", "report")
        let unknown = demilune("review", "show", "2026-Q4", "--as", "bjorn/a-bjorn-1")
        #expect(unknown.status == 2 && unknown.errors.contains("has no review `2026-Q4`"), "\(unknown)")
        #expect(
            demilune("review", "show", "nothing", "--as", "bjorn/a-bjorn-1").errors
                == unknown.errors.replacing("2026-Q4", with: "nothing"))
        #expect(demilune("review", "status", "--as", "bjorn/a-bjorn-1").output.split(separator: "\n").count == 1)
    }

    // MARK: Many

    @Test func `filters answer for many after a preview, and for nothing that changed`() throws {
        try start("2026-Q4", "--kind", "all", "--at-close", "report")
        let size = try #require(try count("2026-Q4", "left"))
        let words = ["review", "attest", "2026-Q4", "--user", "bjorn", "--reason", "checked"]
        func run(_ more: String...) -> Session.Result {
            session.run(words + more, environment: ["DEMILUNE_TENANT": "3"])
        }
        let preview = run()
        #expect(preview.errors.contains("would be attested") && preview.errors.contains("--yes --digest"), "\(preview)")
        #expect(run("--yes").status == 64)
        let digest = try #require(try object(run("--json"))["digest"] as? String)
        #expect(demilune("review", "revoke", "2026-Q4", "Order intake", "--reason", "idle", "--yes").status == 0)
        let stale = run("--yes", "--digest", digest)
        #expect(stale.status == 1 && stale.errors.contains("do not match the digest"), "\(stale)")
        // What gains something meanwhile is not attested with the others.
        let wider = demilune("token", "amend", "Warehouse sync", "--expires", "2027-10-31", "--ignore-advice")
        #expect(wider.status == 0, "\(wider)")
        let other = run("--json")
        #expect(other.errors.contains("1 token may do more than when the review began, and left out"), "\(other)")
        let again = try #require(try object(other)["digest"] as? String)
        let done = run("--yes", "--digest", again)
        #expect(done.status == 0, "\(done)")
        let one = demilune("review", "attest", "2026-Q4", "Warehouse sync", "--reason", "needed")
        #expect(one.status == 1 && one.errors.contains("may do more than when the review began"), "\(one)")
        let changed = demilune("review", "show", "2026-Q4", "--only", "changed").output
        #expect(changed.contains("gained since: valid until 2027-10-31"), "\(changed)")
        let left = try #require(try count("2026-Q4", "left"))
        #expect(left > 0 && left < size)
    }

    @Test func `derived tokens are left out beside their parents`() throws {
        #expect(demilune("token", "derive", "Warehouse sync", "--for", "15m").status == 0)
        let preview = demilune("review", "start", "2026-Q4", "--user", "bjorn", "--at-close", "suspend")
        #expect(preview.errors.contains("1 derived from others of these, and left out"), "\(preview)")
        let alone = demilune("review", "start", "2026-Q4", "--search", "derived", "--at-close", "suspend")
        #expect(alone.output.contains("derived"), "\(alone)")
    }

    @Test func `filters leave out what one may not attest, and closing says what gained since`() throws {
        try start("2026-Q4", "--department", "Sales", "--at-close", "suspend")
        let words = ["review", "attest", "2026-Q4", "--department", "Sales", "--reason", "ok", "--as", "anna/a-anna-1"]
        let preview = session.run(words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
        #expect(preview.errors.contains("1 token that you may not attest, and left out"), "\(preview)")
        let digest = try #require(try object(preview)["digest"] as? String)
        let done = session.run(words + ["--yes", "--digest", digest], environment: ["DEMILUNE_TENANT": "3"])
        #expect(done.output == "9 attested\n", "\(done)")
        // A user type gains a permission after the answer.
        let organisation =
            #"{"tenants":[{"id":"3","user_types":[{"id":"t-customer","permissions":["orders.read","orders.delete"]}]}]}"#
        #expect(demilune("import", "-", input: organisation).status == 0)
        let close = demilune("review", "close", "2026-Q4")
        #expect(
            close.errors.contains("2 tokens of these attested, but may do more than when the review began"), "\(close)")
        #expect(close.output.contains("gained since: orders.delete"), "\(close)")
        // Who may not do it is told so before anything is shown.
        let other = demilune("review", "close", "2026-Q4", "--as", "bjorn/a-bjorn-1")
        #expect(other.status == 2 && other.output.isEmpty, "\(other)")
        let closed = demilune("review", "close", "2026-Q4", "--yes")
        #expect(closed.output.contains("7 attested, 3 suspended"), "\(closed)")
        #expect(demilune("token", "show", "Quote tool").output.contains("Suspended"))
    }

    @Test func `what somebody may not see is told by no field of a review`() throws {
        let words = ["--search", "CRM", "--at-close", "report", "--reason", "because of the merger"]
        try start("2026-Q4", words[0], words[1], words[2], words[3], words[4], words[5])
        let all = demilune("review", "status", "2026-Q4")
        #expect(all.output.contains("Filters") && all.output.contains("because of the merger"), "\(all)")
        let some = demilune("review", "status", "2026-Q4", "--as", "carla")
        #expect(some.status == 0 && some.output.contains("Tokens    1\n"), "\(some)")
        for hidden in ["Filters", "Digest", "merger"] { #expect(!some.output.contains(hidden), "\(some)") }
        let export = demilune("review", "export", "2026-Q4", "--as", "carla")
        #expect(export.status == 2 && export.output.isEmpty, "\(export)")
    }

    @Test func `a token that was reassigned is told of`() throws {
        try start("2026-Q4", "--user", "petter", "--at-close", "suspend")
        let moved = demilune(
            "token", "reassign", "Returns portal", "--user", "lars", "--assignment", "a-lars-1", "--overlap", "24h",
            "--ignore-advice")
        #expect(moved.status == 0, "\(moved)")
        let shown = demilune("review", "show", "2026-Q4")
        #expect(
            shown.output.contains("reassigned: the token ") && shown.output.contains("is not of this review"),
            "\(shown)")
    }

    // MARK: One after another

    @Test func `a person at a terminal is asked for each token that is left`() throws {
        try start("2026-Q4", "--user", "bjorn", "--at-close", "suspend")
        let size = try #require(try count("2026-Q4", "left"))
        func walk(_ answers: String...) -> Session.Result {
            session.run(["review", "attest", "2026-Q4"], environment: ["DEMILUNE_TENANT": "3"], answers: answers)
        }
        // Attests the first, goes on without an answer, revokes the third, gives no reason for the fourth, and stops.
        let walked = walk("1", "needed", "", "2", "idle", "1", "", "3")
        #expect(walked.status == 0 && walked.errors.hasSuffix("\(size - 2) left\n"), "\(walked)")
        #expect(walked.errors.contains("no reason is given, so nothing is changed"), "\(walked)")
        #expect(walked.output.contains("orders.create"))
        #expect(try count("2026-Q4", "attested") == 1 && count("2026-Q4", "revoked") == 1)
        #expect(walk().errors.hasSuffix("\(size - 2) left\n"))
        // A token that gained something cannot be attested, so that is not offered.
        #expect(
            demilune("token", "amend", "Warehouse sync", "--expires", "2027-10-31", "--ignore-advice").status == 0)
        let changed = walk("", "", "", "", "", "")
        #expect(
            changed.output.contains("valid until 2027-10-31") && changed.errors.contains("  1  revoke\n"), "\(changed)")
        #expect(demilune("review", "close", "2026-Q4", "--yes").status == 0)
        #expect(walk("1").errors == "the review is closed: nothing is left to attest\n")
    }

    // MARK: Wrong input

    @Test func `wrong words are named`() throws {
        try start("2026-Q4", "--user", "bjorn", "--at-close", "report")
        for (words, message) in [
            (["start", "x"], "--at-close"), (["start", "x", "--at-close", "delete"], "suspend, report"),
            (["start", "x", "--at-close", "report", "--due", "2020-01-01"], "is in the past"),
            (["start", "x", "--at-close", "report", "--user", "nobody"], "no user"),
            (["start", "x", "--at-close", "report", "--state", "revoked"], "neither revoked nor expired"),
            (["start", "2026-Q4", "--at-close", "report", "--yes", "--digest", "0"], "do not match the digest"),
            (["attest", "2026-Q4", "Warehouse sync"], "--reason"),
            (["attest", "2026-Q4", "Warehouse sync", "--reason", " "], "--reason"),
            (["attest", "2026-Q4", "--reason", "x", "Warehouse sync", "--user", "bjorn"], "cannot be combined"),
            (["attest", "2026-Q4"], "no token is given"),
            (["attest", "2026-Q5", "Warehouse sync", "--reason", "x"], "did you mean `2026-Q4`"),
            (["revoke", "2026-Q4", "--reason", "x"], "no token is given"),
            (["attest", "2026-Q4", "nothing", "--reason", "x"], "nothing"),
            (["show", "2026-Q4", "Warehouse sync", "--csv"], "without a token"),
            (["status", "2026-Q4", "--csv"], "without a name"),
            (["close", "2026-Q5"], "has no review"), (["export", "2026-Q4", "--format", "pdf"], "json, csv"),
        ] {
            let result = session.run(["review"] + words, environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status != 0 && result.errors.contains(message), "\(words): \(result)")
        }
        #expect(demilune("store", "verify").status == 0)
    }
}
