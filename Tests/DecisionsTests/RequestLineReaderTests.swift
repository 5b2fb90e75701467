import Model
import Policies
import TestSupport
import Testing

@testable import Decisions

/// The fast reader of usual requests accepts a line only if the full reader gives the same result.
@Suite struct RequestLineReaderTests {
    private static let good = """
        {"subject":{"type":"token","id":"00000000000000010000000000000001"},"action":{"name":"orders.read"},\
        "resource":{"type":"order","id":"1","properties":{"department":"north","amount":12,"owner":"anna"}},\
        "context":{"mfa":true}}
        """

    private func authorizer() throws -> Decider {
        let policy = Fixture.policy(
            """
            local r = request.resource
            if r:has("amount") and r.amount > 100 then deny("much") end
            if r:has("owner") and r.owner ~= request.token.user then deny("foreign") end
            if r:has("department") and not r.department:is_within(request.token.department) then deny("outside") end
            if request.context:has("mfa") and request.context.mfa then permit() end
            """)
        let result = PolicySet.load(Fixture.source(["a": policy]))
        return try Decider(
            policies: try #require(result.set, "\(result.diagnostics)"), directory: Fixture.directory())
    }

    private let now = Instant("2026-06-01T12:00:00Z")!

    private func quick(_ line: [UInt8], _ authorizer: Decider) -> LineDecision? {
        let padded = line + [UInt8](repeating: 0x20, count: RequestLineReader.padding)
        return unsafe padded.withUnsafeBytes { bytes in
            unsafe authorizer.authorizer.answer(
                UnsafeRawBufferPointer(rebasing: bytes[..<line.count]), on: authorizer.directory, tenant: nil, now: now)
        }
    }

    /// The decision by the full reader; `nil` for an invalid request.
    private func full(_ line: [UInt8], _ authorizer: Decider) -> Decision? {
        guard let json = try? JSONReader.parse(request: line),
            let question = try? AuthorizationRequest(json: json, now: now)
        else {
            return nil
        }
        return try? authorizer.decide(question)
    }

    private func check(_ line: [UInt8], _ authorizer: Decider) -> Bool {
        guard let answer = quick(line, authorizer) else { return false }
        let decision = full(line, authorizer)
        #expect(
            answer.isPermitted == decision?.isPermitted && answer.code == decision?.code,
            "\(String(decoding: line, as: UTF8.self)): \(answer), \(String(describing: decision))")
        return true
    }

    @Test func `a usual request is read by the fast reader`() throws {
        let authorizer = try authorizer()
        #expect(check(Array(Self.good.utf8), authorizer))
        #expect(quick(Array(Self.good.utf8), authorizer)?.code == "permitted")
    }

    @Test(arguments: [
        (#""amount":12"#, #""amount":1200"#), (#""amount":12"#, #""amount":1.5e2"#), (#""amount":12"#, #""amount":-0"#),
        (#""amount":12"#, #""amount":9223372036854775808"#), (#""amount":12"#, #""amount":"12""#),
        (#""amount":12"#, #""amount":null"#), (#""amount":12"#, #""amount":12,"amount":13"#),
        (#""amount":12"#, #""amount":[12]"#), (#""amount":12"#, #""amount":012"#), (#""amount":12"#, #""extra":12"#),
        (#""owner":"anna""#, #""owner":"nobody""#), (#""owner":"anna""#, #""owner":"\u0061nna""#),
        (#""department":"north""#, #""department":"finance""#), (#""department":"north""#, #""departmnet":"north""#),
        (#""north""#, "\"n\u{0}rth\""), (#""type":"order""#, #""type":"invoice""#),
        (#""type":"order""#, #""type":"x""#),
        (#""orders.read""#, #""orders.reed""#), (#""id":"1""#, #""id":1"#), (#""id":"1","#, ""),
        ("0001\"}", "0002\"}"), ("0001\"}", "000g\"}"), (#""type":"token""#, #""type":"service""#),
        (#""mfa":true"#, #""mfa":false"#), (#""mfa":true"#, #""mfa":"true""#), ("}}", "}} x"), ("}}", "}}{}"),
        ("}}", "}"),
        (#","context":{"mfa":true}"#, ""), (#""context""#, #""tenant":"t","context""#),
        (#""context""#, #""obligations":["log"],"context""#), (#""context""#, #""action":{"name":"x"},"context""#),
        (#""mfa":true"#, #""mfa":tru"#), ("{\"subject\"", "[{\"subject\""),
    ])
    func `an unusual request is answered the same, or left to the full reader`(old: String, new: String) throws {
        let line = Self.good.replacing(old, with: new)
        #expect(line != Self.good)
        _ = check(Array(line.utf8), try authorizer())
    }

    @Test func `no changed byte makes the two readers differ`() throws {
        let authorizer = try authorizer()
        var random = SystemlessGenerator(state: 7)
        let good = Array(Self.good.utf8)
        let alphabet = Array("\"\\{}[]:,0123456789.eE+-truefalsn \u{0}\u{1F}\u{7F}".utf8) + [0x80, 0xC3, 0xFF]
        var answered = 0
        for _ in 0..<20_000 {
            var line = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: line.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: line[place] = alphabet.randomElement(using: &random)!
                case 1: line.remove(at: place)
                default: line.insert(alphabet.randomElement(using: &random)!, at: place)
                }
            }
            if check(line, authorizer) { answered += 1 }
        }
        #expect(answered > 1_000)
    }
}

/// A random number generator with the same numbers every time.
private struct SystemlessGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
