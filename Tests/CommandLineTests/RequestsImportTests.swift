internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

/// Requests made from what other programs recorded; everything that is not taken over is reported.
@Suite struct RequestsImportTests {
    private let session = Session()

    private func load(_ text: String, _ format: String, _ more: String...) throws -> Session.Result {
        let path = try session.file("recorded.json", text)
        return session.run(["requests", "import", path, "--from", format] + more)
    }

    private static let request =
        #"{"subject":{"type":"user","id":"a"},"action":{"name":"read"},"resource":{"type":"doc","id":"1"}}"#

    @Test func `an evaluation request is taken as it is, and what it has besides is named`() throws {
        let more = Self.request.dropLast() + #","context":{"ip":"10.0.0.1"},"expected":true,"trace":7}"#
        let result = try load(Self.request + "\n\n" + more + "\n", "authzen")
        #expect(result.status == 0 && result.lines.count == 2, "\(result)")
        #expect(result.lines[0] == Self.request[...])
        #expect(result.lines[1].hasSuffix(#""context":{"ip":"10.0.0.1"},"expected":true}"#))
        #expect(result.errors.contains("2 events: 2 requests\n"))
        #expect(result.errors.contains("1 request has no decision to compare with"))
        #expect(result.errors.contains("not in the requests: trace (1)"))
    }

    @Test func `evaluations take the members beside them as defaults, each as a whole`() throws {
        let text = """
            { "subject": { "type": "user", "id": "a" }, "action": { "name": "read" }, "context": { "x": 1 },
              "options": { "evaluations_semantic": "deny_on_first_deny" },
              "evaluations": [
                { "resource": { "type": "doc", "id": "1" } },
                { "resource": { "type": "doc", "id": "2" }, "action": { "name": "edit" }, "context": {} },
                { "resource": { "type": "doc" } }, 7 ] }
            """
        let result = try load(text, "authzen")
        #expect(result.status == 1, "\(result)")
        let subject = #"{"subject":{"type":"user","id":"a"},"action":{"name":"#
        #expect(
            result.lines == [
                Substring(subject + #""read"},"resource":{"type":"doc","id":"1"},"context":{"x":1}}"#),
                Substring(subject + #""edit"},"resource":{"type":"doc","id":"2"},"context":{}}"#),
            ])
        #expect(result.errors.contains("1 event: 2 requests, 2 left out"))
        #expect(
            result.errors.contains(
                "not a valid request, 2 requests: line 1, the first since evaluations[3]: `resource.id` is missing"))
        #expect(result.errors.contains("not in the requests: options (1)"))
        // None, or an empty list, is a single request.
        let single = try load(Self.request.dropLast() + #","evaluations":[]}"#, "authzen")
        #expect(single.status == 0 && single.lines == [Self.request[...]])
    }

    /// The evaluations of a request get the decisions that their single requests get: nothing is lost on the way.
    @Test func `the requests of AuthZEN's own scenario are imported and decided as before`() throws {
        let todo = Session.root + "/examples/authzen-todo"
        let none = ["DEMILUNE_STORE": ""]
        let words = ["--policies", todo + "/policies", "--expect"]
        let lines = try session.contents(of: todo + "/requests.ndjson").split(separator: "\n")
        let boxed = #"{"evaluations":["# + lines.joined(separator: ",") + "]}"
        let imported = try load(boxed, "authzen")
        #expect(imported.status == 0 && imported.lines.count == 46, "\(imported.errors)")
        let result = session.run(["batch"] + words, input: Array(imported.output.utf8), environment: none)
        #expect(result.status == 0 && result.lines.count == 46, "\(result.errors)")
    }

    private static func event(_ input: String, _ result: String?, _ more: String = "") -> String {
        #"{"labels":{"id":"x"},"decision_id":"d","bundles":{"b":{"revision":"7"}},"path":"a/allow","input":"# + input
            + (result.map { ",\"result\":" + $0 } ?? "") + #","timestamp":"2026-11-22T11:00:00.123456789Z""# + more
            + "}"
    }

    @Test func `an event of OPA becomes a line of a decision log`() throws {
        let lines = [
            Self.event(Self.request, "true"), Self.event(Self.request, #"{"decision":false}"#),
            #"[\#(Self.event(Self.request, "false"))]"#,
        ]
        let result = try load(lines.joined(separator: "\n"), "opa")
        #expect(result.status == 0 && result.lines.count == 3, "\(result)")
        let first = try JSONReader.parse(String(result.lines[0]))
        #expect(first["time"] == .string("2026-11-22T11:00:00.123456Z") && first["decision"] == .boolean(true))
        #expect(first["code"] == .string("imported") && first["version"] == .string("opa b 7"))
        #expect(first["request"]?["subject"]?["id"] == .string("a"))
        #expect(result.lines.map { $0.contains("\"decision\":true") } == [true, false, false])
        #expect(
            result.errors.contains("not in the requests: decision_id (3), labels (3), path (3)"), "\(result.errors)")
    }

    @Test func `a mapping says what the input stands for, and the rest of it is named`() throws {
        let map = try session.file(
            "map.json",
            #"{"subject":{"type":"user","id":"$.input.user.id"},"action":{"name":"$.input[\"method\"]"},"#
                + #""resource":{"type":"$$page","id":"$.input.path[1]"},"context":{"all":["$.input.user.id",1]}}"#)
        let input = #"{"user":{"id":7,"roles":["x"]},"method":"GET","path":["salary","bob"],"more":1}"#
        let result = try load(
            Self.event(input, #"{"allow":true}"#), "opa", "--map", map, "--decision", "$.result.allow")
        #expect(result.status == 0, "\(result)")
        let request = try JSONReader.parse(result.output)["request"]
        #expect(request?["subject"]?["id"] == .string("7") && request?["action"] == .string("GET"))
        #expect(request?["resource"]?["type"] == .string("$page") && request?["resource"]?["id"] == .string("bob"))
        #expect(request?["context"]?["all"] == .array([.integer(7), .integer(1)]))
        for path in ["input.user.roles (1)", "input.more (1)", "input.path[0] (1)"] {
            #expect(result.errors.contains(path), "\(result.errors)")
        }
        let unmapped = try load(Self.event(input, "true"), "opa")
        #expect(
            unmapped.status == 1 && unmapped.errors.contains("`subject` is missing")
                && unmapped.errors.contains("`--map`"))
    }

    @Test func `what OPA hid, or did not decide, is left out and named`() throws {
        let lines = [
            Self.event(Self.request, "true", #","erased":["/input/subject/id"]"#),
            Self.event(Self.request, "true", #","masked":["/input/password"]"#),
            Self.event(Self.request, nil, #","error":{"code":"x","message":"no such rule"}"#),
            #"{"level":"info","msg":"Received request."}"#, "{", "7",
        ]
        let result = try load(lines.joined(separator: "\n"), "opa")
        #expect(result.status == 1 && result.lines.count == 1, "\(result)")
        for text in [
            "6 events: 1 request, 5 left out",
            "left out: hidden by OPA, 1 event: line 1, OPA hid `/input/subject/id`",
            "left out: not JSON, 1 event: line 5, it is not JSON",
            "no request and no decision, 3 events: lines 3, 4, 6, the first since OPA failed to decide: no such rule",
        ] { #expect(result.errors.contains(text), "\(text)\n\(result.errors)") }
        // Without a result it can be decided, but not compared.
        let undecided = try load(Self.event(Self.request, nil), "opa")
        #expect(undecided.status == 0 && undecided.errors.contains("1 request has no decision to compare with"))
        #expect(undecided.lines == [Self.request[...]])
    }

    @Test func `imported lines are replayed, and only permit or deny is compared`() throws {
        let todo = Session.root + "/examples/authzen-todo/policies"
        let example = Session.root + "/examples/opa-log"
        let imported = session.run(
            "requests", "import", example + "/decisions.ndjson", "--from", "opa", "--map", example + "/map.json",
            "--decision", "$.result.allow")
        let none = ["DEMILUNE_STORE": "", "DEMILUNE_AT": ""]
        let words = ["replay", "-", "--policies", todo, "--fail-on", "any"]
        let same = session.run(words, input: Array(imported.output.utf8), environment: none)
        #expect(same.status == 0 && same.errors.contains("6 lines of another program"), "\(same)")
        let turned = imported.output.replacing("\"decision\":true", with: "\"decision\":false")
        let other = session.run(words, input: Array(turned.utf8), environment: none)
        #expect(
            other.status == 5 && other.output.contains("widened: ") && other.output.contains(": deny -> permitted"),
            "\(other)")
        let batch = session.run(
            ["batch", "--expect", "--policies", todo], input: Array(imported.output.utf8), environment: none)
        #expect(batch.status == 0 && batch.lines.count == 6, "\(batch)")
    }

    @Test func `wrong input and wrong options are refused`() throws {
        #expect(try load(Self.request, "authzen", "--decision", "$.x").status == 64)
        #expect(try load(Self.request, "opa", "--decision", "result").errors.contains("must be a path such as"))
        #expect(try load("", "authzen").errors.contains("has no request"))
        let path = try session.file("map.json", #"{"subject":"$input"}"#)
        #expect(try load(Self.request, "opa", "--map", path).errors.contains("`$input` is no path"))
        #expect(session.run("requests", "import", session.folder + "/recorded.json").status == 64)
        #expect(try load("\u{1F}\u{0}\u{0}", "authzen").status == 1)
    }
}
