internal import Testing

@Suite struct LineTests {
    @Test(arguments: [
        (["decid"], "unknown verb `decid` (did you mean `decide`?)"),
        (["token", "lst"], "unknown verb `token lst` (did you mean `list`?)"),
        (["token"], "`token` needs one of: create, list, show, reveal, amend, rotate"),
        (["export", "--stroe", "x"], "unknown option `--stroe` (did you mean `--store`?)"),
        (["export", "--store"], "`--store` needs a value: `--store FILE`"),
        (["export", "--json=yes"], "`--json` takes no value"),
        (["export", "--json", "--json"], "`--json` is stated twice"),
        (
            ["export", "--color", "alway"],
            "`--color` is one of auto, always, never, got `alway` (did you mean `always`?)"
        ),
        (["export", "--at", "noon"], "`--at` is a time such as 2026-11-22T12:00:00Z, got `noon`"),
        (["export", "more"], "`more` is one argument too many"),
        (["decide", "x"], "`ACTION` is missing"),
        (["import"], "`FILE` is missing"),
        (["batch", "--jobs", "0"], "`--jobs` is a whole number from 1 to 256, got `0`"),
        (["batch", "--jobs", "1000000"], "`--jobs` is a whole number from 1 to 256, got `1000000`"),
        (["bench", "--count", "0"], "`--count` is a whole number from 1 to 1000000, got `0`"),
    ])
    func `a wrong line is refused with status 64`(arguments: [String], message: String) {
        let result = Session().run(arguments)
        #expect(result.status == 64)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `options stand before or after the verb, and the environment gives defaults`() {
        let session = Session()
        let message = "there is no store `/nowhere/a.db`; `demilune init` makes one"
        #expect(session.run("--store", "/nowhere/a.db", "export").errors.contains(message))
        #expect(session.run("export", "--store=/nowhere/a.db").errors.contains(message))
        #expect(session.run("export", environment: ["DEMILUNE_STORE": "/nowhere/a.db"]).errors.contains(message))
    }

    @Test func `colours are where they are wanted`() {
        let session = Session()
        #expect(session.run("vocabulary", "--color", "always").output.contains("\u{1B}["))
        #expect(!session.run("vocabulary").output.contains("\u{1B}["))
    }

    @Test func `without a verb the overview is told and the status is 64`() {
        let result = Session().run()
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("usage: demilune [OPTION …] VERB …"))
    }
}
