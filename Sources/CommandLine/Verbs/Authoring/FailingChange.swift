internal import Presentation

/// The changes of decisions that fail a run.
enum FailingChange: String, CaseIterable {
    case widened
    case narrowed
    case any

    /// - Parameters:
    ///   - isEmpty: true when nothing changed at all.
    ///   - unknown: the number of decisions of which nothing is known: each may be a permit gained or lost.
    func isMet(widened: Int, narrowed: Int, isEmpty: Bool, unknown: Int) -> Bool {
        switch self {
        case .widened: widened > 0 || unknown > 0
        case .narrowed: narrowed > 0 || unknown > 0
        case .any: !isEmpty || unknown > 0
        }
    }
}

extension Option<FailingChange?> {
    static var failOnChange: Self { Self("fail-on", "CHANGE", "exit with status 5 for widened, narrowed, or any") }
}

extension Option<ImpactFormat> {
    static var impactFormat: Self { Self("format", "FORMAT", "text, json or markdown", default: .text) }
}
