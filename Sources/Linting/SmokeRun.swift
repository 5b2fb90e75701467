internal import Decisions
internal import Engine
internal import Model
internal import Policies
internal import PolicyTesting

/// The results of evaluating policies on a few made-up requests, in the sandbox, with a small budget.
///
/// The requests are the same every time. They are about the demo organisation, and have every property that the schema
/// requires.
struct SmokeRun {
    /// A policy may spend one part in this many of each budget before it is reported.
    static let share = 10

    struct Failure {
        let message: String
        let line: Int?
        /// The first request that it failed on, as people read it.
        let request: String
        /// The number of requests that it failed on, and that it was evaluated for.
        var count = 1
        var evaluations = 0
    }

    /// A made-up request, and its text.
    private struct Made {
        let shown: String
        let request: ResolvedRequest
    }

    /// The policies that exceeded the reduced budget, with the part of it that they exceeded.
    private(set) var costly: [ExactName: String] = [:]
    /// The first failure of each policy that failed.
    private(set) var failures: [ExactName: Failure] = [:]
    private var evaluations: [ExactName: Int] = [:]

    init(_ set: PolicySet) {
        guard let directory = Self.demo else { return }
        var rest = set
        guard var evaluator = try? Self.evaluator(rest) else { return }
        for request in Self.requests(set, directory) {
            let before = costly.count
            _ = evaluator.evaluate(request.request, isInFull: true)
            for outcome in evaluator.outcomes { note(outcome, rest.policies[outcome.policy].id, request) }
            guard costly.count > before else { continue }
            // A costly policy is not evaluated again, so that a folder full of such policies is checked as fast as any.
            rest = rest.without(Set(costly.keys))
            guard let next = try? Self.evaluator(rest) else { break }
            evaluator = next
        }
        for (policy, count) in evaluations { failures[policy]?.evaluations = count }
    }

    private static let demo = try? Directory(Organisation(json: JSONReader.parse(Demo.json)))

    private static func evaluator(_ set: PolicySet) throws(PolicyError) -> Evaluator {
        let standard = Budget()
        let budget = Budget(fuel: standard.fuel / share, memory: standard.memory / share)
        return try Evaluator(set, budget: budget, treeOptions: .none)
    }

    private mutating func note(_ outcome: Outcome, _ policy: ExactName, _ request: Made) {
        evaluations[policy, default: 0] += 1
        switch outcome.termination {
        case .finished: break
        case .failed(let message, let line):
            failures[policy]?.count += 1
            if failures[policy] == nil {
                failures[policy] = Failure(message: message, line: line, request: request.shown)
            }
        case .fuel: costly[policy] = "instructions"
        case .memory: costly[policy] = "memory"
        case .deadline: costly[policy] = "time"
        }
    }

    // MARK: Requests

    private static let count = 24

    private static func requests(_ set: PolicySet, _ directory: Directory) -> [Made] {
        guard let authorizer = try? Authorizer(policies: set.without(Set(set.policies.map(\.id))))
        else { return [] }
        var questions: [(shown: String, request: AuthorizationRequest)] = []
        let now = Instant("2026-11-22T12:00:00Z")!
        let kinds = Set(set.policies.flatMap(\.on))
        if kinds.contains(.access) { questions += accesses(set.schema, directory, now) }
        for kind in kinds.filter(\.isAdministrative).sorted(by: { $0.rawValue < $1.rawValue }) {
            questions += administrations(kind, directory, now)
        }
        return questions.compactMap { question in
            (try? authorizer.prepared(question.request, on: directory)).map {
                Made(shown: question.shown, request: $0)
            }
        }
    }

    private static func accesses(
        _ schema: Schema, _ directory: Directory, _ now: Instant
    ) -> [(shown: String, request: AuthorizationRequest)] {
        var generator = RequestGenerator(directory: directory, schema: schema, seed: 1)
        var lines = (0..<count).map { _ in generator.next() }
        for subject in schema.subjects { lines += (0..<4).map { _ in generator.next(by: subject) } }
        return lines.compactMap { line in
            guard let json = try? JSONReader.parse(line), var question = try? AuthorizationRequest(json: json, now: now)
            else {
                return nil
            }
            if case .external = question.subject { question.tenant = directory.tenants.first?.id }
            return (String(decoding: line, as: UTF8.self), question)
        }
    }

    private static func administrations(
        _ kind: DecisionKind, _ directory: Directory, _ now: Instant
    ) -> [(shown: String, request: AuthorizationRequest)] {
        let usable = directory.tokens.filter { $0.revoked == nil && $0.tenant == 0 }
        let tokens = [usable.first { $0.kind == .api }, usable.first { $0.kind == .mobile }].compactMap(\.self)
        return tokens.flatMap { token in
            let assignment = directory.assignments[token.assignment]
            let user = AuthorizationRequest.Actor.user(
                id: directory.users[assignment.user].id, assignment: assignment.id)
            let actors = [("the operator", AuthorizationRequest.Actor.operator), ("a user", user)]
            return actors.map { who, actor in
                var question = AuthorizationRequest(
                    action: ExactName(kind.rawValue), subject: .actor, actor: actor, now: now)
                question.kind = kind
                question.tenant = directory.tenants[0].id
                if kind != .issue { question.token = token.id.description }
                if kind.hasProposal {
                    question.proposed = ProposedToken(
                        kind: token.kind, name: token.kind == .api ? "made up" : nil, assignment: assignment.id,
                        created: kind.makesToken ? now : nil,
                        expires: Instant(microseconds: now.microseconds + 900 * 86_400_000_000))
                }
                let what = token.kind == .api ? "an API token" : "a mobile token"
                return ("`\(kind.rawValue)` of \(what) by \(who)", question)
            }
        }
    }
}
