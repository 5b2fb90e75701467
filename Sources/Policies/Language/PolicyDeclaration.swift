package import Model

/// What a policy declares of itself: when it is asked, and what it may say.
package struct PolicyDeclaration: Sendable {
    package var root: RequestShape
    package var grants: [ExactName]
    /// Evaluated, logged and counted, but never decides.
    package var isObserving: Bool
    package var isEnabled: Bool
    package var settings: [ExactName: Setting]
    /// The plugins it uses, by number in the set.
    var plugins: Set<Int> = []
    /// What it is about, and who answers for it, where it says so.
    package var about: String?
    package var owner: String?
}
