package import Decisions
package import Model

/// A decision explained from the beginning: the request, the validity of the actor, what each policy read and stated,
/// and the result.
package struct Explanation: Sendable {
    /// One policy's part in the decision.
    package struct PolicySection: Sendable {
        /// Its id; `nil` where a log does not record whose facts they are.
        package let policy: ExactName?
        /// Its statements, with lines; empty when it made none.
        package let statements: [PolicyStatement]
        package let failures: [Failure]
        /// The facts it read, in order, with their values at the time.
        package let facts: [PolicyTrace.Fact]
        /// True when it counted: a deny, a failure, or a permit that nothing overruled.
        package let isDecisive: Bool
        package let isObserving: Bool
    }

    package let isPermitted: Bool
    package let code: String
    /// The code of the policy that denied.
    package let policyCode: ExactName?
    /// `At 2026-11-22T12:00:00Z the token Warehouse sync asked for orders.read on order:42.`
    package let opening: String
    /// The reasons why the core let the request pass or denied it, a sentence each; empty for an explanation from a log
    /// that does not record them.
    package let validity: [String]
    /// The deciding policies first, then those that made statements, then the silent ones; each by id.
    package let sections: [PolicySection]
    /// The result, in a sentence.
    package let closing: String
    package let version: String

    package init(_ traced: TracedDecision) {
        let decision = traced.decision
        isPermitted = decision.isPermitted
        code = decision.code
        policyCode = decision.policyCode
        opening = Self.opening(traced.question, traced.directory)
        validity = Self.validity(traced)
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
                        && decision.refused.contains { $0.policy == trace.policy }
                return PolicySection(
                    policy: trace.policy, statements: statements, failures: failures, facts: trace.facts,
                    isDecisive: counts, isObserving: observing.contains(trace.policy))
            })
        closing = Self.closing(decision.isPermitted, decision.code, sections)
    }

    /// An explanation from a log, with the facts as they were then, whatever they are now.
    /// - Parameter directory: the source of names for the ids in the request.
    package init(_ record: DecisionRecord, directory: Directory) {
        isPermitted = record.isPermitted
        code = record.code
        policyCode = record.said.first { $0.effect == .deny && $0.code != nil }?.code
        opening = Self.opening(record.question, directory)
        version = record.version
        let core = record.traces.isEmpty ? Decision.words(for: record.code) : nil
        validity = core.map { ["The policies were not evaluated: \($0)."] } ?? []
        let deciding = Set(record.policies)
        var sections = record.traces.map { trace in
            PolicySection(
                policy: trace.policy, statements: record.said.filter { $0.policy == trace.policy }, failures: [],
                facts: trace.facts.map(PolicyTrace.Fact.init(logged:)),
                isDecisive: trace.policy.map(deciding.contains) ?? false, isObserving: false)
        }
        // A log that does not record who read what still names who decided.
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

    /// The checks of the core before any policy ran.
    private static func validity(_ traced: TracedDecision) -> [String] {
        let (question, directory) = (traced.question, traced.directory)
        let isAsked = !traced.observedFacts.isEmpty
        let reason = Decision.words(for: traced.decision.code)
        let text: String?
        switch (question.subject, question.actor) {
        case (.token(let id), _): text = id
        case (.actor, .token(let id)): text = id
        default: text = nil
        }
        guard let index = text.flatMap({ TokenID($0) }).flatMap(directory.token) else {
            return isAsked ? [] : reason.map { ["The policies were not evaluated: \($0)."] } ?? []
        }
        let token = directory.tokens[index]
        let assignment = directory.assignments[token.assignment]
        let (user, department) = (directory.users[assignment.user], directory.departments[assignment.department])
        guard ActorValidity.fault(token, in: directory, now: question.now) != nil else {
            return [
                "The token is valid until \(token.expires), neither suspended nor revoked.",
                "\(user.name) is active, and so are \(department.name) and all departments above it.",
            ]
        }
        return ["The policies were not evaluated: \(reason ?? traced.decision.code)\(detail(token, question.now))."]
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
            return "Denied: \(list(deciding)) failed, and a failure is a deny."
        default: return "Denied: \(Decision.words(for: code) ?? code)."
        }
    }

    private static func list(_ names: [ExactName]) -> String {
        guard let last = names.last else { return "nobody" }
        return names.count == 1 ? last.text : "each of \(names.dropLast().joined(separator: ", ")) and \(last)"
    }
}

extension PolicyTrace.Fact {
    /// A fact as a decision log has it: the expression, ` = `, the value.
    fileprivate init(logged text: String) {
        guard let end = text.firstRange(of: " = ") else {
            self.init(text: text, value: "")
            return
        }
        self.init(text: String(text[..<end.lowerBound]), value: String(text[end.upperBound...]))
    }
}
