package import Model
package import Policies

/// A command that a plugin adds to the prompt.
package struct PluginCommand: Sendable {
    package let name: ExactName
    package let about: String
    package let parameters: [PluginFunction.Parameter]
    /// The path of the function in the table that `plugin.lua` returns.
    let path: String

    /// The usage line: `cidr NETWORK ADDRESS`.
    package var usage: String {
        ([name.text] + parameters.map { $0.isOptional ? "[\($0.name.text.uppercased())]" : $0.name.text.uppercased() })
            .joined(separator: " ")
    }
}
