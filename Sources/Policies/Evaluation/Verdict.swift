internal import Model

/// What policies came to, in flags: enough to decide, without a word of why.
package struct Verdict: OptionSet, Sendable, BitwiseCopyable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let permits = Verdict(rawValue: 1)
    package static let denies = Verdict(rawValue: 2)
    /// A policy raised an error.
    package static let fails = Verdict(rawValue: 4)
    /// A policy was stopped by one of its budgets.
    package static let exhausts = Verdict(rawValue: 8)
    package static let obliges = Verdict(rawValue: 16)

    /// A policy that only observes had something to say, or failed.
    package static let observes = Verdict(rawValue: 32)

    /// What one policy's evaluation adds.
    init(_ outcome: Outcome, isObserving: Bool) {
        self.init(outcome.termination, says: !outcome.effects.isEmpty, isObserving: isObserving)
        if !isObserving { for effect in outcome.effects { formUnion(Verdict(effect.kind)) } }
    }

    /// What the ending of an evaluation adds to what it said.
    init(_ termination: Outcome.Termination, says: Bool, isObserving: Bool) {
        switch termination {
        case .finished: self = isObserving && says ? .observes : []
        case .failed: self = isObserving ? .observes : .fails
        case .fuel, .memory, .deadline: self = isObserving ? .observes : .exhausts
        }
    }

    /// What one effect adds.
    init(_ effect: PolicyStatement.Effect) {
        switch effect {
        case .permit: self = .permits
        case .deny: self = .denies
        case .oblige: self = .obliges
        case .advise: self = []
        }
    }

    package var isObliging: Bool { rawValue & Verdict.obliges.rawValue != 0 }

    /// Whether it permits, to somebody who can do what is asked of them.
    package var isPermit: Bool {
        let against = Verdict.denies.rawValue | Verdict.fails.rawValue | Verdict.exhausts.rawValue
        return rawValue & (against | Verdict.permits.rawValue) == Verdict.permits.rawValue
    }

    /// Whether a policy that came to this is a reason for the decision, or failed.
    func isReason(ofPermit isPermitted: Bool) -> Bool {
        let against = Verdict.denies.rawValue | Verdict.fails.rawValue | Verdict.exhausts.rawValue
        return rawValue & (isPermitted ? against | Verdict.permits.rawValue : against) != 0
    }
}
