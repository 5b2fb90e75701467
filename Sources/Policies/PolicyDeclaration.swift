/// What a policy declares of itself: when it is asked, and what it may say.
package struct PolicyDeclaration: Sendable {
    package var root: Root
    package var grants: [String]
    /// Evaluated, logged and counted, but never decides.
    package var isObserving: Bool
    package var isEnabled: Bool
    package var settings: [String: Setting]
}
