internal import Model

/// The result of policies, in flags: enough to decide, without any reasons.
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
    /// A policy stated an obligation for a permit.
    package static let obliges = Verdict(rawValue: 16)

    /// A policy that only observes called an effect, or failed.
    package static let observes = Verdict(rawValue: 32)

    /// A policy stated an obligation for a deny.
    package static let obligesOnDeny = Verdict(rawValue: 64)

    /// The verdict of one policy's outcome.
    init(_ outcome: Outcome, isObserving: Bool) {
        self.init(outcome.termination, says: !outcome.effects.isEmpty, isObserving: isObserving)
        if !isObserving { for effect in outcome.effects { formUnion(Verdict(effect)) } }
    }

    /// The part of a verdict that follows from how an evaluation ended.
    init(_ termination: Outcome.Termination, says: Bool, isObserving: Bool) {
        switch termination {
        case .finished: self = isObserving && says ? .observes : []
        case .failed: self = isObserving ? .observes : .fails
        case .fuel, .memory, .deadline: self = isObserving ? .observes : .exhausts
        }
    }

    /// The part of a verdict that follows from one effect.
    init(_ effect: CalledEffect) {
        switch effect.kind {
        case .permit: self = .permits
        case .deny: self = .denies
        case .oblige: self = effect.occasion == .permit ? .obliges : .obligesOnDeny
        case .advise: self = []
        }
    }

    /// True when obligations belong to the decision that follows from the verdict.
    package var isObliging: Bool {
        rawValue & (isPermit ? Verdict.obliges.rawValue : Verdict.obligesOnDeny.rawValue) != 0
    }

    /// True when it permits a caller who can fulfil its obligations.
    package var isPermit: Bool {
        let against = Verdict.denies.rawValue | Verdict.fails.rawValue | Verdict.exhausts.rawValue
        return rawValue & (against | Verdict.permits.rawValue) == Verdict.permits.rawValue
    }

    /// True when a policy with this verdict is a reason for the decision, or failed.
    func isReason(ofPermit isPermitted: Bool) -> Bool {
        rawValue & Verdict.reasons(ofPermit: isPermitted).rawValue != 0
    }

    /// The parts of a verdict that make a policy a reason for a decision.
    static func reasons(ofPermit isPermitted: Bool) -> Verdict {
        let against = Verdict.denies.rawValue | Verdict.fails.rawValue | Verdict.exhausts.rawValue
        return Verdict(rawValue: isPermitted ? against | Verdict.permits.rawValue : against)
    }
}
