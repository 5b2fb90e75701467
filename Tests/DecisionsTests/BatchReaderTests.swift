import Files
import Foundation
import Model
import Policies
import Synchronization
import TestSupport
import Testing
import Tokens

@testable import Decisions
@testable import Engine

/// A batch answers every line as one does that only has the full reader and runs every policy.
@Suite struct BatchReaderTests {
    private static let schema = """
        return {
          actions = {
            ["orders.read"] = { kind = "read", properties = { rows = optional "number", tags = list "string" } },
            ["orders.approve"] = { kind = "write", on = { "order" } },
          },
          resources = {
            order = { department = optional "department", amount = optional "number", owner = optional "user",
                      place = optional { zone = "string", floor = optional "number" },
                      lines = optional(list { sku = "string", notes = list "string" }),
                      labels = map "string" },
            invoice = { amount = "number" }, wide = { WIDE },
          },
          context = { mfa = optional "boolean", ip = optional "ip", supported_obligations = optional(list "string") },
          subjects = { service = { roles = list "string", home = optional "department" } },
        }
        """

    /// More properties than a word has bits.
    private static let wide = (0..<70).map { "w\($0) = \($0 % 10 == 0 ? "" : "optional ")\"number\"" }

    private static let policies = [
        "a": """
        return { on = "access", subject = "any", grants = { "*" }, decide = function(request)
          if request.subject.type == "service" and not request.subject.roles:contains("reader") then deny("role") end
          if request.resource.type == "order" then
            local order = request.resource
            if order:has("amount") and order.amount > 100 then deny("much", { code = "much" }) end
            if order:has("place") and order.place.zone == "far" then oblige("log", { zone = order.place.zone }) end
            if order:has("department") and request.token and not request.token:can(request.action) then deny("no") end
          end
          if request.context:has("mfa") and request.context.mfa then oblige("mask", { on = "permit" }) end
          oblige("report", { on = "deny" })
          permit()
        end }
        """
    ]

    private static let limited = TokenID(high: 2, low: 2)
    private static let now = Instant("2026-06-01T12:00:00Z")!

    private let set: PolicySet
    private let directory: Directory

    init() throws {
        let schema = Self.schema.replacing("WIDE", with: Self.wide.joined(separator: ", "))
        let files = Self.policies.map { ("\($0.key).lua", $0.value) } + [("schema.lua", schema)]
        let source = PolicySource(
            path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        set = try Fixtures.load(source)
        directory = try Fixture.directory { tenant in
            var ceiling = Ceiling()
            ceiling.uses = 40
            tenant.tokens += [
                TokenRecord(
                    id: Self.limited, kind: .api, name: "limited", assignment: "a1",
                    created: Instant("2026-01-01T00:00:00Z")!, expires: Instant("2027-01-01T00:00:00Z")!,
                    ceiling: ceiling),
                TokenRecord(
                    id: TokenID(high: 3, low: 3), kind: .api, name: "old", assignment: "a1",
                    created: Instant("2025-01-01T00:00:00Z")!, expires: Instant("2026-02-01T00:00:00Z")!),
            ]
        }
    }

    /// The output and the summary of a batch.
    private func run(
        _ lines: [String], reference: Bool, _ change: (inout BatchOptions) -> Void
    ) throws -> (lines: [Substring], summary: BatchSummary) {
        let folder = try TestSupport.Folder()
        let (input, output) = (folder.file("in"), folder.file("out"))
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: input))
        try Data().write(to: URL(filePath: output))
        var options = BatchOptions(now: Self.now)
        options.treeOptions = reference ? .reference : TreeOptions(memoUse: .always)
        let uses = Mutex(0)
        options.countUse = { _, occasion in
            uses.withLock {
                $0 += 1
                return $0 > 40 || occasion.action == "orders.approve" ? "ceiling_uses" : nil
            }
        }
        change(&options)
        let reading = try FileHandle(forReadingFrom: URL(filePath: input))
        let writing = try FileHandle(forWritingTo: URL(filePath: output))
        let summary = try Batch.run(
            options, policies: set, directory: directory, input: reading.fileDescriptor,
            output: writing.fileDescriptor)
        return (try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n"), summary)
    }

    /// Compares a batch with the reference.
    /// - Returns: the number of lines that the full reader read.
    @discardableResult private func check(
        _ lines: [String], _ change: (inout BatchOptions) -> Void = { _ in }
    ) throws -> Int {
        let (own, reference) = (try run(lines, reference: false, change), try run(lines, reference: true, change))
        for (number, line) in lines.enumerated() where number < own.lines.count && number < reference.lines.count {
            #expect(own.lines[number] == reference.lines[number], "\(line)")
        }
        #expect(own.lines.count == lines.count && reference.lines.count == lines.count)
        let (one, other) = (own.summary, reference.summary)
        #expect(one.lines == other.lines && one.permits == other.permits && one.denies == other.denies)
        #expect(one.errors == other.errors && one.firstInvalid == other.firstInvalid)
        #expect(one.codes == other.codes && one.policies == other.policies)
        #expect(one.expectations == other.expectations && one.unexpected == other.unexpected)
        #expect(one.used == other.used)
        #expect(other.slowLines == lines.count)
        return one.slowLines
    }

    private static func line(
        subject: String = #""type":"token","id":"00000000000000010000000000000001""#,
        action: String = #""name":"orders.read""#,
        resource: String = #""type":"order","id":"1""#, more: String = ""
    ) -> String {
        #"{"subject":{\#(subject)},"action":{\#(action)},"resource":{\#(resource)}\#(more)}"#
    }

    private static let service = #""type":"service","id":"s","properties":{"roles":["reader"],"#

    @Test(arguments: [
        line(), line(subject: #""type":"token","id":"00000000000000010000000000000001","properties":{"a":{"b":[1]}}"#),
        line(subject: service + #""home":null}"#),
        line(subject: service + #""home":"north"}"#, more: #","tenant":"t""#),
        line(subject: #""type":"service","id":"s""#), line(subject: service + #""extra":[{"a":1},{"a":2}]}"#),
        line(action: #""name":"orders.read","properties":{"rows":3,"tags":["a"],"other":1},"more":{}"#),
        line(action: #""name":"orders.approve","properties":{"any":1}"#),
        line(resource: #""type":"order","id":"1","properties":{"place":{"zone":"near","floor":2,"x":1},"amount":7}"#),
        line(resource: #""type":"order","id":"1","properties":{"place":{"zone":"far"}}"#),
        line(
            resource: #""type":"order","id":"1","properties":{"lines":[{"sku":"a"},{"sku":"b","notes":["c"],"d":1}]}"#),
        line(resource: #""type":"order","id":"1","properties":{"labels":{"a":"1","b":"2"}},"other":"x""#),
        line(resource: #""type":"invoice","id":"1","properties":{"amount":1}"#),
        line(more: #","context":{"mfa":true,"supported_obligations":["mask"]}"#),
        line(more: #","context":{"mfa":true},"obligations":["mask","more"]"#),
        line(more: #","context":{"mfa":true},"obligations":null"#), line(more: #","obligations":[]"#),
        line(
            more: #","context":{"ip":"10.0.0.1"},"expected":true,"tenant":"t","extra":{"a":{"b":1}},"evaluations":null"#
        ),
        line(
            more: ",\"context\":{" + (0..<200).map { "\"p\($0)\":\($0)" }.joined(separator: ",") + ",\"mfa\":false}"),
        line(subject: #""type":"robot","id":"s""#), line(action: #""name":"orders.none""#),
        line(subject: #""type":"token","id":"00000000000000030000000000000003""#),
    ])
    func `what is ordinary is read by the fast reader`(line: String) throws {
        #expect(try check([line]) == 0)
        #expect(try check([line]) { $0.tenant = "t" } == 0)
        let stated =
            line.contains("\"context\":{")
            ? line.replacing("\"context\":{", with: #""context":{"time":"2026-05-04T03:02:01Z","#)
            : line.dropLast() + #","context":{"time":"2026-05-04T03:02:01Z"}}"#
        #expect(try check([String(stated)]) { $0.trustTime = true } == 0)
    }

    @Test(arguments: [
        line(more: #","extra":{"a":1,"a":2}"#), line(more: #","extra":[{"a":{"b":1,"\u0062":2}}]"#),
        line(more: #","extra":1,"extra":2"#), line(more: #","context":{"x":1,"x":2}"#),
        line(action: #""name":"orders.none","properties":{"x":1,"x":1}"#),
        line(action: #""name":"orders.none","name":"x""#),
        line(subject: #""type":"token","id":"no","properties":{"x":1,"x":1}"#),
        line(subject: #""type":"robot","id":"no""#, more: #","context":{"x":{"y":1,"y":2}}"#),
        line(subject: service + #""home":"north"}"#), line(subject: service + #""roles":[]}"#),
        line(resource: #""type":"none","id":"1","properties":{"x":1,"x":1}"#),
        line(resource: #""type":"order","id":"1","properties":{"labels":{"a":"1","a":"2"}}"#),
        line(resource: #""type":"order","id":"1","properties":{"place":{"zone":"a","zone":"b"}}"#),
        line(resource: #""type":"order","id":"1","properties":{"place":{"floor":1}}"#),
        line(resource: #""type":"order","id":"1","properties":{"lines":[{"sku":"a","x":1,"x":2}]}"#),
        line(more: #","context":{"supported_obligations":"mask"}"#),
        line(more: #","context":{"supported_obligations":["mask"]},"obligations":["log"]"#),
        line(more: #","obligations":["mask",1]"#), line(more: #","obligations":"mask""#),
        line(action: #""name":"orders.none""#, more: #","obligations":["mask",1]"#), line(more: #","expected":"yes""#),
        line(more: #","tenant":"x""#), line(more: #","tenant":1"#), line(more: #","context":[]"#),
        line(more: #","evaluations":[]"#),
        line(more: ",\"x\":" + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)),
        line(more: ",\"x\":[" + (0..<5_000).map { "{\"a\":\($0)}" }.joined(separator: ",") + "]"),
        line(
            resource: #""type":"order","id":"1","properties":{"lines":["#
                + (0..<10_001).map { "{\"sku\":\"\($0)\"}" }.joined(separator: ",") + "]}"),
    ])
    func `what is faulty is left to the full reader, wherever it is`(line: String) throws {
        #expect(try check([line]) == 1)
        #expect(try check([line]) { $0.trustTime = true } == 1)
        try check([line]) { ($0.tenant, $0.expect) = ("x", true) }
    }

    @Test func `a time that is trusted and none is left to the full reader`() throws {
        for context in [#"{"time":1}"#, #"{"time":"now"}"#, "{}", "null"] {
            let line = Self.line(more: ",\"context\":\(context)")
            #expect(try check([line]) { $0.trustTime = true } == 1 && check([line]) == 0)
        }
    }

    @Test func `a record of many properties is read by the fast reader`() throws {
        let whole = (0..<70).map { "\"w\($0)\":\($0)" }
        func line(_ members: [String]) -> String {
            Self.line(resource: #""type":"wide","id":"1","properties":{"# + members.joined(separator: ",") + "}")
        }
        #expect(try check([line(whole), line(whole.reversed()), line(whole + ["\"x\":[{}]"])]) == 0)
        #expect(try check([line((0..<7).map { "\"w\($0 * 10)\":1" }), line(whole.filter { $0 != "\"w69\":69" })]) == 0)
        for members in [
            Array(whole.dropFirst()), whole + ["\"w69\":1"], whole + ["\"w3\":null"], whole + ["\"x\":1", "\"x\":1"],
            whole.map { $0.replacing("\"w60\":60", with: "\"w60\":null") }, [],
            whole.map { $0.replacing("\"w61\":61", with: "\"w61\":true") },
        ] {
            #expect(try check([line(members)]) == 1)
        }
    }

    /// Lines whose parts are picked at random.
    private static func random(_ random: inout Numbers) -> String {
        let token = #""type":"token","id":"0000000000000001000000000000000"#
        let subject = random.pick([
            token + "1\"", token + "1\"", token + #"1","properties":{"a":1}"#, token + "2\"",
            #""type":"token","id":"00000000000000020000000000000002""#,
            #""type":"token","id":"00000000000000020000000000000002""#,
            #""type":"token","id":"00000000000000030000000000000003""#, service + #""x":1}"#,
            #""type":"service","id":"s","properties":{}"#, #""type":"service","id":"s","properties":{"roles":["a"]}"#,
        ])
        let action = random.pick([
            #""name":"orders.read""#, #""name":"orders.read","properties":{"tags":["a","b"]}"#,
            #""name":"orders.approve""#, #""properties":{"rows":1},"name":"orders.read""#, #""name":"orders.reed""#,
        ])
        let properties = random.pick([
            "", #""amount":\#(random.below(200))"#, #""amount":1e2,"department":"north""#, #""owner":"anna""#,
            #""place":{"zone":"far"}"#, #""place":{"zone":"near","floor":1.5}"#, #""labels":{"a":"b"}"#,
            #""lines":[{"sku":"x"}]"#, #""amount":"1""#, #""unknown":[]"#,
        ])
        let resource = random.pick([
            #""type":"order","id":"1","properties":{\#(properties)}"#,
            #""properties":{\#(properties)},"type":"order","id":"é""#,
            #""type":"order","id":"2""#, #""type":"invoice","id":"3","properties":{\#(properties)}"#,
        ])
        let more = random.pick([
            "", #","context":{"mfa":\#(random.chance(50))}"#,
            #","context":{"mfa":true,"supported_obligations":["mask","log"]}"#,
            #","context":{"mfa":true,"ip":"10.0.0.\#(random.below(9))","time":"2026-05-0\#(random.below(9))T00:00:00Z"}"#,
            #","context":null,"obligations":["log","report"]"#,
            #","context":{"supported_obligations":["log","report"]}"#,
        ])
        let expected = random.chance(50) ? #","expected":\#(random.chance(50))"# : ""
        return line(subject: subject, action: action, resource: resource, more: more + expected)
    }

    @Test func `random lines are answered alike, whatever is asked for`() throws {
        var random = Numbers(seed: 5)
        let lines = (0..<1_500).map { _ in Self.random(&random) }
        #expect(try check(lines) < 400)
        #expect(try check(lines) { ($0.expect, $0.notesUse) = (true, true) } < 400)
        try check(lines) { $0.trustTime = true }
        try check(lines) { ($0.countUse, $0.tenant) = (nil, "t") }
        let own = try run(lines, reference: false) { $0.notesUse = true }.summary
        #expect(own.codes["ceiling_uses"] ?? 0 > 20 && own.codes["obligation_unsupported"] ?? 0 > 20)
        #expect(own.used[Self.limited]?.action == "orders.read")
        let uncounted = try run(lines, reference: false) { $0.countUse = nil }.summary
        #expect(uncounted.codes[ExactName(Decision.useNotCounted)] ?? 0 > 20)
        #expect(try run(lines, reference: false) { $0.explain = true }.summary.slowLines == lines.count)
    }

    @Test func `lines of a decision log are decided again by the fast reader`() throws {
        var random = Numbers(seed: 6)
        let lines = (0..<400).map { _ in Self.random(&random) }
        let folder = try TestSupport.Folder()
        _ = try run(lines, reference: true) { $0.logPath = folder.file("log") }
        let logged = try String(contentsOfFile: folder.file("log"), encoding: .utf8).split(separator: "\n")
            .filter { $0.contains("\"request\"") }.map(String.init)
        #expect(logged.count > 200)
        #expect(try check(logged) { $0.expect = true } == 0)
        try check(logged) { $0.trustTime = true }
        for (part, other) in [
            (#""point":"access""#, #""point":"token.list""#), (#""said":[]"#, #""said":[],"said":[]"#),
            (#""id":"1""#, #""id":"(masked)""#), (#""reads":["#, #""reads":[{"facts":-1},"#),
            (#""decision":"#, #""x":{"a":1,"a":2},"decision":"#), (#""request":{"#, #""request":{"token":7,"#),
            (#""facts":["#, #""facts":[{"a":1,"a":2},"#), (#""context":{"#, #""context":null,"y":{"#),
            (#""request":{"#, #""subject":null,"request":{"#), (#""decision":"#, #""expected":false,"decision":"#),
            (#""version":"#, #""more":"#), (#""code":"#, #""codes":"#), (#""reads":"#, #""observed":"#),
        ] {
            try check(logged.prefix(60).map { $0.replacing(part, with: other, maxReplacements: 1) })
        }
    }
}
