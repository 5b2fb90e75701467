internal import Model

/// The decision on a request that leaves properties open: permitted or denied whatever they are, or depending on them.
package enum ConditionalDecision: Equatable, Sendable {
    /// Permitted; the open properties make no difference.
    case yes
    /// Denied; the open properties make no difference.
    case no
    /// Permitted with these changes, and denied as stated. Both were decided.
    case when([Change])
    /// Permitted as stated, and denied with these changes. Both were decided.
    case unless([Change])
    /// Depends on the content of these properties in a way that cannot be analysed; no example was found.
    case reads([Change.Property], isPermitted: Bool)

    /// True when it is permitted under some circumstances.
    package var isPossible: Bool {
        switch self {
        case .yes, .when, .unless, .reads: true
        case .no: false
        }
    }

    /// The properties that it depends on.
    package var properties: [Change.Property] {
        switch self {
        case .yes, .no: []
        case .when(let changes), .unless(let changes):
            changes.compactMap { if case .property(let property, _) = $0 { property } else { nil } }
        case .reads(let properties, _): properties
        }
    }
}
