package import Decisions
package import Model

/// A decision told from the beginning: who asked what, whether who acts is live, what each policy read and said, and
/// what came of it.
package struct Explanation: Sendable {
    /// What one policy had to do with it.
    package struct PolicySection: Sendable {
        /// Its id; `nil` where a log does not tell whose facts they are.
        package let policy: ExactName?
        /// What it said, with lines; empty when it had nothing to say.
        package let statements: [PolicyStatement]
        package let failures: [Failure]
        /// What it read, in order, with the values of then.
        package let facts: [PolicyTrace.Fact]
        /// Whether it counted: a deny, a failure, or a permit that nothing stood against.
        package let isDecisive: Bool
        package let isObserving: Bool
    }

    package let isPermitted: Bool
    package let code: String
    /// Of the policy that denied.
    package let policyCode: ExactName?
    /// `At 2026-11-22T12:00:00Z the token Warehouse sync asked for orders.read on order:42.`
    package let opening: String
    /// Why the core let it pass, or did not, a sentence each; empty for a story from a log that does not tell.
    package let liveness: [String]
    /// Those that decided first, then those that spoke, then the silent; each by id.
    package let sections: [PolicySection]
    /// What came of it, in a sentence.
    package let closing: String
    package let version: String

    package init(_ traced: TracedDecision) {
        let decision = traced.decision
        isPermitted = decision.isPermitted
        code = decision.code
        policyCode = decision.policyCode
        opening = Self.opening(traced.question, traced.directory)
        liveness = Self.liveness(traced)
        version = decision.version
        let observing = Set(decision.observed.map(\.policy) + decision.observedFailures.map(\.policy))
        sections = Self.sorted(
            decision.traces.map { trace in
                let statements = traced.statements(of: trace.policy)
                let failures = traced.failures(of: trace.policy)
                let counts =
                    decision.reasons.contains { $0.policy == trace.policy }
                    || decision.failures.contains { $0.policy == trace.policy }
                    || decision.code == "obligation_unsupported"
                        && decision.obligations.contains { $0.policy == trace.policy }
                return PolicySection(
                    policy: trace.policy, statements: statements, failures: failures, facts: trace.facts,
                    isDecisive: counts, isObserving: observing.contains(trace.policy))
            })
        closing = Self.closing(decision.isPermitted, decision.code, sections)
    }

    /// A story from a log: with the facts as they were then, whatever is so now.
    /// - Parameter directory: for the names of what the question names.
    package init(_ record: DecisionRecord, directory: Directory) {
        isPermitted = record.isPermitted
        code = record.code
        policyCode = record.said.first { $0.effect == .deny && $0.code != nil }?.code
        opening = Self.opening(record.question, directory)
        version = record.version
        let core = record.traces.isEmpty ? Decision.words(for: record.code) : nil
        liveness = core.map { ["The policies were not asked: \($0)."] } ?? []
        let deciding = Set(record.policies)
        var sections = record.traces.map { trace in
            PolicySection(
                policy: trace.policy, statements: record.said.filter { $0.policy == trace.policy }, failures: [],
                facts: trace.facts.map(PolicyTrace.Fact.init(logged:)),
                isDecisive: trace.policy.map(deciding.contains) ?? false, isObserving: false)
        }
        // A log that does not tell who read what names at least who decided.
        for policy in record.policies where !sections.contains(where: { $0.policy == policy }) {
            sections.append(
                PolicySection(
                    policy: policy, statements: record.said.filter { $0.policy == policy }, failures: [], facts: [],
                    isDecisive: true, isObserving: false))
        }
        self.sections = Self.sorted(sections)
        closing = Self.closing(record.isPermitted, record.code, self.sections)
    }

    private static func sorted(_ sections: [PolicySection]) -> [PolicySection] {
        func rank(_ section: PolicySection) -> Int {
            if section.isDecisive { return 0 }
            return section.statements.isEmpty && section.failures.isEmpty ? 2 : 1
        }
        return sections.sorted { (rank($0), $0.policy ?? "~") < (rank($1), $1.policy ?? "~") }
    }

    private static func opening(_ question: AuthorizationRequest, _ directory: Directory) -> String {
        let names = Self.names(question, directory)
        func token(_ id: String) -> String { "the token \(TokenID(id).map(names.token) ?? id)" }
        let object: String
        if question.kind.isAdministrative {
            object = (question.token ?? question.record?.id.description).map { " of \(token($0))" } ?? ""
        } else {
            object = question.resource.map { " on \($0.type)\($0.id.map { ":\($0)" } ?? "")" } ?? ""
        }
        let who: String
        switch question.subject {
        case .token(let id): who = token(id)
        case .external(let type, let id, _): who = "the \(type) \(id)"
        case .actor:
            switch question.actor {
            case .operator: who = "the operator"
            case .user(let id, let assignment):
                who = assignment.map(names.assignment) ?? names.user(id)
            case .token(let id): who = "whoever holds \(token(id))"
            }
        }
        return "At \(question.now) \(who) asked for \(question.action)\(object)."
    }

    private static func names(_ question: AuthorizationRequest, _ directory: Directory) -> NamesByID {
        var id = question.tenant
        for text in [question.token, { if case .token(let id) = question.subject { id } else { nil } }()] {
            guard let index = text.flatMap({ TokenID($0) }).flatMap(directory.token) else { continue }
            id = directory.tenants[directory.tokens[index].tenant].id
        }
        return NamesByID(directory: directory, tenant: id.flatMap(directory.tenant))
    }

    /// What the core looked at before any policy was asked.
    private static func liveness(_ traced: TracedDecision) -> [String] {
        let (question, directory) = (traced.question, traced.directory)
        let isAsked = !traced.readings.isEmpty
        let reason = Decision.words(for: traced.decision.code)
        let text: String?
        switch (question.subject, question.actor) {
        case (.token(let id), _): text = id
        case (.actor, .token(let id)): text = id
        default: text = nil
        }
        guard let index = text.flatMap({ TokenID($0) }).flatMap(directory.token) else {
            return isAsked ? [] : reason.map { ["The policies were not asked: \($0)."] } ?? []
        }
        let token = directory.tokens[index]
        let assignment = directory.assignments[token.assignment]
        let (user, department) = (directory.users[assignment.user], directory.departments[assignment.department])
        guard ActorValidity.fault(token, in: directory, now: question.now) != nil else {
            return [
                "The token is valid until \(token.expires), neither suspended nor revoked.",
                "\(user.name) is active, and so is \(department.name) with all above it.",
            ]
        }
        return ["The policies were not asked: \(reason ?? traced.decision.code)\(detail(token, question.now))."]
    }

    private static func detail(_ token: Token, _ now: Instant) -> String {
        if let revoked = token.revoked { return ", at \(revoked)" }
        if now >= token.expires { return ", at \(token.expires)" }
        if let suspended = token.suspended { return " since \(suspended)" }
        return ""
    }

    private static func closing(_ isPermitted: Bool, _ code: String, _ sections: [PolicySection]) -> String {
        let deciding = sections.filter(\.isDecisive).compactMap(\.policy)
        if isPermitted { return "Permitted: \(list(deciding)) permits it, and no policy denies it." }
        switch code {
        case "denied": return "Denied: \(list(deciding)) denies it, and any deny wins."
        case "policy_failed", "budget_exhausted":
            return "Denied: \(list(deciding)) could not say what it wanted to, and that is a deny."
        default: return "Denied: \(Decision.words(for: code) ?? code)."
        }
    }

    private static func list(_ names: [ExactName]) -> String {
        guard let last = names.last else { return "nobody" }
        return names.count == 1 ? last.text : "each of \(names.dropLast().joined(separator: ", ")) and \(last)"
    }
}

extension PolicyTrace.Fact {
    /// A fact as a decision log has it: what was asked, ` = `, what it came to.
    fileprivate init(logged text: String) {
        guard let end = text.firstRange(of: " = ") else {
            self.init(text: text, value: "")
            return
        }
        self.init(text: String(text[..<end.lowerBound]), value: String(text[end.upperBound...]))
    }
}
