package import Model

/// The declaration of a policy: the requests it applies to, its grants, its mode and its settings.
package struct PolicyDeclaration: Sendable {
    package var shape: RequestShape
    package var grants: [ExactName]
    /// Evaluated, logged and counted, but never decides.
    package var isObserving: Bool
    package var isEnabled: Bool
    package var settings: [ExactName: Setting]
    /// The plugins it uses, by number in the set.
    var plugins: Set<Int> = []
    /// Its description and its owner, where it states them.
    package var about: String?
    package var owner: String?
}
