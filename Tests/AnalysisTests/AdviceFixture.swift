import Analysis
import Decisions
import Foundation
import Model
import Policies
import TestSupport
import Testing

/// A decision log on disk, and the advice that it gives.
enum AdviceFixture {
    static let can = "if request.token:can(request.action) then permit() end"
    static let window = Instant("2026-10-01T00:00:00Z")!..<Instant("2026-12-01T00:00:00Z")!

    static func line(
        _ fixture: AnalysisFixture, _ question: AuthorizationRequest, masked: Set<ExactName> = []
    ) throws -> [UInt8] {
        var writer = JSONWriter()
        let decision = try fixture.examine(question).decision
        DecisionLog.line(question, decision, nanoseconds: 1, masked: masked, into: &writer)
        return writer.bytes
    }

    /// Requests that each token of a snapshot makes: a few actions, in a few departments of its tenant.
    static func questions(_ fixture: AnalysisFixture, seed: UInt64) -> [AuthorizationRequest] {
        var numbers = Numbers(seed: seed)
        let schema = fixture.authorizer.policies.schema
        var questions: [AuthorizationRequest] = []
        for record in fixture.directory.tokens {
            let own = fixture.directory.departments.filter { $0.tenant == record.tenant }
            let actions = (0..<2).map { _ in schema.actionNames[numbers.below(schema.actionNames.count)] }
            for _ in 0..<6 {
                let action = actions[numbers.below(2)]
                var question = AnalysisFixture.question(
                    action, [.init("department", .string(own[numbers.below(own.count)].id))],
                    token: record.id.description)
                question.resource?.type = schema.resources(of: action).first?.name ?? "order"
                question.obligations = .all
                questions.append(question)
            }
        }
        return questions.filter { (try? fixture.decide($0)) != nil }
    }

    /// The advice for tokens, by number, after requests that were logged at their times.
    static func advice(
        _ fixture: AnalysisFixture, _ questions: [AuthorizationRequest], of tokens: [Int] = [1],
        lines: [[UInt8]] = [], jobs: Int = 1, limiting parts: Set<Ceiling.Part>? = nil, on other: Directory? = nil
    ) throws -> UsageAdvice {
        let folder = try Folder()
        let text = try questions.map { try line(fixture, $0) } + lines
        let path = folder.path + "/log.ndjson"
        try Data(text.flatMap { $0.last == 0x0A ? $0 : $0 + [0x0A] }).write(to: URL(filePath: path))
        let input = try #require(FileHandle(forReadingAtPath: path))
        var options = UsageAdvice.Options(
            window: window, now: AnalysisFixture.now, expiringBefore: Instant("2027-01-01T00:00:00.000001Z")!)
        options.jobs = jobs
        options.ceilings = parts
        return try UsageAdvice(
            input.fileDescriptor, of: tokens, options, policies: fixture.authorizer.policies,
            directory: other ?? fixture.directory)
    }

    static func question(
        _ action: ExactName = "orders.read", in department: ExactName? = nil, of token: TokenID = AnalysisFixture.other,
        at time: Instant = AnalysisFixture.now
    ) -> AuthorizationRequest {
        let members = department.map { [JSON.Member("department", .string($0))] } ?? []
        return AnalysisFixture.question(action, members, token: token.description, at: time)
    }

    static func words(_ token: TokenAdvice) -> [String] { token.findings.map { "\($0)" } }
}
