internal import Foundation
internal import Glibc
internal import Model
internal import ProgramSupport
internal import Testing

@Suite struct BatchTests {
    private let session = Session()
    private static let token = "6532ebee17e04c929e56e7977af956ae"

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    /// A request of the token `Warehouse sync`; further members are added at its end.
    private static func line(
        _ properties: String = #"{"department":"d-sales"}"#, token: String = token, action: String = "orders.read",
        type: String = "order",
        more: String = ""
    ) -> String {
        """
        {"subject":{"type":"token","id":"\(token)"},"action":{"name":"\(action)"},\
        "resource":{"type":"\(type)","id":"1","properties":\(properties)}\(more)}
        """
    }

    private static let permitted = line()
    private static let denied = line(#"{"department":"d-finance"}"#)

    private func batch(_ lines: [String], _ options: String...) -> Session.Result {
        session.run(["batch"] + options, input: Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    @Test func `every line is answered in order, from a file and from the standard input`() throws {
        let lines = [Self.permitted, Self.denied, Self.permitted]
        let answers = ["true", "false", "true"].map { #"{"decision":\#($0)}"# }
        let piped = batch(lines)
        #expect(piped.status == 0 && piped.errors.isEmpty, "\(piped.errors)")
        #expect(piped.lines.map(String.init) == answers)
        #expect(batch(lines, "-").output == piped.output)
        let file = try session.file("requests.ndjson", lines.joined(separator: "\n"))
        #expect(session.run("batch", file).output == piped.output)
    }

    @Test func `blank lines and line ends of any kind are not requests`() {
        let input = "\n  \r\n\(Self.permitted)\r\n\t\n\n\(Self.denied)"
        let result = session.run(["batch"], input: Array(input.utf8))
        #expect(result.status == 0)
        #expect(result.lines == [#"{"decision":true}"#, #"{"decision":false}"#])
    }

    // MARK: Invalid requests

    @Test(arguments: [
        ("{", "invalid JSON: expected a name in quotes at column 2"),
        (#"{"a":1,"a":2}"#, "invalid JSON: the name `a` is given twice at column 8"),
        ("[]", "a request must be an object, got `[]`"),
        ("{}", "`subject` is missing"),
        (#"{"subject":{"type":"token"}}"#, "`subject.id` is missing"),
        (#"{"subject":{"type":"token","id":7}}"#, "`subject.id`: `7` is no string such as"),
        (line(#"{"amount":"7"}"#), "`resource.properties.amount`: `\"7\"` is no number such as `12.5`"),
        (line(#"{"department":"nowhere"}"#), "this tenant has no department with the id `nowhere`"),
        (line("[]"), "`resource.properties` must be an object, got `[]`"),
        (line(more: #","context":{"mfa":1}"#), "`context.mfa`: `1` is no boolean: write `true` or `false`"),
        (line(more: #","tenant":"nowhere""#), "there is no tenant `nowhere`"),
        (line(more: #","obligations":[1]"#), "`obligations` must be a list of names"),
        (line(more: #","tenant":3"#), "`tenant`: `3` is no string such as"),
        (line(more: #","context":{"supported_obligations":"log"}"#), "`\"log\"` is no list such as `[\"a\", \"b\"]`"),
        (line(more: #","context":{"supported_obligations":["log",1]}"#), "`context.supported_obligations[1]`: `1`"),
        (line(more: #","obligations":[],"context":{"supported_obligations":["log"]}"#), "differ: leave out"),
        (#"{"subject":null}"#, "`subject` is null, which counts as missing: it must be an object"),
        (#"{"subject":{"type":"token","id":null}}"#, "`subject.id` is null, which counts as missing"),
        ("\u{FEFF}\(line())", "invalid JSON: expected a value: unexpected character U+FEFF, byte order mark"),
        ("\(line())\u{FEFF}", "unexpected text after the value: unexpected character U+FEFF, byte order mark"),
        (
            line(more: #","evaluations":[]"#),
            "`evaluations` is not supported: send each request by itself, on a line of its own"
        ),
        (line(more: #","expected":"permit""#), "`expected`: `\"permit\"` is no boolean: write `true` or `false`"),
        (
            line().replacing(#""name":"orders.read""#, with: #""name":"orders.read","properties":[]"#),
            "`action.properties` must be an object, got `[]`"
        ),
        (
            line().replacing(#""type":"token""#, with: #""type":"token","properties":7"#),
            "`subject.properties` must be an object, got `7`"
        ),
        (
            line(#"{"amount":18446744073709551614}"#),
            "`resource.properties.amount`: `18446744073709551614` is an integer outside 64 bits"
        ),
        (
            line(#"{"amount":-9223372036854775809}"#),
            "`resource.properties.amount`: `-9223372036854775809` is an integer outside 64 bits"
        ),
        (line(#"{"amount":1e309}"#), "`1e309` is a number too large for a double"),
        (String(repeating: "[", count: 100_000), "nested deeper than 64 levels"),
    ])
    func `an invalid line is answered as such, and the others are decided`(
        line: String, message: String
    ) throws {
        let result = batch([Self.permitted, "", line, Self.denied])
        #expect(result.status == 1)
        #expect(result.errors == "error: invalid requests: 1 of 3, the first in line 3\n")
        #expect(result.lines.count == 3 && result.lines[0] == #"{"decision":true}"#)
        let answer = try JSONReader.parse(String(result.lines[1]))
        #expect(answer["decision"] == .boolean(false))
        #expect(answer["context"]?["error"]?["status"] == .integer(400))
        let told = try #require(answer["context"]?["error"]?["message"]?.string)
        #expect(told.contains(message), "\(told)")
        #expect(result.lines[2] == #"{"decision":false}"#)
    }

    @Test func `a line of 10 MB is skipped, and the others are decided`() {
        let long = #"{"note":""# + String(repeating: "x", count: 10_000_000) + #""}"#
        let result = batch([Self.permitted, long, Self.permitted])
        #expect(result.status == 1)
        #expect(result.lines.count == 3 && result.lines[2] == #"{"decision":true}"#)
        #expect(result.lines[1].contains("the line is longer than 1 MiB"), "\(result.lines[1])")
    }

    @Test(arguments: [(1 << 20, true), (1 << 20 + 1, false)])
    func `a line has at most 1 MiB`(length: Int, isRead: Bool) {
        let line = Self.permitted + String(repeating: " ", count: length - Self.permitted.utf8.count)
        let result = batch([line])
        #expect(result.output.contains(#"{"decision":true}"#) == isRead)
    }

    @Test func `invalid UTF-8 is refused, and the others are decided`() {
        var bytes = Array(Self.line(token: "@").utf8)
        bytes[bytes.firstIndex(of: UInt8(ascii: "@"))!] = 0xFF
        let result = session.run(["batch"], input: bytes + Array("\n\(Self.permitted)\n".utf8))
        #expect(result.status == 1)
        #expect(result.lines.first?.contains("the text is not well-formed UTF-8") == true, "\(result.output)")
        #expect(result.lines.last == #"{"decision":true}"#)
    }

    @Test(arguments: [
        (line(token: "00000000000000000000000000000000"), "token_unknown"), (line(token: "x"), "token_unknown"),
        (line(action: "orders.raed"), "action_unknown"), (line(type: "ordr"), "resource_type_unknown"),
        (line(more: #","tenant":"acme""#), "token_unknown"),
    ])
    func `an unknown name is a deny with its code, not an invalid line`(line: String, code: String) {
        let result = batch([line], "--explain")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix(#"{"decision":false,"context":{"code":"\#(code)""#), "\(result.output)")
    }

    @Test func `a misspelt property is reported`() {
        let result = batch([Self.line(#"{"departmnet":"d-finance"}"#)], "--explain")
        #expect(result.output.contains(#""ignored":["resource.properties.departmnet"]"#), "\(result.output)")
    }

    @Test func `everything that nothing reads is reported, also a number that no value can represent`() throws {
        let line = Self.line(
            #"{"department":"d-sales","serial":18446744073709551614,"much":1e400}"#,
            more: #","trace":1,"context":{"time":"x"}"#
        )
        .replacing(#""name":"orders.read""#, with: #""name":"orders.read","properties":{"why":"audit"},"verb":2"#)
        .replacing(#""type":"token""#, with: #""type":"token","properties":{"age":3},"realm":"r""#)
        .replacing(#""id":"1""#, with: #""id":"1","etag":"e""#)
        #expect(batch([line]).output == #"{"decision":true}"# + "\n")
        let answer = try JSONReader.parse(batch([line], "--explain").output)
        let ignored = [
            "trace", "subject.realm", "subject.properties.age", "action.verb", "resource.etag", "action.properties.why",
            "resource.properties.serial", "resource.properties.much", "context.time",
        ]
        #expect(answer["context"]?["ignored"] == .array(ignored.map(JSON.string)), "\(answer.compact)")
    }

    @Test func `the time of a recording is not ignored`() {
        let line = Self.line(more: #","context":{"time":"2026-11-22T12:00:00Z"}"#)
        #expect(batch([line], "--explain").output.contains(#""ignored":["context.time"]"#))
        #expect(!batch([line], "--explain", "--trust-time").output.contains("ignored"))
    }

    // MARK: Expectations

    private static func expecting(_ expected: String, _ properties: String = #"{"department":"d-sales"}"#) -> String {
        line(properties, more: #","expected":\#(expected)"#)
    }

    @Test func `expectations are compared, and lines are named by their number in the file`() {
        let met = [Self.expecting("true"), Self.expecting("false", #"{"department":"d-finance"}"#), Self.denied]
        let result = batch(met, "--expect")
        #expect(
            result.status == 0 && result.errors == "1 of 3 lines had no `expected`, and was not compared\n")
        let missed = batch(["", Self.expecting("false"), " ", Self.permitted, Self.expecting("1")] + met, "--expect")
        #expect(missed.status == 5)
        #expect(
            missed.errors
                == "2 of 6 lines had no `expected`, and were not compared\n"
                + "error: 2 decisions not as expected: lines 2, 5\n")
        #expect(batch([Self.permitted, Self.permitted], "--expect").errors == "error: no line has `expected`\n")
    }

    @Test(arguments: ["true", "false"])
    func `an invalid line never meets an expectation`(expected: String) {
        let result = batch([Self.expecting(expected, "[]"), Self.expecting("true"), "{"], "--expect", "--summary")
        #expect(result.status == 5)
        #expect(result.errors.contains("3 requests: 1 permit, 0 deny, 2 invalid\n1 of 2 not as expected\n"))
        #expect(result.errors.hasSuffix("error: 1 decision not as expected: line 1\n"))
    }

    @Test func `line numbers are right across blocks, and at most a hundred are reported`() {
        let lines = Array(repeating: Self.expecting("true"), count: 2_000).flatMap { [$0, ""] }
        let wrong = lines + Array(repeating: Self.expecting("false"), count: 150)
        let result = session.run(
            ["batch", "--expect", "--jobs", "2"], input: Array(wrong.joined(separator: "\n").utf8))
        #expect(result.status == 5)
        let numbers = (4_001...4_100).map(String.init).joined(separator: ", ")
        #expect(result.errors.hasSuffix("150 decisions not as expected: lines \(numbers) …\n"))
    }

    @Test func `a run without requests is not a success`() {
        let nothing = batch(["", " "])
        #expect(nothing.status == 1 && nothing.errors == "error: there was no request\n")
        let unexpecting = batch([Self.permitted], "--expect")
        #expect(unexpecting.status == 1 && unexpecting.errors == "error: no line has `expected`\n")
    }

    // MARK: Other options

    @Test func `a summary counts decisions by code and by policy`() {
        let result = batch([Self.permitted, Self.denied, Self.denied, Self.line(token: "x"), "{"], "--summary")
        #expect(
            result.errors == """
                5 requests: 1 permit, 3 deny, 1 invalid
                1 request read by the full reader, which takes longer
                by code:
                  denied  2
                  permitted  1
                  token_unknown  1
                by policy:
                  department_gate  2
                  department_scope  2
                  user_type_permissions  1
                error: invalid requests: 1 of 5, the first in line 5

                """)
    }

    @Test func `observing and failing policies are counted, too`() throws {
        let policies = try session.policies([
            "failing": "return { on = \"access\", decide = function() error(\"x\") end }",
            "trial": "return { on = \"access\", mode = \"observe\", decide = function() deny(\"a\") error(\"x\") end }",
        ])
        let result = batch([Self.permitted, Self.denied], "--summary", "--policies", policies)
        #expect(
            result.errors == """
                2 requests: 0 permit, 2 deny, 0 invalid
                by code:
                  policy_failed  2
                by policy:
                  failing  2
                only observed, by policy:
                  trial  2

                """)
    }

    @Test func `a log gets a line for each decision, and shows no masked property`() throws {
        let log = session.folder + "/decisions.ndjson"
        let lines = [Self.line(#"{"amount":1234}"#), "{", Self.denied]
        #expect(batch(lines, "--log", log, "--mask", "amount").status == 1)
        let logged = try session.text(of: "decisions.ndjson").split(separator: "\n")
        #expect(logged.count == 2)
        #expect(logged[0].contains(#""amount":"(masked)""#) && !logged[0].contains("1234"), "\(logged)")
        #expect(try JSONReader.parse(String(logged[1]))["code"] == .string("denied"))
        #expect(batch(lines, "--log", log).status == 1)
        #expect(try session.text(of: "decisions.ndjson").contains("1234"))
        let nowhere = batch(lines, "--log", session.folder + "/nowhere/log")
        #expect(nowhere.status == 1 && nowhere.output.isEmpty && nowhere.errors.contains("/nowhere/log`"))
    }

    @Test func `one worker and two give the same bytes`() {
        let made = session.run("requests", "--count", "3000", "--seed", "5").output
        let lines = made.split(separator: "\n").map(String.init) + ["{", Self.permitted, "[]"]
        let one = batch(lines, "--jobs", "1", "--explain")
        let two = batch(lines, "--jobs", "2", "--explain")
        #expect(one.lines.count == 3_003)
        #expect(one.status == 1 && two.status == 1)
        #expect(one.output == two.output)
        #expect(batch(lines, "--jobs", "7", "--explain").output == one.output)
    }

    @Test func `the time is the clock's, and the line's only when that is trusted`() {
        let late = Self.line(more: #","context":{"time":"2030-01-01T00:00:00Z"}"#)
        #expect(batch([late]).output == "{\"decision\":true}\n")
        #expect(batch([late], "--trust-time", "--explain").output.contains("token_expired"))
        #expect(batch([late], "--at", "2030-01-01T00:00:00Z", "--explain").output.contains("token_expired"))
        let without = batch([Self.permitted], "--trust-time")
        #expect(without.status == 1 && without.output.contains("`context.time` is missing: it must be an instant"))
    }

    @Test func `the option gives the tenant of lines without one`() {
        #expect(batch([Self.permitted], "--tenant", "3").output == "{\"decision\":true}\n")
        #expect(batch([Self.permitted], "--tenant", "acme", "--explain").output.contains("token_unknown"))
    }

    @Test func `external subjects are decided without a store, but a named store must exist`() {
        let todo = Session.root + "/examples/authzen-todo"
        let words = ["batch", "--expect", "--policies", todo + "/policies", todo + "/requests.ndjson"]
        let result = session.run(words, environment: ["DEMILUNE_STORE": ""])
        #expect(result.status == 0 && result.lines.count == 46, "\(result.errors)")
        let stated = session.run(words + ["--store", session.folder + "/none.db"])
        #expect(stated.status == 1 && stated.errors.contains("there is no store"))
    }

    // MARK: Files and pipes

    @Test(arguments: [("nowhere", "cannot read `"), ("", "cannot read the requests")])
    func `an unreadable input is a failure`(name: String, message: String) {
        let result = session.run("batch", "\(session.folder)/\(name)")
        #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
    }

    @Test func `a reader that goes away ends the run quietly`() throws {
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        close(ends[0])
        let lines = Array(repeating: Self.permitted + "\n", count: 5_000).joined()
        for jobs in ["1", "2"] {
            let result = session.run(["batch", "--jobs", jobs], input: Array(lines.utf8), output: ends[1])
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        }
        close(ends[1])
    }

    @Test(arguments: ["1", "2"])
    func `a decision that cannot be logged is not answered`(jobs: String) throws {
        let lines = Array(repeating: Self.permitted, count: 4_000)
        for words in [["--log", "/dev/full"], ["--sink", "keeper.all=/dev/full"]] {
            let more = try keeper()
            let result = session.run(
                ["batch", "--jobs", jobs, "--summary"] + more + words,
                input: Array((lines.joined(separator: "\n") + "\n").utf8))
            #expect(result.status == 1 && result.output.isEmpty, "\(words): \(result.output.prefix(200))")
            #expect(result.errors.contains("cannot write `/dev/full`: No space left on device"), "\(result.errors)")
            // Only answered requests are counted.
            #expect(result.errors.hasPrefix("0 requests: 0 permit"), "\(result.errors)")
            let one = session.run(
                ["decide", "Warehouse sync", "orders.read", "order:1", "--tenant", "3"] + more + words)
            #expect(one.status == 1 && one.output.isEmpty, "\(words): \(one.output)")
            #expect(one.errors == "error: cannot write `/dev/full`: No space left on device\n")
        }
    }

    /// A policy that permits, and a plugin whose sink keeps every decision.
    private func keeper() throws -> [String] {
        let permit = "return { on = \"access\", grants = { \"*\" }, decide = function() permit() end }"
        _ = try session.file(
            "plugins/keeper/plugin.lua",
            """
            return { name = "keeper", version = "1", about = "keeps", needs = { "log" }, provides = { sinks = {
              all = { to = "file", line = function(entry) return "decided" end },
            } } }
            """)
        return ["--policies", try session.policies(["a": permit]), "--plugins", session.folder + "/plugins"]
    }

    /// The lines that arrive at a descriptor within half a minute, up to a number of lines.
    private func lines(_ count: Int, from descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        while bytes.count(where: { $0 == 0x0A }) < count {
            var waits = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waits, 1, 30_000) > 0 else { break }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let got = unsafe read(descriptor, &buffer, buffer.count)
            guard got > 0 else { break }
            bytes += buffer[..<got]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [[], ["--jobs", "1"], ["--explain"], ["--isolate"]])
    func `a request on an open pipe is answered before the next one is sent`(words: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["batch"] + words
        process.environment = [
            "DEMILUNE_STORE": session.store, "DEMILUNE_POLICIES": Session.policies, "XDG_DATA_HOME": session.keys,
            "DEMILUNE_AT": "2026-11-22T12:00:00Z",
        ]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let writer = input.fileHandleForWriting
        // Half a line gets no answer, and does not delay the answer to the line before it.
        let halves = (Self.denied.prefix(40), Self.denied.dropFirst(40))
        for (text, answers) in [
            (Self.permitted + "\n", ["true"]), (Self.denied + "\n\n" + Self.permitted + "\n", ["false", "true"]),
            (Self.permitted + "\n" + halves.0, ["true"]), (halves.1 + "\n", ["false"]),
            // A line that is too long is answered before it ends, too.
            (String(repeating: " ", count: (1 << 20) + 200_000), ["false"]), ("\n" + Self.permitted + "\n", ["true"]),
        ] {
            try writer.write(contentsOf: Data(text.utf8))
            let told = lines(answers.count, from: output.fileHandleForReading.fileDescriptor).split(separator: "\n")
            #expect(told.count == answers.count, "\(told)")
            for (line, answer) in zip(told, answers) { #expect(line.hasPrefix("{\"decision\":\(answer)"), "\(line)") }
        }
        try writer.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1, "a line that is too long is no request, whatever it is made of")
    }

    @Test func `invalid lines are answered as such, and are not a failure if an option says so`() {
        let result = batch([Self.permitted, "{", Self.denied], "--invalid", "answer", "--summary")
        #expect(result.status == 0 && result.lines.count == 3, "\(result.errors)")
        #expect(
            result.lines[1].contains(#""status":400"#)
                && result.errors.hasPrefix("3 requests: 1 permit, 1 deny, 1 invalid")
        )
        #expect(batch(["{"], "--invalid", "fail").status == 1 && batch(["{"], "--invalid", "ignore").status == 64)
        // Expectations still apply.
        let expecting = Self.line(#"{"amount":"7"}"#, more: #","expected":true"#)
        #expect(batch([expecting], "--invalid", "answer", "--expect").status == 5)
    }

    @Test(arguments: [
        (2, 0, ""), (3, 1, "error: `--count` is 3, but the input had 2 requests\n"),
        (0, 1, "error: `--count` is 0, but the input had 2 requests"),
    ])
    func `a stated number of requests must arrive`(count: Int, status: Int32, errors: String) {
        let result = batch([Self.permitted, "", Self.denied], "--count", "\(count)")
        #expect(result.status == status && result.errors.hasPrefix(errors), "\(result.errors)")
        #expect(result.lines.count == 2)
    }

    @Test func `no request at all meets a stated number of 0`() {
        #expect(batch([], "--count", "0").status == 0 && batch([]).status == 1)
        #expect(batch([], "--count", "1").status == 1 && batch([], "--count", "-1").status == 64)
    }

    @Test func `decisions that cannot be written are a failure`() {
        let full = unsafe open("/dev/full", O_WRONLY)
        let result = session.run(["batch"], input: Array((Self.permitted + "\n").utf8), output: full)
        close(full)
        #expect(result.status == 1 && result.errors == "error: cannot write the decisions\n")
    }

    @Test func `progress is for a terminal only`() {
        let input = Array((Self.permitted + "\n").utf8)
        #expect(session.run(["batch"], input: input).errors.isEmpty)
        let result = session.run(["batch"], input: input, isErrorTerminal: true)
        #expect(result.errors.contains("\r1 decision\n"), "\(result.errors)")
    }
}
