package import Engine
package import Model
package import Policies

/// A decision with the structured facts that led to it, and the snapshot on which it was made.
package struct TracedDecision: Sendable {
    package let question: AuthorizationRequest
    package let decision: Decision
    /// The facts that each policy read, by the policies' ids; empty when the core alone decided.
    package let observedFacts: [ObservedFacts]
    /// The outcome of each policy that applied, by the policies' numbers; empty when the core alone decided.
    package let outcomes: [Outcome]
    package let directory: Directory
    /// The request with its names resolved; `nil` where the core denies a name in it.
    package let request: ResolvedRequest?
    /// The evaluator's generation, for evaluating the same facts again.
    package let generation: Int

    /// Every fact, once, in the order in which it was first read.
    package var facts: [ObservedFact] {
        var facts: [ObservedFact] = []
        for observedFact in observedFacts.flatMap(\.observedFacts) where !facts.contains(where: observedFact.isSame) {
            facts.append(observedFact)
        }
        return facts
    }

    /// All statements of one policy by line, also those that did not count.
    package func statements(of policy: ExactName) -> [PolicyStatement] {
        let all = [decision.reasons, decision.overruled, decision.advice, decision.obligations, decision.observed]
        return all.joined().filter { $0.policy == policy }.sorted { $0.line < $1.line }
    }

    /// The failures of one policy, also those that did not count.
    package func failures(of policy: ExactName) -> [Failure] {
        (decision.failures + decision.observedFailures).filter { $0.policy == policy }
    }
}

/// The verdict and the code of a decision.
package struct DecisionSummary: Hashable, Sendable {
    package let isPermitted: Bool
    package let code: String
    /// The obligations, the advice and the code of a policy, without their wording; empty where they are not asked for.
    package let said: [String]

    package init(isPermitted: Bool, code: String, said: [String] = []) {
        self.isPermitted = isPermitted
        self.code = code
        self.said = said
    }

    package init(_ decision: Decision) { self.init(isPermitted: decision.isPermitted, code: decision.code) }

    /// True when policies decided, and not the core alone.
    package var isOfPolicies: Bool {
        switch code {
        case "permitted", "denied", "not_permitted", "policy_failed", "budget_exhausted", "obligation_unsupported": true
        default: false
        }
    }
}

extension Authorizer {
    package var policies: PolicySet { evaluator.set }

    /// The verdict and code for a request, in a fraction of the time of a decision with reasons.
    /// - Throws: as `decide`.
    package func decisionSummary(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> DecisionSummary
    {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        switch try builder.build(question) {
        case .deny(let code): return DecisionSummary(isPermitted: false, code: code)
        case .request(var request): return decisionSummary(&request, obligations: question.supported)
        }
    }

    /// Decides a request, and records the facts that the policies read.
    /// - Throws: as `decide`.
    package func examine(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> TracedDecision
    {
        let decision = try decide(question, on: directory, detail: .trace)
        // Without a trace no policy ran, and the evaluator's outcomes belong to an earlier request.
        let outcomes = decision.traces.isEmpty ? [] : evaluator.outcomes
        return TracedDecision(
            question: question, decision: decision, observedFacts: outcomes.map(evaluator.observedFacts),
            outcomes: outcomes, directory: directory, request: try request(question, on: directory),
            generation: evaluator.generation)
    }

    /// The request with its names resolved, whether the actor is valid or not.
    /// - Returns: `nil` where the core denies a name in the request: an unknown token, action …
    /// - Throws: as `decide`.
    package func request(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> ResolvedRequest?
    {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        guard case .request(let request) = try builder.build(question) else { return nil }
        return request
    }

    /// Decides a prepared request: validity of the actor, then policies.
    /// - Parameter request: lent while it is decided, so that nothing of it is copied.
    package func decisionSummary(_ request: inout ResolvedRequest, obligations: AuthorizationRequest.Obligations)
        -> DecisionSummary
    {
        decisionSummary(&request, isInFull: false, obligations)
    }

    private func decisionSummary(
        _ request: inout ResolvedRequest, isInFull: Bool, _ obligations: AuthorizationRequest.Obligations
    ) -> DecisionSummary {
        if let code = fault(request) { return DecisionSummary(isPermitted: false, code: code) }
        let verdict = evaluator.evaluate(lent: &request, isInFull: isInFull)
        guard verdict.isPermit, verdict.isObliging else {
            return DecisionSummary(isPermitted: verdict.isPermit, code: verdict.code)
        }
        _ = evaluator.evaluate(request, isInFull: isInFull)
        return DecisionSummary(combine(.counts, obligations: obligations))
    }

    /// The same, with the facts that were read, as numbers: equal paths mean that the same facts had the same values, as
    /// long as `generation` stays.
    /// - Returns: with `nil` for the path where a policy had to be run, or the core alone decided.
    package func tracedSummary(_ request: inout ResolvedRequest, obligations: AuthorizationRequest.Obligations)
        -> (summary: DecisionSummary, path: [UInt32]?)
    {
        let summary = decisionSummary(&request, isInFull: true, obligations)
        return (summary, summary.isOfPolicies ? evaluator.path : nil)
    }

    package var generation: Int { evaluator.generation }

    /// The values of observed facts for another request; `nil` when the evaluator's generation has changed since.
    package func values(of facts: [ObservedFact], for request: ResolvedRequest, generation: Int) -> [Value]? {
        evaluator.values(of: facts, for: request, generation: generation)
    }
}
