internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

/// Requests as clients and editors write them, and obligations, through the program.
@Suite struct ClientRequestTests {
    private let session = Session()
    private static let token = "6532ebee17e04c929e56e7977af956ae"

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    private static func line(_ department: String) -> String {
        """
        {"subject":{"type":"token","id":"\(token)"},"action":{"name":"orders.read"},\
        "resource":{"type":"order","id":"1","properties":{"department":"\(department)"}}}
        """
    }

    private static let permitted = line("d-sales")
    private static let denied = line("d-finance")

    @Test func `a byte order mark before the first line is passed over`() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let lines = Array("\(Self.permitted)\n\(Self.denied)\n".utf8)
        let usual = session.run(["batch"], input: lines)
        #expect(session.run(["batch"], input: mark + lines).output == usual.output)
        #expect(session.run(["batch"], input: mark).output.isEmpty)
        #expect(session.run(["batch"], input: mark + [0x0A] + lines).output == usual.output)
        // Only a whole mark is one, and only at the start.
        for other in [Array(mark.prefix(2)) + lines, mark + mark + lines, [0x0A] + mark + lines] {
            let result = session.run(["batch"], input: other)
            #expect(result.status == 1 && result.lines.count == 2)
            #expect(result.lines[1] == usual.lines[1])
        }
    }

    /// Policies with an obligation for permits and one for denies.
    private func obliging() throws -> [String] {
        _ = try session.file(
            "p/schema.lua", "return { actions = { read = \"read\" }, resources = { doc = { n = \"number\" } } }")
        let policy = """
            -- Small ones.
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              oblige("report", { on = "deny" })
              if request.resource.n < 5 then permit("small") oblige("log", { n = request.resource.n }) end
            end
            return policy
            """
        let file = try session.file("p/small.lua", policy)
        return ["--policies", String(file.dropLast("/small.lua".count))]
    }

    @Test(arguments: [
        (1, "", "deny", "log report"), (1, "log", "permit", ""), (9, "", "deny", "report"), (9, "report", "deny", ""),
    ])
    func `decide, batch and test agree about obligations`(
        number: Int, supported: String, word: String, unsupported: String
    ) throws {
        let policies = try obliging()
        let names = supported.isEmpty ? "" : "\"\(supported)\""
        let line = """
            {"subject":{"type":"token","id":"\(Self.token)"},"action":{"name":"read"},\
            "resource":{"type":"doc","id":"1","properties":{"n":\(number)}},\
            "context":{"supported_obligations":[\(names)]}}
            """
        let one = session.run(
            policies + [
                "decide", Self.token, "read", "doc:1", "n=\(number)", "supported_obligations=\(supported)", "--json",
            ])
        let many = session.run(policies + ["batch", "--explain"], input: Array(line.utf8))
        let (decided, batched) = (try JSONReader.parse(one.output), try JSONReader.parse(many.output))
        #expect(decided["decision"] == batched["decision"])
        for name in ["code", "obligations", "unsupported_obligations"] as [ExactName] {
            #expect(decided["context"]?[name] == batched["context"]?[name], "\(name)")
        }
        #expect(decided["decision"] == .boolean(word == "permit"))
        let told = unsupported.split(separator: " ").map { JSON.string(String($0)) }
        #expect(decided["context"]?["unsupported_obligations"] == (told.isEmpty ? nil : .array(told)))
        let obligations = word == "permit" ? "log" : "report"
        _ = try session.file(
            "p/small_test.lua",
            """
            test("as decided", { directory = "demo", token = "Warehouse sync", action = "read", resource = { type = "doc", n = \(number) },
              context = { supported_obligations = { \(names) } },
              expect = { permit = \(word == "permit"), obligations = { "\(obligations)" } } })
            """)
        let tested = session.run(policies + ["test"])
        #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    }

    // MARK: The certification scenario

    @Test(arguments: [("basic", 7), ("properties", 2), ("action-properties", 2)])
    func `the certification scenario is decided as published`(name: String, count: Int) {
        let folder = Session.root + "/Tests/AuthZEN/"
        let result = session.run(
            "--policies", folder + "policies", "batch", "--expect", "\(folder)\(name).ndjson", "--summary")
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        #expect(result.lines.count == count)
    }

    @Test func `its invalid requests are answered as such`() throws {
        let folder = Session.root + "/Tests/AuthZEN/"
        let invalid = session.run("--policies", folder + "policies", "batch", folder + "invalid.ndjson")
        #expect(invalid.status == 1 && invalid.lines.count == 10)
        for line in invalid.lines {
            #expect(try JSONReader.parse(String(line))["context"]?["error"]?["status"] == .integer(400))
        }
    }
}
