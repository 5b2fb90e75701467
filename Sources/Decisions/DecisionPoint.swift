package import Model
package import Policies

/// Where every decision is made: request → liveness → policies → decision.
///
/// Owns an interpreter: for one thread only. Deciding does not throw; only a request that is no question does.
package final class DecisionPoint {
    private let directory: Directory
    private let evaluator: Evaluator
    /// Whether a decision carries what its policies read.
    package var explains = false
    /// Whether reasons are filled in; a caller that only counts them need not pay for it.
    package var tells = true

    package init(
        policies: PolicySet, directory: Directory, budget: Budget = Budget(), learning: Learning = Learning()
    ) throws(PolicyError) {
        self.directory = directory
        evaluator = try Evaluator(policies, budget: budget, learning: learning)
    }

    /// Answers a question, on the snapshot this was made with.
    /// - Throws: when the question is not what the schema requires; no decision then, but status 400.
    package func decide(_ question: Question) throws(RequestError) -> Decision {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        var decision: Decision
        switch try builder.build(question) {
        case .deny(let code): decision = .deny(code)
        case .request(let request):
            if let code = Liveness.fault(request) {
                decision = .deny(code)
            } else {
                _ = evaluator.evaluate(request)
                decision = combine(evaluator.outcomes, obligations: question.obligations)
            }
        }
        decision.version = evaluator.set.version
        decision.ignored = builder.ignored
        return decision
    }

    /// Any deny wins; a policy that failed is a deny; no permit is a deny. Order never matters.
    private func combine(_ outcomes: [Evaluation.Outcome], obligations: Question.Obligations) -> Decision {
        var decision = Decision(isPermitted: false, code: "not_permitted")
        var hasPermit = false
        for outcome in outcomes {
            let policy = evaluator.set.policies[outcome.policy]
            if explains { decision.traces.append(evaluator.trace(outcome)) }
            if let failure = Failure(outcome.ending, policy: policy.id) {
                if policy.isObserving {
                    decision.observedFailures.append(failure)
                } else {
                    decision.failures.append(failure)
                }
            }
            for statement in evaluator.statements(outcome, fills: tells || explains) {
                if policy.isObserving {
                    decision.observed.append(statement)
                    continue
                }
                switch statement.effect {
                case .permit:
                    hasPermit = true
                    decision.reasons.append(statement)
                case .deny: decision.reasons.append(statement)
                case .advise: decision.advice.append(statement)
                case .oblige: decision.obligations.append(statement)
                }
            }
        }
        let denies = decision.reasons.filter { $0.effect == .deny }
        if !denies.isEmpty {
            decision.code = "denied"
            decision.policyCode = denies.compactMap(\.code).first
        } else if !decision.failures.isEmpty {
            let exhausted = decision.failures.allSatisfy { $0.kind != .failed }
            decision.code = exhausted ? "budget_exhausted" : "policy_failed"
        } else if hasPermit {
            let unsupported = decision.obligations.contains { !obligations.contains($0.text) }
            decision.isPermitted = !unsupported
            decision.code = unsupported ? "obligation_unsupported" : "permitted"
        }
        // A permit of one policy is no reason for a deny by the others; obligations go with a permit only.
        if !decision.isPermitted {
            decision.reasons.removeAll { $0.effect == .permit }
            if decision.code != "obligation_unsupported" { decision.obligations = [] }
        }
        return decision
    }
}

extension Question.Obligations {
    fileprivate func contains(_ name: String) -> Bool {
        switch self {
        case .all: true
        case .named(let names): names.contains(name)
        }
    }
}

extension Failure {
    /// How an evaluation ended, when it did not end well.
    fileprivate init?(_ ending: Evaluation.Ending, policy: String) {
        switch ending {
        case .finished: return nil
        case .failed(let message, let line):
            self.init(policy: policy, line: line, kind: .failed, message: message)
        case .fuel:
            self.init(policy: policy, line: nil, kind: .fuel, message: "it runs on beyond its budget of instructions")
        case .memory: self.init(policy: policy, line: nil, kind: .memory, message: "it takes more memory than it may")
        case .deadline: self.init(policy: policy, line: nil, kind: .deadline, message: "it takes longer than it may")
        }
    }
}
