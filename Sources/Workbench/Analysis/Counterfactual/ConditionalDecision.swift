internal import Model

/// What may be said of a question that leaves something open: whether it is permitted whatever that is.
package enum ConditionalDecision: Equatable, Sendable {
    /// Permitted; what is not stated makes no difference.
    case yes
    /// Denied; what is not stated makes no difference.
    case no
    /// Permitted with these, and denied with nothing more than is stated: both were decided.
    case when([Change])
    /// Permitted with nothing more than is stated, and denied with these: both were decided.
    case unless([Change])
    /// It depends on the content of these in a way that cannot be told from outside; no example was found.
    case reads([Change.Property], isPermitted: Bool)

    /// Whether it is permitted under some circumstances.
    package var isPossible: Bool {
        switch self {
        case .yes, .when, .unless, .reads: true
        case .no: false
        }
    }

    /// What it depends on.
    package var properties: [Change.Property] {
        switch self {
        case .yes, .no: []
        case .when(let changes), .unless(let changes):
            changes.compactMap { if case .property(let property, _) = $0 { property } else { nil } }
        case .reads(let properties, _): properties
        }
    }
}
