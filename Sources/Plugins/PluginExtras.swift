package import Model

/// The parts of a plugin that are not for policies: checks, commands and sinks.
package struct PluginExtras: Sendable {
    /// A rule about policies.
    package struct Check: Sendable {
        package let name: ExactName
        package let about: String
        /// True when its findings are errors, not warnings.
        package let isError: Bool
        /// `nil` when the plugin gives none.
        package let examples: Examples?
        /// The line of its declaration in `plugin.lua`.
        package let line: Int
        /// The path of the function in the table that `plugin.lua` returns.
        let path: String

        /// The sources of policies that illustrate the rule.
        package struct Examples: Sendable {
            /// A policy without findings.
            package let good: String
            /// A policy with findings.
            package let bad: String
        }
    }

    package var checks: [Check] = []
    package var commands: [PluginCommand] = []
    package var sinks: [SinkRecord.Declared] = []

    package init() {}
}
