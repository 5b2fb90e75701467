package import Model

/// A parameter that a policy declares with `settings { … }`.
package struct Setting: Sendable {
    package let type: ValueType
    /// `absent` for an optional one without a value.
    package let initial: Value
}
