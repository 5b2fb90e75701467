package import Model
package import Policies

/// A decision with the facts that led to it, taken apart, and the snapshot that it was made on.
package struct Examination: Sendable {
    package let question: Question
    package let decision: Decision
    /// What each policy that was asked read, by the policies' ids; empty when the core alone decided.
    package let readings: [ObservedFacts]
    package let directory: Directory
    /// The question with its names resolved; `nil` where the core denies what it names.
    package let request: Request?
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
package struct Judgement: Hashable, Sendable {
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

extension DecisionPoint {
    package var policies: PolicySet { evaluator.set }

    /// Takes other settings of the same policies, until it is given others again.
    package func use(_ policies: PolicySet) { evaluator.use(policies) }

    /// Answers a question in two words, in a fraction of the time that it takes to give reasons.
    /// - Throws: as `decide`.
    package func judge(_ question: Question, on directory: Directory) throws(RequestError) -> Judgement {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        switch try builder.build(question) {
        case .deny(let code): return Judgement(isPermitted: false, code: code)
        case .request(var request): return judge(&request, obligations: question.obligations)
        }
    }

    /// Answers a question, and takes apart what the policies read.
    /// - Throws: as `decide`.
    package func examine(_ question: Question, on directory: Directory) throws(RequestError) -> Examination {
        let explained = explains
        explains = true
        defer { explains = explained }
        let decision = try decide(question, on: directory)
        // Without a trace no policy was asked, and what the last request came to is none of this one's.
        let readings = decision.traces.isEmpty ? [] : evaluator.outcomes.map(evaluator.readings)
        return Examination(
            question: question, decision: decision, readings: readings, directory: directory,
            request: try request(question, on: directory), generation: evaluator.generation)
    }

    /// A question with its names resolved, whether who acts is live or not.
    /// - Returns: `nil` where the core denies what the question names: an unknown token, action …
    /// - Throws: as `decide`.
    package func request(_ question: Question, on directory: Directory) throws(RequestError) -> Request? {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        guard case .request(let request) = try builder.build(question) else { return nil }
        return request
    }

    /// Judges a request that was made ready: liveness, then policies.
    /// - Parameter request: lent while it is judged, so that nothing of it is copied.
    package func judge(_ request: inout Request, obligations: Question.Obligations) -> Judgement {
        if let code = Liveness.fault(request) { return Judgement(isPermitted: false, code: code) }
        let verdict = evaluator.evaluate(lent: &request)
        guard verdict.isObliging else { return Judgement(isPermitted: verdict.isPermit, code: verdict.code) }
        _ = evaluator.evaluate(request)
        let tells = self.tells
        self.tells = false
        defer { self.tells = tells }
        return Judgement(combine(obligations: obligations))
    }

    /// What was read for the request that was judged last, as numbers: where they are the same, the same facts came to
    /// the same. Good as long as `generation` stays; `nil` where a policy had to be run.
    /// - Precondition: policies were asked, and not the core alone.
    package var path: [UInt32]? { evaluator.path }

    package var generation: Int { evaluator.generation }

    /// What facts that were read come to for another request; `nil` once nothing is known of how they were read.
    package func values(of facts: [ObservedFact], for request: Request, generation: Int) -> [Value]? {
        evaluator.values(of: facts, for: request, generation: generation)
    }
}
