package import Model
package import Policies

/// A decision with the facts that led to it, taken apart, and the snapshot that it was made on.
package struct TracedDecision: Sendable {
    package let question: AuthorizationRequest
    package let decision: Decision
    /// What each policy that was asked read, by the policies' ids; empty when the core alone decided.
    package let readings: [ObservedFacts]
    package let directory: Directory
    /// The question with its names resolved; `nil` where the core denies what it names.
    package let request: ResolvedRequest?
    /// The evaluator's, for asking the same facts again.
    package let generation: Int

    /// Every fact, once, in the order in which it was first read.
    package var facts: [ObservedFact] {
        var facts: [ObservedFact] = []
        for reading in readings.flatMap(\.readings) where !facts.contains(where: reading.isSame) {
            facts.append(reading)
        }
        return facts
    }

    /// Everything that one policy said, whether it counted or not.
    package func statements(of policy: ExactName) -> [PolicyStatement] {
        let all = [decision.reasons, decision.overruled, decision.advice, decision.obligations, decision.observed]
        return all.joined().filter { $0.policy == policy }
    }

    /// How one policy failed, whether it counted or not.
    package func failures(of policy: ExactName) -> [Failure] {
        (decision.failures + decision.observedFailures).filter { $0.policy == policy }
    }
}

/// A decision in two words.
package struct DecisionSummary: Hashable, Sendable {
    package let isPermitted: Bool
    package let code: String

    package init(isPermitted: Bool, code: String) {
        self.isPermitted = isPermitted
        self.code = code
    }

    package init(_ decision: Decision) { self.init(isPermitted: decision.isPermitted, code: decision.code) }

    /// Whether policies were asked, and not the core alone.
    package var isOfPolicies: Bool {
        switch code {
        case "permitted", "denied", "not_permitted", "policy_failed", "budget_exhausted", "obligation_unsupported": true
        default: false
        }
    }
}

extension Authorizer {
    package var policies: PolicySet { evaluator.set }

    /// Takes other settings of the same policies, until it is given others again.
    package func use(_ policies: PolicySet) { evaluator.use(policies) }

    /// Answers a question in two words, in a fraction of the time that it takes to give reasons.
    /// - Throws: as `decide`.
    package func summary(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> DecisionSummary
    {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        switch try builder.build(question) {
        case .deny(let code): return DecisionSummary(isPermitted: false, code: code)
        case .request(var request): return summary(&request, obligations: question.obligations)
        }
    }

    /// Answers a question, and takes apart what the policies read.
    /// - Throws: as `decide`.
    package func examine(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> TracedDecision
    {
        let explained = explains
        explains = true
        defer { explains = explained }
        let decision = try decide(question, on: directory)
        // Without a trace no policy was asked, and what the last request came to is none of this one's.
        let readings = decision.traces.isEmpty ? [] : evaluator.outcomes.map(evaluator.readings)
        return TracedDecision(
            question: question, decision: decision, readings: readings, directory: directory,
            request: try request(question, on: directory), generation: evaluator.generation)
    }

    /// A question with its names resolved, whether who acts is live or not.
    /// - Returns: `nil` where the core denies what the question names: an unknown token, action …
    /// - Throws: as `decide`.
    package func request(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> ResolvedRequest?
    {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        guard case .request(let request) = try builder.build(question) else { return nil }
        return request
    }

    /// Judges a request that was made ready: liveness, then policies.
    /// - Parameter request: lent while it is judged, so that nothing of it is copied.
    package func summary(_ request: inout ResolvedRequest, obligations: AuthorizationRequest.Obligations)
        -> DecisionSummary
    {
        if let code = ActorValidity.fault(request) { return DecisionSummary(isPermitted: false, code: code) }
        let verdict = evaluator.evaluate(lent: &request)
        guard verdict.isObliging else { return DecisionSummary(isPermitted: verdict.isPermit, code: verdict.code) }
        _ = evaluator.evaluate(request)
        let tells = self.tells
        self.tells = false
        defer { self.tells = tells }
        return DecisionSummary(combine(obligations: obligations))
    }

    /// What was read for the request that was judged last, as numbers: where they are the same, the same facts came to
    /// the same. Good as long as `generation` stays; `nil` where a policy had to be run.
    /// - Precondition: policies were asked, and not the core alone.
    package var path: [UInt32]? { evaluator.path }

    package var generation: Int { evaluator.generation }

    /// What facts that were read come to for another request; `nil` once nothing is known of how they were read.
    package func values(of facts: [ObservedFact], for request: ResolvedRequest, generation: Int) -> [Value]? {
        evaluator.values(of: facts, for: request, generation: generation)
    }
}
