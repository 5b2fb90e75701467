internal import Foundation
internal import Model
internal import ProgramSupport
internal import TestSupport
internal import Testing

/// A decision log decided again: by other policies, at another time, and by `batch`.
@Suite struct ReplayVerbTests {
    private let session = Session()
    private var log: String { session.folder + "/log.ndjson" }

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    /// Logs the decisions on made-up requests.
    @discardableResult
    private func record(_ count: Int, _ more: String...) throws -> [String] {
        let requests = session.run("requests", "--count", "\(count)", "--seed", "9").output
        let result = session.run(["batch", "--log", log] + more, input: Array(requests.utf8))
        #expect(result.status == 0, "\(result.errors)")
        return try lines()
    }

    private func lines() throws -> [String] {
        try session.text(of: "log.ndjson").split(separator: "\n").map(String.init)
    }

    private func write(_ lines: [String]) throws {
        _ = try session.file("log.ndjson", lines.map { $0 + "\n" }.joined())
    }

    /// Replays at the times of the lines.
    private func replay(_ more: String...) -> Session.Result {
        session.run(["replay", log] + more, environment: ["DEMILUNE_AT": ""])
    }

    private func json(_ result: Session.Result) throws -> JSON { try JSONReader.parse(result.output) }

    private func number(_ json: JSON, _ name: ExactName) -> Int64 {
        if case .integer(let value)? = json[name] { value } else { -1 }
    }

    private static func widen(_ text: String) -> String {
        text.replacing("config.shared:contains(department)", with: "request.action == \"orders.read\"")
    }

    @Test func `the same policies decide the same`() throws {
        try record(400)
        let result = replay("--fail-on", "any")
        #expect(result.status == 0 && result.output.isEmpty, "\(result)")
        #expect(result.errors.hasPrefix("no difference: 400 of 400 lines, 400 unchanged\n"))
        #expect(result.errors.contains("the policies are those of the log, version "))
        let piped = session.run(
            ["replay", "-"], input: Array(try session.text(of: "log.ndjson").utf8), environment: ["DEMILUNE_AT": ""])
        #expect(piped.errors == result.errors)
    }

    @Test func `other policies widen what they permit, and the reverse narrows as much`() throws {
        let wide = try session.shippedPolicies(in: "wide", Self.widen)
        try record(600)
        let wider = replay("--policies", wide, "--fail-on", "widened")
        #expect(wider.status == 5, "\(wider)")
        for text in [
            "widened: ", "logged requests denied then are permitted now", ", by department_scope", "such as line ",
            " is outside ", " -> permitted (",
        ] { #expect(wider.output.contains(text), "\(text)\n\(wider.output)") }
        #expect(!wider.output.contains("narrowed") && wider.errors.contains("policies then: "))
        #expect(replay("--policies", wide, "--fail-on", "narrowed").status == 0)
        let forward = try json(replay("--policies", wide, "--json"))
        let gained = number(forward, "widened")
        #expect(gained > 0 && number(forward, "narrowed") == 0 && number(forward, "changed") >= 0)
        let markdown = replay("--policies", wide, "--format", "markdown").output
        #expect(markdown.hasPrefix("### What the change does to logged requests\n") && markdown.contains("| by |"))

        // The same counts from the answers of `batch`, line by line.
        let answers = session.run(["batch", log, "--trust-time", "--policies", wide]).lines
        let turned = zip(try lines(), answers).map { line, answer in
            (line.contains("\"decision\":true,\"code\""), answer == "{\"decision\":true}")
        }
        #expect(turned.count == 600 && turned.count { !$0 && $1 } == Int(gained) && !turned.contains { $0 && !$1 })

        try FileManager.default.removeItem(atPath: log)
        try record(600, "--policies", wide)
        let back = try json(replay("--json"))
        #expect(number(back, "narrowed") == gained && number(back, "widened") == 0)
    }

    @Test func `the fast reader and the slow one find the same`() throws {
        let wide = try session.shippedPolicies(in: "wide", Self.widen)
        let other = try session.shippedPolicies(in: "other") {
            $0.replacing("\"outside_department\"", with: "\"elsewhere\"")
        }
        let lines = try record(500, "--tenant", "3")
        for policies in [Session.policies, wide, other] {
            for time in [[], ["--at", "2027-06-01T00:00:00Z"]] {
                try write(lines)
                let words = ["--policies", policies, "--json", "--unreplayable", "list"] + time
                let quick = session.run(["replay", log] + words, environment: ["DEMILUNE_AT": ""])
                // A member that is unknown makes the fast reader leave the line alone.
                try write(lines.map { #"{"x":1,"# + $0.dropFirst() })
                let slow = session.run(["replay", log] + words, environment: ["DEMILUNE_AT": ""])
                #expect(quick.output == slow.output && quick.status == slow.status)
                #expect(quick.output.contains("\"lines\": 500"))
            }
        }
        try write(lines)
        let changed = replay("--policies", other)
        #expect(changed.output.contains("changed: ") && !changed.output.contains("widened"), "\(changed.output)")
    }

    /// Lines with a byte changed, added or removed: whatever became of them, both readers come to the same counts.
    @Test func `the fast reader and the slow one agree on damaged lines`() throws {
        let lines = try record(60)
        var random = Numbers(seed: 5)
        var damaged: [String] = []
        for round in 0..<1_500 {
            var bytes = Array(lines[round % lines.count].utf8)
            let place = 2 + random.below(bytes.count - 3)
            let byte = random.pick(Array("0123456789-.,:[]{}\"abcdetfrn \\u".utf8))
            switch round % 3 {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            default: bytes.remove(at: place)
            }
            damaged.append(String(decoding: bytes, as: UTF8.self))
        }
        func counts(_ lines: [String]) throws -> [JSON?] {
            try write(lines)
            let json = try json(replay("--json"))
            let names: [ExactName] = [
                "lines", "replayed", "unchanged", "not_replayed", "widened", "narrowed", "changed", "reasons",
            ]
            return names.map { json[$0] }
        }
        let quick = try counts(damaged)
        #expect(quick[0] == .integer(1_500))
        #expect(try quick == counts(damaged.map { #"{"x":1,"# + $0.dropFirst() }))
    }

    @Test func `at another time a token has expired, and no policy is blamed`() throws {
        try record(200)
        let result = replay("--at", "2040-01-01T00:00:00Z", "--fail-on", "narrowed")
        #expect(result.status == 5 && result.output.contains("-> token_expired"), "\(result.output)")
        #expect(!result.output.contains(", by ") && result.errors.contains("what changed is the store, or the time"))
    }

    @Test func `obligations, advice and codes are compared`() throws {
        let source = """
            return { on = "access", grants = { "*" }, decide = function(request)
              permit("yes")
              if request.action == "orders.read" then oblige("log", { level = 1 }) end
            end }
            """
        let first = try session.policies(["all": source], in: "first")
        let second = try session.policies(
            ["all": source.replacing("\"log\", { level", with: "\"log\", { depth")], in: "second")
        let third = try session.policies(
            ["all": source.replacing("oblige(\"log\", { level = 1 })", with: "advise('x')")], in: "third")
        let request =
            #"{"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},"#
            + #""resource":{"type":"order","id":"1","properties":{"department":"d-sales"}},"context":{"supported_obligations":["log"]}}"#
        #expect(session.run(["batch", "--log", log, "--policies", first], input: Array(request.utf8)).status == 0)
        #expect(replay("--policies", first, "--fail-on", "any").status == 0)
        for other in [second, third] {
            let result = replay("--policies", other, "--fail-on", "any")
            #expect(
                result.status == 5 && result.output.contains("changed: 1 logged request has another code, obligation"))
            #expect(result.output.contains(", by all"), "\(result.output)")
        }
    }

    @Test func `lines that cannot be replayed are counted and named, never unchanged`() throws {
        var lines = try record(20)
        let amount =
            #"{"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},"#
            + #""resource":{"type":"order","id":"1","properties":{"department":"d-sales","amount":7}}}"#
        _ = session.run(["batch", "--log", log, "--mask", "amount"], input: Array(amount.utf8))
        lines.append(try self.lines()[20])
        lines.append("nonsense")
        lines.append("\u{0}\u{0}{}")
        lines.append(#"{"time":"2026-11-22T12:00:00Z","decision":true}"#)
        lines.append(lines[0].replacing("\"code\":\"", with: "\"cude\":\""))
        lines.append(lines[0].replacing("\"type\":\"token\",\"id\":\"", with: "\"type\":\"token\",\"id\":\"00"))
        let index = try #require(lines.firstIndex { $0.contains("\"properties\":{\"department\":\"d-") })
        lines.append(lines[index].replacing("\"department\":\"d-", with: "\"department\":\"gone-"))
        lines.append("{\"pad\":\"" + String(repeating: "x", count: 1 << 20) + "\"}")
        lines.append(String(lines[1].dropLast(20)))
        try write(lines)
        let result = replay()
        #expect(result.status == 1, "\(result)")
        for text in [
            "not replayed: 9 lines",
            "not JSON, or too long, 4 lines: lines 22, 23, 28, 29, the first since it is not JSON",
            "not a whole line of a decision log, 2 lines: lines 24, 25",
            "the request is masked, 1 line: line 21, `request.resource.properties.amount` is masked",
            "the token is not in the store, 1 line: line 26",
            "the schema or the store refuses the request, 1 line: line 27",
        ] { #expect(result.output.contains(text), "\(text)\n\(result.output)") }
        #expect(result.errors.contains("replayed: 20 of 29 lines, 20 unchanged"))
        #expect(result.errors.contains("line 25 has another number than its place"))
        #expect(replay("--unreplayable", "list").status == 0)
        #expect(replay("--fail-on", "narrowed").status == 5)
        let json = try json(replay("--json"))
        #expect(number(json, "not_replayed") == 9 && number(json, "unchanged") == 20)
        guard case .array(let listed)? = json["not_replayed_lines"] else {
            Issue.record("\(json.compact)")
            return
        }
        #expect(listed.map { number($0, "line") } == [21, 22, 23, 24, 25, 26, 27, 28, 29])
    }

    @Test func `a log without a decision is an error`() throws {
        try write([])
        #expect(replay().status == 1 && replay().errors.contains("has no decision"))
        #expect(session.run("replay", session.folder + "/none").errors.contains("No such file"))
    }

    @Test func `masked statements, and an administrative request, are replayed`() throws {
        try record(50, "--mask", "nothing")
        let words = ["decide", "Admin console", "token.reveal", "--tenant", "3", "--as", "anna/a-anna-2", "--log", log]
        #expect(session.run(words).status == 2)
        let result = replay()
        #expect(result.status == 0, "\(result)")
        #expect(result.errors.contains("no difference: 51 of 51 lines"))
        #expect(result.errors.contains(" lines without the words of policies"))
    }

    @Test func `external subjects are replayed without a store`() throws {
        let todo = Session.root + "/examples/authzen-todo"
        let words = ["--policies", todo + "/policies"]
        let none = ["DEMILUNE_STORE": "", "DEMILUNE_AT": "2026-11-22T12:00:00Z"]
        #expect(session.run(["batch", todo + "/requests.ndjson", "--log", log] + words, environment: none).status == 0)
        let result = session.run(["replay", log, "--fail-on", "any"] + words, environment: none)
        #expect(result.status == 0 && result.errors.hasPrefix("no difference: 46 of 46 lines"), "\(result)")
    }

    @Test func `batch decides the requests of a log again, and expects its decisions`() throws {
        let lines = try record(100)
        let again = session.run("batch", log, "--expect")
        #expect(again.status == 0 && again.lines.count == 100, "\(again.errors)")
        let wide = try session.shippedPolicies(in: "wide", Self.widen)
        let wider = session.run("batch", log, "--expect", "--policies", wide)
        #expect(wider.status == 5 && wider.errors.contains("not as expected: line"), "\(wider.errors)")
        // At the time of the batch, or at that of each line.
        let late = ["batch", log, "--at", "2040-01-01T00:00:00Z"]
        #expect(!session.run(late).output.contains("true"))
        #expect(session.run(late + ["--trust-time"]).output == again.output)
        try write([lines[0].replacing("\"context\":{\"ip\":", with: "\"context\":{\"ip\":\"(masked)\",\"x\":")])
        let masked = session.run("batch", log, "--expect")
        #expect(masked.status == 5 && masked.output.contains("`request.context.ip` is masked"), "\(masked)")
        #expect(session.run("batch", log).status == 1)
    }
}
