internal import ProgramSupport
internal import Testing

@Suite struct LimitsTests {
    private let session = Session()

    private func policies() throws -> String {
        try session.policies([
            "work":
                "return { on = 'access', grants = { '*' }, decide = function(r) local n = 0 for i = 1, 3000 do n = n + i end permit() end }"
        ])
    }

    @Test(arguments: [
        ([], 0, "permit"), (["--fuel", "2000"], 2, "budget_exhausted"), (["--fuel", "50000"], 0, "permit"),
    ])
    func `a policy may use its whole budget`(options: [String], status: Int32, word: String) throws {
        #expect(session.run("init", "--demo").status == 0)
        let result = session.run(
            ["--policies", try policies(), "--tenant", "3", "decide", "Warehouse sync", "orders.read", "order:1"]
                + options)
        #expect(result.status == status && result.output.contains(word), "\(result.output)\(result.errors)")
    }

    @Test(arguments: [
        ["--fuel", "0"], ["--fuel", "x"], ["--memory", "0"], ["--deadline", "-1"], ["--deadline", "1s"],
    ])
    func `an invalid limit is refused`(options: [String]) throws {
        for verb in [["decide", "a", "orders.read"], ["batch"]] {
            let result = session.run(verb + options)
            #expect(result.status == 64 && result.errors.contains("whole number"), "\(result.errors)")
        }
    }

    @Test func `a batch gives the same results with trees, without, and while it compares both`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let requests = session.run("requests", "--count", "800").output
        let input = Array(requests.utf8)
        let plain = session.run(["batch", "--summary", "--tree-memory", "0"], input: input)
        #expect(plain.status == 0 && plain.lines.count == 800)
        for options in [[], ["--shadow", "3"], ["--jobs", "2"], ["--jobs", "1", "--tree-memory", "1"]] {
            let result = session.run(["batch", "--summary"] + options, input: input)
            #expect(result.output == plain.output && result.errors == plain.errors && result.status == 0)
        }
        let told = session.run(["batch", "--explain", "--tree-memory", "0"], input: input)
        #expect(session.run(["batch", "--explain"], input: input).output == told.output)
        #expect(session.run(["batch", "--explain", "--shadow", "2"], input: input).output == told.output)
    }
}
