import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Policies

/// The fast reader and the full reader read a line into the same request, or the fast one leaves it to the full one.
@Suite struct TwoReadersTests {
    private static let schema = """
        return {
          actions = {
            ["orders.read"] = { kind = "read", on = { "order" },
                                properties = { soft = optional "boolean", rows = optional "number",
                                               by = optional "user", part = optional "string" } },
            ["orders.approve"] = "write",
            ["orders.pay"] = { kind = "write", on = { "invoice" }, properties = { rows = "number", seen = list "string" } },
          },
          resources = {
            order = { department = optional "department", amount = optional "number", owner = optional "user",
                      note = optional "string", urgent = optional "boolean", day = optional "date",
                      at = optional "instant", from = optional "ip", opens = optional "time",
                      age = optional "duration", net = optional "network", tags = optional(list "string") },
            invoice = { amount = "number" },
          },
          context = { mfa = optional "boolean", ip = optional "ip" },
          subjects = { service = { roles = list "string" } },
        }
        """

    private static let good = """
        {"subject":{"type":"token","id":"00000000000000010000000000000001"},\
        "action":{"name":"orders.read","properties":{"soft":false,"rows":7,"by":"anna","part":"p"}},\
        "resource":{"type":"order","id":"1","properties":{"department":"north","amount":12,"owner":"anna","note":"n",\
        "urgent":true,"day":"2026-01-31","at":"2026-01-31T10:00:00Z","from":"10.0.0.1",\
        "opens":"06:00:30","age":"PT90M","net":"10.0.0.0/8"}},\
        "context":{"mfa":true,"ip":"2001:db8::1"}}
        """

    /// Every known member, with a value of its type.
    private static let members: [(name: String, value: String)] = [
        ("department", #""north""#), ("amount", "12"), ("owner", #""anna""#), ("note", #""n""#), ("urgent", "true"),
        ("day", #""2026-01-31""#), ("at", #""2026-01-31T10:00:00Z""#), ("from", #""10.0.0.1""#), ("mfa", "true"),
        ("opens", #""06:00:30""#), ("age", #""PT90M""#), ("net", #""10.0.0.0/8""#),
        ("ip", #""2001:db8::1""#), ("type", #""token""#), ("id", #""1""#), ("name", #""orders.read""#),
        ("soft", "false"), ("rows", "7"), ("by", #""anna""#), ("part", #""p""#),
    ]

    /// Values at the limits, and of every type.
    private static let values = [
        "0", "-0", "1", "-1", "0.1", "-0.0", "0.0", "1.0", "1e0", "1E5", "1e-5", "1.5e2", "1e400", "-1e400", "1e-400",
        "5e-324", "2e-324", "1.7976931348623157e308", "1.7976931348623159e308", "9007199254740993",
        "9007199254740993.0",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "9223372036854775807.0", "18446744073709551614", "18446744073709551615", "18446744073709551616",
        "123456789012345678901234567890", "1.", ".5", "+1", "01", "-", "1e", "1e+", "0x10", "NaN", "Infinity", "-01",
        "1E2", "-0e0", "0e0", "00", "-00", "1e308", "-1E308", "9007199254740992", "-9007199254740992",
        "-9007199254740993", "9223372036854775807e0", "-9223372036854775808.0", "0.30000000000000004",
        "true", "false", "null", "nul", "NULL", "[null]", #"["a",null]"#, #"["a","b"]"#, #"[["a"]]"#, #"{"a":1,"a":2}"#,
        #"{"a":{"b":1,"\u0062":2}}"#, #"[{"a":1,"a":2}]"#, "tru", "[]", "{}", "[1]", #"{"a":1}"#, #""""#, #""x""#,
        #""12""#, #""true""#,
        #""\u0061nna""#, #""an\u006ea""#, #""anna\u0000""#, #""\u0000""#, #""\ud83d\ude00""#, #""\ud800""#,
        #""\udc00""#,
        #""\ud800\u0041""#, #""\x""#, #""\u12g4""#, #""\/""#, "\"\u{0}\"", "\"\u{1F}\"", "\"\u{7F}\"", #""é""#,
        #""e\u0301""#,
        #""North""#, #""2026-02-29""#, #""2024-02-29""#, #""2026-01-31 ""#, #""2026-1-31""#, #""2026-01-31\u0000""#,
        #""2026-01-31T10:00:00z""#, #""2026-01-31t10:00:00Z""#, #""2026-01-31 10:00:00Z""#,
        #""2026-01-31T10:00:00.1234567Z""#, #""2026-01-31T10:00:00+01:00""#, #""2026-01-31T10:00:00Z\u0000""#,
        #""2026-01-31T10:00Z""#, #""2026-01-31T10:00:00.123456789Z""#, #""2026-01-31T10:00:00.1234567890Z""#,
        #""2026-01-31T10:00:00.Z""#, #""2026-01-31T10:00:00.9999999+05:30""#, #""2026-01-31T10:00-00:00""#,
        #""2016-12-31T23:59:60Z""#, #""2016-12-31T23:59:60.5Z""#, #""2026-01-31T10:00:60Z""#, #""2026-01-31T10:00""#,
        #""2026-01-31T10:00:00.5z""#, #""2026-01-31T10:00:00,5Z""#, #""2026-01-31T10:00:00+24:00""#, #""31.12.2026""#,
        #""2026-01-31T24:00:00Z""#, #""10.0.0.1 ""#, #""010.0.0.1""#, #""10.0.0.1\u0000""#, #""10.0.0.256""#,
        #""10.0.1""#,
        #""0x0a.0.0.1""#, #""167772161""#, #""::ffff:10.0.0.1""#, #""::FFFF:0a00:0001""#, #""0:0:0:0:0:ffff:10.0.0.1""#,
        #""fe80::1%eth0""#, #""::1""#, #""2001:DB8::1""#, #""2001:db8:0:0:0:0:0:1""#, #""10.0.0.1/32""#,
        #""::10.0.0.1""#, #""06:00""#, #""24:00""#, #""06:00:00.5""#, #""06:00\u0000""#, #""6:00""#, #""P1D""#,
        #""PT0.000001S""#, #""-PT1H""#, #""P1M""#, #""PT1H\u0000""#, #""10.0.0.0/8""#, #""10.0.0.1/8""#, #""::/0""#,
        #""10.0.0.0/8\u0000""#, #""::ffff:10.0.0.0/104""#,
        #""00000000000000010000000000000001""#, #""0000000000000001-0000-0000-000000000001""#,
    ]

    private let readers: ReaderPair

    init() throws {
        let permit = "return { on = \"access\", grants = { \"*\" }, decide = function() permit() end }"
        let files = [("schema.lua", Self.schema), ("a.lua", permit)]
        let result = PolicySet.load(
            PolicySource(path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) }))
        let schema = try #require(result.set, "\(result.diagnostics)").schema
        readers = try #require(ReaderPair(schema: schema, directory: try Fixture.directory()))
    }

    @discardableResult private func check(_ line: [UInt8], tenant: Int? = nil) -> Bool {
        readers.check(line, tenant: tenant)
    }

    private func slow(_ line: [UInt8], tenant: Int?) -> String? { readers.slow(line, tenant: tenant) }

    private func check(_ line: String) -> Bool { check(Array(line.utf8)) }

    @Test func `a usual request with every type is read by the fast reader`() {
        #expect(check(Self.good))
        #expect(check(Array(Self.good.utf8), tenant: 0))
        // A list that is left out is empty; an action need not apply.
        let paid = Self.good.replacing(#""orders.read""#, with: #""orders.pay""#)
        #expect(check(paid) && check(paid.replacing("\"order\"", with: "\"invoice\"")))
        #expect(check(Self.good.replacing(#""amount":12"#, with: #""amount":12,"tags":["a","b"]"#)))
        for amount in ["0", "-0", "0.1", "1e5", "-9223372036854775808", "9223372036854775807", "1e-400"] {
            #expect(check(Self.good.replacing(":12,", with: ":\(amount),")), "\(amount)")
        }
    }

    @Test(arguments: values)
    func `a value at a limit is read the same for every member`(value: String) {
        for (name, usual) in Self.members {
            let line = Self.good.replacing("\"\(name)\":\(usual)", with: "\"\(name)\":\(value)")
            _ = check(line)
            _ = check(line.replacing(#""mfa":true"#, with: "\"mfa\":true,\"other\":\(value)"))
        }
        _ = check(Self.good.replacing(#""context":{"#, with: "\"expected\":\(value),\"context\":{"))
        for place in [#""subject":{"#, #""action":{"#, #""resource":{"#, #""properties":{"#, #""context":{"#, "{\"sub"]
        {
            for name in [
                "tenant", "other", "properties", "evaluations", "obligations", "expected", "am\\u006funt", "id",
                "supported_obligations", "supported\\u005fobligations", "amount\\u0000", "\u{FEFF}amount",
            ] {
                let member = "\"\(name)\":\(value),"
                let after = place.hasPrefix("{") ? "{\(member)\"sub" : place + member
                _ = check(Self.good.replacing(place, with: after, maxReplacements: 1))
            }
        }
    }

    @Test func `a missing, repeated or wrong part is read the same`() {
        for part in [
            #""subject":{"type":"token","id":"00000000000000010000000000000001"},"#,
            #""action":{"name":"orders.read","properties":{"soft":false,"rows":7,"by":"anna","part":"p"}},"#,
            #","properties":{"soft":false,"rows":7,"by":"anna","part":"p"}"#, #""soft":false,"#, #""rows":7,"#,
            #""name":"orders.read","#,
            #""type":"order","#, #""id":"1","#, #""amount":12,"#, #","context":{"mfa":true,"ip":"2001:db8::1"}"#,
            #""type":"token","#, #""mfa":true,"#,
        ] {
            _ = check(Self.good.replacing(part, with: "", maxReplacements: 1))
            _ = check(Self.good.replacing(part, with: part + (part.hasPrefix(",") ? "" : part), maxReplacements: 1))
            for other in ["null", "[]", "7", "{}", #""x""#] {
                guard let colon = part.firstIndex(of: ":") else { continue }
                let end = part.hasSuffix(",") ? "," : ""
                _ = check(Self.good.replacing(part, with: part[...colon] + other + end, maxReplacements: 1))
            }
        }
        for around in [
            "\u{FEFF}\u{FEFF}@", "@\u{FEFF}", " \u{FEFF}@", "\u{FEFF}", "\u{FEFF}@", " @ ", "@\r", "@\t", "@ x", "@{}",
            "[@]", "@,", "@\u{0}", "\u{A0}@", "@}", "//\n@",
        ] {
            _ = check(around.replacing("@", with: Self.good))
        }
        var many = (0..<30).map { "\"p\($0)\":\($0)" }.joined(separator: ",")
        _ = check(Self.good.replacing(#""amount":12"#, with: many))
        many += #","p3":1"#
        _ = check(Self.good.replacing(#""amount":12"#, with: many))
        _ = check(Self.good.replacing(#""orders.read""#, with: #""orders.approve""#))
        _ = check(Self.good.replacing("\"order\"", with: "\"invoice\""))
        for other in [#""orders.pay""#, #""orders.approve""#, #""orders.none""#] {
            let line = Self.good.replacing(#""orders.read""#, with: other)
            _ = check(line)
            _ = check(line.replacing("\"order\"", with: "\"invoice\""))
            _ = check(line.replacing("\"order\"", with: "\"invoice\"").replacing(#""rows":7,"#, with: ""))
        }
    }

    @Test func `null is the same as leaving a member out, also for the fast reader`() {
        for (name, usual) in Self.members where !["type", "id", "name"].contains(name) {
            let isFirst = Self.good.contains("{\"\(name)\":")
            let member = isFirst ? "\"\(name)\":\(usual)," : ",\"\(name)\":\(usual)"
            let line = Self.good.replacing("\"\(name)\":\(usual)", with: "\"\(name)\":null")
            #expect(line != Self.good && check(line), "\(name)")
            #expect(slow(Array(line.utf8), tenant: nil) == slow(Array(without(member).utf8), tenant: nil), "\(name)")
        }
        for (part, other) in [
            (#""context":{"mfa":true,"ip":"2001:db8::1"}"#, #""context":null"#),
            (#""context""#, #""tenant":null,"context""#),
            (#""mfa":true"#, #""mfa":null,"supported_obligations":null"#),
            (#""mfa":true"#, #""mfa":true,"supported_obligations":["log","mask"]"#),
            (#""mfa":true"#, #""mfa":true,"supported_obligations":[]"#), (#""mfa":true"#, #""mfa":true,"other":["a"]"#),
        ] {
            #expect(check(Self.good.replacing(part, with: other)), "\(other)")
        }
        for (part, other) in [
            (#""context""#, #""tenant":null,"tenant":null,"context""#),
            (#""context":{"#, #""context":null,"context":{"#),
            (#""mfa":true"#, #""mfa":null,"mfa":true"#), (#""mfa":true"#, #""mfa":null,"m\u0066a":null"#),
            (#""mfa":true"#, #""supported_obligations":"log""#),
            (#""mfa":true"#, #""supported_obligations":["log",1]"#),
            (#""context""#, #""expected":null,"context""#), (#""context""#, #""obligations":null,"context""#),
            (#""context""#, #""evaluations":null,"context""#),
        ] {
            _ = check(Self.good.replacing(part, with: other))
        }
        let invoice = #""type":"invoice","id":"1","properties":{"amount":null}"#
        let start = Self.good.firstRange(of: #""type":"order""#)!.lowerBound
        let end = Self.good.firstRange(of: #"},"context""#)!.lowerBound
        let line = (Self.good[..<start] + invoice + Self.good[end...])
            .replacing("orders.read", with: "orders.approve")
        #expect(!check(Array(line.utf8)) && slow(Array(line.utf8), tenant: nil) == nil)
    }

    private func without(_ member: String) -> String { Self.good.replacing(member, with: "", maxReplacements: 1) }

    @Test func `deep nesting is read the same`() {
        for depth in [1, 61, 62, 63, 64, 65, 500, 1_023, 1_024, 1_025, 20_000] {
            for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
                let value =
                    String(repeating: open, count: depth) + (open == "[" ? "" : "1")
                    + String(repeating: close, count: depth)
                for name in ["amount", "other", "tags"] {
                    _ = check(Self.good.replacing(#""amount":12"#, with: "\"\(name)\":\(value)"))
                }
                _ = check(Self.good.replacing(#""context":{"#, with: "\"x\":\(value),\"context\":{"))
                _ = check(Self.good.replacing(#""mfa":true"#, with: "\"supported_obligations\":\(value)"))
            }
        }
    }

    @Test func `no changed line makes the two differ`() {
        var random = Numbers(seed: 12)
        let good = Array(Self.good.utf8)
        let alphabet = Array("\"\\{}[]:,0123456789.eE+-truefalsnu \u{0}\u{1F}\u{7F}".utf8) + [0x80, 0xC3, 0xED, 0xFF]
        let fragments = Self.values.map { Array($0.utf8) }
        var sure = 0
        for _ in 0..<20_000 {
            var line = good
            for _ in 0..<(1 + random.below(2)) {
                let place = random.below(line.count)
                switch random.below(4) {
                case 0: line[place] = random.pick(alphabet)
                case 1: line.remove(at: place)
                case 2: line.insert(random.pick(alphabet), at: place)
                default:
                    let end = min(line.count, place + random.below(12))
                    line.replaceSubrange(place..<end, with: random.pick(fragments))
                }
            }
            if check(line, tenant: random.chance(50) ? 0 : nil) { sure += 1 }
        }
        #expect(sure > 1_000)
    }
}
