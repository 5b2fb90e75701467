package import Model

/// What a plugin provides to others than policies: to `check`, and to the prompt.
package struct PluginExtras: Sendable {
    /// A rule about policies.
    package struct Check: Sendable {
        package let name: ExactName
        package let about: String
        /// Whether what it finds is an error, and no warning.
        package let isError: Bool
        /// `nil` where the plugin gives none.
        package let examples: Examples?
        /// Where `plugin.lua` declares it.
        package let line: Int
        /// Of the function, in the table that `plugin.lua` returns.
        let path: String

        /// Policies that show what it is about, as texts.
        package struct Examples: Sendable {
            /// One in which it finds nothing.
            package let good: String
            /// One in which it finds something.
            package let bad: String
        }
    }

    package var checks: [Check] = []
    package var commands: [PluginCommand] = []
    package var sinks: [SinkRecord.Declared] = []

    package init() {}
}
