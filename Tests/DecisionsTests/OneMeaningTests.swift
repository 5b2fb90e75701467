import Model
import Policies
import TestSupport
import Testing

@testable import Decisions

/// A value has one meaning, however it is spelt and wherever it is read.
@Suite struct OneMeaningTests {
    private static let spellings = [
        "203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "0:0:0:0:0:ffff:203.0.113.7",
    ]

    private static let schema = """
        return {
          actions = { ["a.read"] = "read" }, resources = { doc = {} }, subjects = { user = {} },
          context = { ip = "ip", other = optional "ip", ips = optional(list "ip") },
        }
        """

    private func loaded(_ test: String, settings: String = "{}") -> LoadResult {
        let policy = """
            local config = settings { blocked = list "ip" }
            return { on = "access", subject = "any", grants = { "*" }, decide = function(request)
              local config = config
              if \(test) then deny("blocked") else permit() end
            end }
            """
        let files = [("schema.lua", Self.schema), ("a.lua", policy), ("settings.json", settings)]
        return PolicySet.load(
            PolicySource(path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) }))
    }

    private func authorizer(_ test: String, settings: String = "{}") throws -> Decider {
        let result = loaded(test, settings: settings)
        return try Decider(
            policies: try #require(result.set, "\(result.diagnostics)"), directory: Fixture.directory())
    }

    private static func line(_ context: String, subject: String = #""type":"user","id":"u""#) -> [UInt8] {
        Array(
            """
            {"subject":{\(subject)},"action":{"name":"a.read"},"resource":{"type":"doc","id":"1"},"context":{\(context)}}
            """.utf8)
    }

    private let now = Instant("2026-06-01T12:00:00Z")!

    private func code(_ context: String, _ authorizer: Decider) throws -> String {
        let question = try AuthorizationRequest(json: try JSONReader.parse(request: Self.line(context)), now: now)
        return try authorizer.decide(question).code
    }

    /// The result of the fast reader of usual requests; `nil` when it does not handle a line.
    private func quick(_ context: String, _ authorizer: Decider) -> String? {
        let line = Self.line(context, subject: "\"type\":\"token\",\"id\":\"\(Fixture.token)\"")
        let padded = line + [UInt8](repeating: 0x20, count: RequestLineReader.padding)
        return unsafe padded.withUnsafeBytes { bytes in
            unsafe authorizer.authorizer.answer(
                UnsafeRawBufferPointer(rebasing: bytes[..<line.count]), on: authorizer.directory, tenant: nil, now: now)
        }?.code
    }

    @Test(arguments: spellings)
    func `another spelling does not bypass a list of addresses`(spelt: String) throws {
        for blocked in Self.spellings {
            let settings = #"{"a":{"all":{"blocked":["\#(blocked)"]}}}"#
            let authorizer = try authorizer("config.blocked:contains(request.context.ip)", settings: settings)
            #expect(try code(#""ip":"\#(spelt)""#, authorizer) == "denied")
            #expect(quick(#""ip":"\#(spelt)""#, authorizer) == "denied")
            #expect(try code(#""ip":"203.0.113.8""#, authorizer) == "permitted")
            #expect(quick(#""ip":"::ffff:203.0.113.8""#, authorizer) == "permitted")
        }
    }

    @Test(arguments: spellings)
    func `all spellings are equal and in the same networks`(spelt: String) throws {
        let equal = try authorizer("request.context:has(\"other\") and request.context.ip == request.context.other")
        let listed = try authorizer("request.context:has(\"ips\") and request.context.ips:contains(request.context.ip)")
        for other in Self.spellings {
            #expect(try code(#""ip":"\#(spelt)","other":"\#(other)""#, equal) == "denied")
            #expect(quick(#""ip":"\#(spelt)","other":"\#(other)""#, equal) == "denied")
            #expect(try code(#""ip":"\#(spelt)","ips":["10.0.0.1","\#(other)"]"#, listed) == "denied")
            let host = try authorizer("request.context.ip:is_within(\"\(other)/\(other.contains(":") ? 128 : 32)\")")
            #expect(try code(#""ip":"\#(spelt)""#, host) == "denied")
        }
        for network in ["203.0.113.0/24", "::ffff:203.0.113.0/120", "::ffff:cb00:7100/120"] {
            for test in ["is_within(\"\(network)\")", "is_within_any { \"10.0.0.0/8\", \"\(network)\" }"] {
                let authorizer = try authorizer("request.context.ip:\(test)")
                #expect(
                    try code(#""ip":"\#(spelt)""#, authorizer) == "denied"
                        && quick(#""ip":"\#(spelt)""#, authorizer) == "denied")
            }
        }
        let every = try authorizer("request.context.ip:is_within(\"::/0\")")
        #expect(try code(#""ip":"\#(spelt)""#, every) == "permitted")
    }

    @Test func `an address is shown in one form, whatever was written`() throws {
        for spelt in Self.spellings {
            var told = try authorizer("request.context.ip .. \"\" == \"203.0.113.7\"")
            #expect(try code(#""ip":"\#(spelt)""#, told) == "denied")
            told.detail = .trace
            let question = try AuthorizationRequest(
                json: try JSONReader.parse(Self.line(#""ip":"\#(spelt)""#)), now: now)
            let facts = try told.decide(question).traces.flatMap(\.facts)
            #expect(facts.contains { $0.value == "203.0.113.7" } && !facts.contains { $0.value.contains("ffff") })
        }
    }

    @Test(arguments: [
        #"203.0.113.8\u0000, 203.0.113.7"#, #"203.0.113.8\u0000"#, "203.0.113.8 ", "203.0.113.8/32", "fe80::1%eth0",
        "0203.0.113.8", "0xcb.0.113.8", "3405803784", #"::1\u0000"#,
    ])
    func `a value with trailing text is an invalid request`(text: String) throws {
        let authorizer = try authorizer("false")
        #expect(quick(#""ip":"\#(text)""#, authorizer) == nil)
        let error = #expect(throws: RequestError.self) { try code(#""ip":"\#(text)""#, authorizer) }
        #expect(error?.property == "context.ip")
        let settings = #"{"a":{"all":{"blocked":["\#(text)"]}}}"#
        let result = loaded("false", settings: settings)
        #expect(result.set == nil && result.diagnostics.contains { $0.path == "p/settings.json" })
    }
}
