internal import ProgramSupport
internal import Testing

/// Acts on tokens that a person at a terminal completes.
@Suite struct TokenFormTests {
    private let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    private func run(_ words: [String], _ answers: [String]?, policies: String = Session.policies) -> Session.Result {
        session.run(
            words, environment: ["DEMILUNE_TENANT": "3", "DEMILUNE_POLICIES": policies], answers: answers)
    }

    private func shown(_ name: String) -> String {
        session.run("token", "show", name, environment: ["DEMILUNE_TENANT": "3"]).output
    }

    // MARK: Creating

    @Test func `creating asks for everything, with the suggested day as the default, and saves after a yes`() {
        let result = run(["token", "create"], ["Price feed", "haug", "1", "2", "", "1", "y"])
        #expect(result.status == 0 && result.output.hasPrefix("Token    dml_"), "\(result.errors)")
        for text in [
            "name of the token: ", "  1  bjorn  Bjørn Haugen  bjorn@nordlys.example\n", "  2  Warehouse > Integrator",
            "last valid day, or a duration such as 90d or 12mo [2027-11-22]: ",
            "  1  orders.create\n  2  orders.read\n",
            "permissions, as numbers or names with commas: 1,3 or orders.* [all]: ",
            "Expires  2027-11-22, the last valid day in Europe/Oslo\nCeiling  only orders.create\nsave? [y/N] ",
        ] { #expect(result.errors.contains(text), "\(text)\n\(result.errors)") }
        #expect(!result.errors.contains("dml_"))
        #expect(shown("Price feed").contains("Warehouse > Integrator"))
        #expect(shown("Price feed").contains("only orders.create"))
    }

    @Test(arguments: [
        [], [""], ["X"], ["X", ""], ["X", "bj"], ["X", "bj", ""], ["X", "bj", "1"], ["X", "bj", "1", "1"],
        ["X", "bj", "1", "1", ""], ["X", "bj", "1", "1", "", "", ""],
        ["X", "bj", "1", "1", "", "", "n"], ["X", "bj", "1", "1", "", "9", "users.delete", "orders.*"],
        // The suggestion is refused, and then nothing is chosen.
        ["X", "bj", "1", "1", "2029-01-31", "", "3"], ["X", "bj", "1", "1", "2029-01-31", "", "2", "n"],
    ])
    func `the end of the input, an empty answer where one is needed, or a no saves nothing`(answers: [String]) {
        let result = run(["token", "create"], answers)
        #expect(result.status == 1 && result.output.isEmpty && result.errors.contains("nothing is changed"))
        #expect(shown("X").isEmpty)
    }

    @Test func `what is given is not asked, and everything given saves at once`() {
        let words = ["token", "create", "--name", "X", "--user", "bjorn", "--assignment", "a-bjorn-1"]
        let some = run(words, ["90d", "", "y"])
        #expect(some.status == 0 && some.output.contains("2027-02-20, the last valid day"), "\(some.errors)")
        #expect(!some.errors.contains("name of the token") && !some.errors.contains("user:"))
        let all = run(["token", "create", "--name", "Y", "--expires", "90d"] + words.dropFirst(4), [])
        #expect(all.status == 0 && !all.errors.contains("save?"), "\(all.errors)")
    }

    @Test func `a wrong answer is told, and asked for again`() {
        let answers = [
            "Warehouse sync", "a\u{202E}b", "Fine", "nobody at all", "e", "bjorn", "9", "bjorn", "1", "5", "1",
            "03/04/2027",
            "2020-01-01", "1mo", "users.delete", "", "yes",
        ]
        let result = run(["token", "create"], answers)
        #expect(result.status == 0 && result.output.contains("2026-12-22, the last valid day"), "\(result.errors)")
        for text in [
            "is used by the live token", "U+202E", "nothing matches `nobody at all`", "it is ambiguous",
            "is in the past", "the combination does not have `users.delete`",
        ] { #expect(result.errors.contains(text), "\(text)\n\(result.errors)") }
    }

    @Test func `the default is the earliest day that policies suggest, or none`() throws {
        let permit = "local policy = { on = 'token.issue', grants = { '*' } } function policy.decide(r) permit()"
        let folder = try session.policies([
            "one": permit
                + " advise('soon', { last_day = '2027-03-01' }) advise('sooner', { last_day = '2027-02-01' }) end return policy"
        ])
        let words = ["token", "create", "--name", "X", "--user", "bjorn", "--assignment", "a-bjorn-1"]
        let asked = run(words, [""], policies: folder)
        #expect(asked.errors.contains("[2027-02-01]: "), "\(asked.errors)")
        let silent = try session.policies(["one": permit + " end return policy"], in: "silent")
        let needed = run(words, [""], policies: silent)
        #expect(needed.status == 1 && needed.errors.contains("12mo: "), "\(needed.errors)")
        let log = session.run("log", "list", "--refused", environment: ["DEMILUNE_TENANT": "3"])
        #expect(log.errors.contains("0 entries"), "asking for a suggestion refuses nothing")
    }

    @Test func `a summary shows an expiry that is no end of a day as a time`() {
        let words = ["token", "create", "--user", "bjorn", "--assignment", "a-bjorn-1", "--expires", "12h"]
        let made = run(words, ["Night run", "", "y"])
        #expect(made.errors.contains("Expires  2026-11-23 01:00 Europe/Oslo\nsave?"), "\(made.errors)")
        let amended = run(["token", "amend", "Night run"], ["", "", "", "Runs at night", "", "y"])
        #expect(amended.errors.contains("[2026-11-23 01:00 Europe/Oslo]: "), "\(amended.errors)")
        #expect(amended.status == 0 && !amended.errors.contains("Expires"), "an empty answer keeps the time")
    }

    @Test func `without a terminal all missing options are named`() {
        let result = run(["token", "create"], nil)
        #expect(result.status == 64 && result.errors.contains("missing required options --name, --expires, --user"))
    }

    // MARK: Changing

    @Test func `amending asks for a change, shows it, and keeps what is left empty`() {
        let result = run(
            ["token", "amend", "Warehouse sync"], ["", "2027-02-28", "2", "Stock levels", "", "y"])
        let kept = run(["token", "amend", "Warehouse sync"], ["", "2027-02-28", "", "Stock levels", "", "y"])
        #expect(result.status == 1 && kept.status == 0, "\(result.errors)\(kept.errors)")
        #expect(kept.errors.contains("Expires      2027-04-13 → 2027-02-28\nDescription  – → Stock levels\nsave?"))
        let token = shown("Warehouse sync")
        #expect(token.contains("2027-02-28, the last valid day") && token.contains("Stock levels"))
        let removed = run(["token", "amend", "Warehouse sync"], ["", "", "", "none", "Ops", "y"])
        #expect(removed.status == 0 && shown("Warehouse sync").contains("Contact                   Ops"))
        #expect(!shown("Warehouse sync").contains("Stock levels"))
        let nothing = run(["token", "amend", "Warehouse sync"], ["", "", "", "", ""])
        #expect(nothing.status == 1 && nothing.errors.contains("nothing is changed"))
    }

    @Test func `reassigning asks for the user, and rotating for the overlap`() {
        let stopped = run(["token", "rotate", "Warehouse sync"], [])
        #expect(stopped.status == 1 && stopped.output.isEmpty)
        let rotated = run(["token", "rotate", "Warehouse sync"], ["24h"])
        #expect(rotated.status == 0 && rotated.errors.contains("the old string works until 2026-11-23 13:00"))
        let refused = run(["token", "reassign", "Warehouse sync"], ["carla", "1", "", ""])
        #expect(refused.status == 1 && refused.errors.contains("save?"))
        let reassigned = run(["token", "reassign", "Warehouse sync"], ["carla", "1", "1h", "y"])
        #expect(reassigned.status == 0, "\(reassigned.errors)")
        #expect(reassigned.errors.contains("works until 2026-11-22 14:00 Europe/Oslo"))
    }

    // MARK: Advice

    @Test func `advice about any act is answered before the act`() throws {
        let policy = """
            local policy = { on = { "token.list", "token.amend", "token.reveal" }, grants = { "*" } }
            function policy.decide(request)
              permit()
              if request.point ~= "token.list" then advise("ask the owner first") end
            end
            return policy
            """
        let folder = try session.policies(["one": policy])
        for act in ["rotate", "reveal", "suspend"] {
            let words = ["token", act, "Warehouse sync"]
            let overlap = act == "rotate" ? [""] : []
            let refused = run(words, nil, policies: folder)
            #expect(refused.status == 1 && refused.output.isEmpty, "\(act)")
            #expect(
                refused.errors.contains("advice: ask the owner first") && refused.errors.contains("`--ignore-advice`"))
            #expect(run(words, overlap + ["n"], policies: folder).status == 1, "\(act)")
            #expect(run(words, overlap + ["y"], policies: folder).status == 0, "\(act)")
            if act != "suspend" {
                #expect(run(words + ["--ignore-advice"], nil, policies: folder).status == 0, "\(act)")
            }
        }
    }
}
