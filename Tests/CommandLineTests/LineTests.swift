internal import Foundation
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine

@Suite struct LineTests {
    @Test(arguments: [
        (["decid"], "unknown verb `decid` (did you mean `decide`?)"),
        (["token", "lst"], "unknown verb `token lst` (did you mean `list`?)"),
        (["token"], "`token` needs one of: create, derive, list, show, reveal, amend, narrow"),
        (["token", "delete", "x"], "unknown verb `token delete`: `token revoke` revokes tokens"),
        (["token", "ls"], "unknown verb `token ls`: `token list` lists"),
        (["ls"], "unknown verb `ls`: `token list` lists"),
        (["keys", "rotate"], "`keys add` adds a key to the key file; new records are sealed with it; `keys rewrap` "),
        (["token", "frob"], "unknown verb `token frob`; `token` needs one of: create, derive, list"),
        (["help", "tokn"], "unknown verb `tokn` (did you mean `token`?)"),
        (["help", "token", "rm"], "unknown verb `token rm`: `token revoke` "),
        (["init", "--policies", "a", "--policies"], "`--policies` is given twice"),
        (["--policies"], "`--policies` needs a value: `--policies DIR`"),
        (["export", "--stroe", "x"], "unknown option `--stroe` (did you mean `--store`?)"),
        (["export", "--store"], "`--store` needs a value: `--store FILE`"),
        (["export", "--json=yes"], "`--json` takes no value"),
        (["export", "--json", "--json"], "`--json` is given twice"),
        (
            ["export", "--color", "alway"],
            "`--color` must be one of auto, always, never, got `alway` (did you mean `always`?)"
        ),
        (
            ["--at", "noon", "export"],
            "`--at` must be a time with its zone (2027-01-31T10:00:00+01:00), a day (2027-01-31), or `+30d`, got `noon`"
        ),
        (["export", "more"], "unexpected argument `more`"),
        (["decide", "x"], "missing argument `ACTION`: demilune decide"),
        (["import"], "no file is given; `-`"),
        (["batch", "--jobs", "0"], "`--jobs` must be a whole number from 1 to 256, got `0`"),
        (["batch", "--jobs", "1000000"], "`--jobs` must be a whole number from 1 to 256, got `1000000`"),
        (["bench", "--count", "0"], "`--count` must be a whole number from 1 to 1000000, got `0`"),
    ])
    func `a wrong line is refused with status 64`(arguments: [String], message: String) {
        let result = Session().run(arguments)
        #expect(result.status == 64)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `names of other programs lead to verbs that exist`() {
        let names = Set(Program.verbs.map(\.name))
        for (verb, others) in OtherNames.table {
            #expect(names.contains(verb), "\(verb)")
            #expect(names.isDisjoint(with: others), "\(verb): \(names.intersection(others))")
        }
    }

    @Test(arguments: [
        (["help"], ["--help"]), (["help", "token", "list"], ["token", "list", "--help"]),
        (["help", "token"], ["token", "--help"]), (["token", "-h"], ["token", "--help"]),
        (["help", "plugins"], ["plugins", "--help"]), (["version"], ["--version"]),
    ])
    func `help and the version are verbs too`(verb: [String], option: [String]) {
        let result = Session().run(verb)
        #expect(result.status == 0 && !result.output.isEmpty)
        #expect(result.output == Session().run(option).output)
    }

    @Test func `the help of several verbs lists them all`() {
        let told = Session().run("token", "--help").output
        #expect(told.hasPrefix("usage: demilune token VERB …\n"))
        for verb in Program.verbs where verb.name.hasPrefix("token ") { #expect(told.contains("\n  \(verb.name) ")) }
    }

    @Test func `options may be before or after the verb, and the environment gives defaults`() {
        let session = Session()
        let message = "there is no store `/nowhere/a.db`; `demilune init` makes one"
        #expect(session.run("--store", "/nowhere/a.db", "export").errors.contains(message))
        #expect(session.run("export", "--store=/nowhere/a.db").errors.contains(message))
        #expect(session.run("export", environment: ["DEMILUNE_STORE": "/nowhere/a.db"]).errors.contains(message))
    }

    @Test func `colours are used only when wanted`() {
        let session = Session()
        #expect(session.run("vocabulary", "--color", "always").output.contains("\u{1B}["))
        #expect(!session.run("vocabulary").output.contains("\u{1B}["))
    }

    @Test func `without a verb the overview is shown and the status is 64`() {
        let result = Session().run()
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("usage: demilune [OPTION …] VERB …"))
    }

    @Test(arguments: [
        (["token", "sweep", "--help"], "token sweep", "token mark-dormant"),
        (["token", "replace", "--help"], "token replace", "token reassign"),
        (["tenant", "reveal", "--help"], "tenant reveal", "tenant set-reveal"),
        (["store", "adopt", "--help"], "store adopt", "store reseal"),
        (["batch", "--touch", "--help"], "--touch", "--record-use"),
    ])
    func `a former name works for one more version, and a note says so`(
        arguments: [String], former: String, now: String
    ) throws {
        let note = "`\(former)` is now called `\(now)`; the old name works for one more version"
        let line = try ParsedLine(arguments, verbs: Program.verbs)
        #expect(line.notes == [note])
        #expect(former.hasPrefix("--") ? line.options["record-use"] != nil : line.verb?.name == now)
        let result = Session().run(arguments)
        #expect(result.errors == "note: \(note)\n")
        #expect(result.output.contains(now) && !result.output.contains(former))
        #expect(!Session().run(["--help"]).output.contains("\(former) "))
    }

    @Test func `an option is given once, by whatever name`() {
        let result = Session().run(["batch", "--touch", "--record-use"])
        #expect(result.status == 64 && result.errors.contains("`--record-use` is given twice"))
    }

    @Test func `the version is that of the changelog`() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../CHANGELOG.md").standardized
        let versions = try String(contentsOf: path, encoding: .utf8).matches(of: /\n## ([0-9]+\.[0-9]+\.[0-9]+)/)
        #expect(versions.first.map { String($0.1) } == Demilune.version)
        #expect(Session().run(["--version"]).output == "demilune \(Demilune.version)\n")
        #expect(Session().run(["token", "list", "--version"]).output == "demilune \(Demilune.version)\n")
    }
}
