/// What a plugin provides to others than policies: to `check`, and to the prompt.
package struct PluginExtras: Sendable {
    /// A rule about policies.
    package struct Check: Sendable {
        package let name: String
        package let about: String
        /// Whether what it finds is an error, and no warning.
        package let isError: Bool
        /// Of the function, in the table that `plugin.lua` returns.
        let path: String
    }

    package var checks: [Check] = []
    package var commands: [PluginCommand] = []
    package var sinks: [PluginSink.Declared] = []

    package init() {}
}
