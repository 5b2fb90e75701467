import Foundation
import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Comparison of the caching engine with an oracle that caches nothing.
@Suite struct OracleTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["DEMILUNE_FUZZ_DECISIONS"].flatMap(Int.init)
    /// The number of decisions with the same fixtures every time.
    private static let usual = environment["DEMILUNE_LONG"] == nil ? 50_000 : 500_000
    private static let fixtures = 32

    /// The first request that is decided differently from the oracle.
    private func difference(
        _ fixture: OracleFixture, decisions: Int, fault: PlantedFault? = nil
    ) throws -> (number: Int, text: String)? {
        var fixture = fixture
        let (authorizer, oracle) = (try fixture.authorizer(fault), fixture.oracle())
        for number in 0..<decisions {
            let question = fixture.question()
            // Where facts are told, all policies are asked; else those that the request leaves.
            let detail = number % 2 == 0 ? Authorizer.Detail.trace : .statements
            let decisions = [
                answer(question) { question throws(RequestError) in
                    try authorizer.authorizer.decide(question, on: fixture.directory, detail: detail)
                },
                answer(question) { question throws(RequestError) in
                    try oracle.decide(question, on: fixture.directory)
                },
            ]
            switch (decisions[0], decisions[1]) {
            case (.success(let own), .success(let reference)):
                if let difference = own.difference(from: reference) {
                    return (number, "\(question)\n\(difference.text)")
                }
            case (.failure(let own), .failure(let reference)): #expect(own.message == reference.message)
            default: return (number, "\(question)\n\(decisions)")
            }
        }
        return nil
    }

    private func answer(
        _ question: AuthorizationRequest, _ decide: (AuthorizationRequest) throws(RequestError) -> Decision
    ) -> Result<Decision, RequestError> {
        do throws(RequestError) { return .success(try decide(question)) } catch { return .failure(error) }
    }

    /// `make test-long` makes ten times as many decisions, and `make fuzz FUZZ_DECISIONS=1000000` more with new fixtures.
    @Test(arguments: 0..<fixtures)
    func `cached decisions equal those of the policies`(number: Int) throws {
        let each = (Self.count ?? Self.usual) / Self.fixtures
        var done = 0
        var seed = UInt64(number)
        if Self.count != nil { seed += UInt64.random(in: 0...UInt64.max / 2) }
        while done < each {
            // Some fixtures are asked long, with more policies: what is remembered lives longer there.
            let isLong = number % 4 == 0
            let fixture = try isLong ? OracleFixture(seed: seed) : OracleFixture(seed: seed, policies: 3)
            let next = min(each - done, isLong ? 2_000 : 500)
            if let found = try difference(fixture, decisions: next) {
                Issue.record("seed \(seed), request \(found.number):\n\(found.text)")
                return
            }
            done += next
            seed += UInt64(Self.fixtures)
        }
        if Self.count != nil { print("fuzz: \(done) decisions held to the oracle, seeds up to \(seed)") }
    }

    @Test func `a check for presence after the value was read is no difference`() throws {
        let body = "if #request.subject.roles > 1 or request.subject:has(\"roles\") then permit() end"
        let set = try Fixtures.load(
            Fixture.source(["a": Fixture.policy(body, head: "subject = \"service\", grants = { \"*\" }")]))
        let roles = JSON.object([.init("roles", .array([.string("a")]))])
        var question = Fixture.question()
        question.subject = .external(type: "service", id: "s", properties: roles)
        question.tenant = "t"
        let directory = try Fixture.directory()
        let own = try Authorizer(policies: set).decide(question, on: directory, detail: .trace)
        let reference = try Oracle(policies: set).decide(question, on: directory)
        #expect(own.isPermitted && own.traces[0].facts.count == 2 && own.traces[0].facts != reference.traces[0].facts)
        #expect(own.difference(from: reference) == nil)
    }

    @Test(arguments: PlantedFault.allCases.filter { $0 != .memo && $0 != .target })
    func `a planted mistake is found within 2,000 decisions`(fault: PlantedFault) throws {
        var (left, seed) = (2_000, UInt64(0))
        while left > 0 {
            let next = min(left, 250)
            if try difference(OracleFixture(seed: seed), decisions: next, fault: fault) != nil { return }
            left -= next
            seed += 1
        }
        Issue.record("the oracle did not find `\(fault)`")
    }

    @Test func `another process decides the same`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "demilune-oracle-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        var compared = 0
        for seed in UInt64(0)..<10 {
            var fixture = try OracleFixture(seed: seed)
            try? FileManager.default.removeItem(at: folder)
            try fixture.write(to: folder)
            let (authorizer, now) = (try fixture.authorizer(), Instant("2026-06-01T10:58:30Z")!)
            var lines: [String] = []
            var expected: [String] = []
            while lines.count < 20 {
                var question = fixture.question()
                guard question.kind == .access, let line = Self.line(question) else { continue }
                question.now = now
                question.obligations = .stated
                lines.append(line)
                guard
                    case .success(let decision) = answer(
                        question, { question throws(RequestError) in try authorizer.decide(question) })
                else {
                    expected.append("invalid")
                    continue
                }
                expected.append("\(decision.isPermitted) \(decision.code)")
            }
            let answers = try Self.answers(lines, in: folder, at: now)
            #expect(answers == expected, "seed \(seed)")
            compared += answers.count
        }
        #expect(compared == 200)
    }

    /// A request for `access` as a line; `nil` for one without a resource, which a line cannot express.
    private static func line(_ question: AuthorizationRequest) -> String? {
        guard let resource = question.resource else { return nil }
        let subject: JSON =
            switch question.subject {
            case .token(let id): .object([.init("type", .string("token")), .init("id", .string(id))])
            case .external(let type, let id, let properties):
                .object([
                    .init("type", .string(type)), .init("id", .string(id)), .init("properties", properties),
                ])
            case .actor: .null
            }
        return JSON.object([
            .init("subject", subject),
            .init(
                "action",
                .object([.init("name", .string(question.action)), .init("properties", question.actionProperties)])),
            .init(
                "resource",
                .object([
                    .init("type", .string(resource.type)), .init("id", .string(resource.id ?? "")),
                    .init("properties", resource.properties),
                ])),
            .init("context", question.context), .init("tenant", .string(question.tenant ?? "")),
        ]).compact
    }

    /// The output of the program, built beside the tests, with the files of a folder.
    private static func answers(_ lines: [String], in folder: URL, at now: Instant) throws -> [String] {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "demilune")
        process.currentDirectoryURL = folder
        process.arguments = [
            "--store", "organisation.json", "--plugins", "plugins", "--policies", "policies", "--at", now.description,
            "batch", "--explain",
            "--fuel", "\(PolicyGenerator.fuel)", "requests.ndjson",
        ]
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: folder.appending(path: "requests.ndjson"))
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(bytes.count > 0, "\(said)")
        return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
            let answer = try JSONReader.parse(Array(line))
            guard let code = answer["context"]?["code"]?.string else { return "invalid" }
            return "\(answer["decision"] == .boolean(true)) \(code)"
        }
    }

    @Test func `a batch is compared with the oracle, line by line and sometimes by another process`() throws {
        var fixture = try OracleFixture(seed: 3)
        var lines = ""
        for _ in 0..<150 { if let line = Self.line(fixture.question()) { lines += line + "\n" } }
        func summary(process: Bool?) throws -> BatchSummary {
            var options = BatchOptions(now: Instant("2026-06-01T10:58:30Z")!)
            options.budget = fixture.budget
            options.shadow.every = 1
            options.shadow.load = { [source = fixture.source] in PolicySet.load(source).set }
            options.shadow.processInterval = 50
            options.shadow.process = { _ in process }
            return try Self.batch(lines, options, fixture)
        }
        let alike = try summary(process: nil)
        #expect(alike.differences.isEmpty && alike.lines > 80, "\(alike)")
        // One process that permits everything, and one that permits nothing: exactly one of them is wrong about each request.
        let told = try [true, false].map { try summary(process: $0).differences[""] ?? 0 }
        #expect(told.reduce(0, +) == alike.lines / 50)
    }

    private static func batch(_ lines: String, _ options: BatchOptions, _ fixture: OracleFixture) throws -> BatchSummary
    {
        let input = Pipe()
        input.fileHandleForWriting.write(Data(lines.utf8))
        try input.fileHandleForWriting.close()
        let output = try FileHandle(forWritingTo: URL(filePath: "/dev/null"))
        return try Batch.run(
            options, policies: fixture.set, directory: fixture.directory,
            input: input.fileHandleForReading.fileDescriptor, output: output.fileDescriptor)
    }
}
