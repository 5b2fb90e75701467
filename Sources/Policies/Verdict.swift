internal import Model

/// What policies came to, in flags: enough to decide, without a word of why.
package struct Verdict: OptionSet, Sendable {
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

    /// What one policy's evaluation adds; nothing when it only observes.
    init(_ outcome: Evaluation.Outcome, isObserving: Bool) {
        self = []
        if isObserving { return }
        switch outcome.ending {
        case .finished: break
        case .failed: insert(.fails)
        case .fuel, .memory, .deadline: insert(.exhausts)
        }
        for effect in outcome.effects {
            switch effect.kind {
            case .permit: insert(.permits)
            case .deny: insert(.denies)
            case .oblige: insert(.obliges)
            case .advise: break
            }
        }
    }
}
