package import Model

/// A parameter that a policy declares with `settings { … }`.
package struct Setting: Sendable {
    package let type: ValueType
    /// The default; `absent` for a setting without one, `required "date"`.
    package let initial: Value

    /// True when `settings.json` must give its value.
    package var isRequired: Bool { if case .absent = initial { true } else { false } }
}
