package import Model

/// A plugin that policies may `use`, or a capability of the host that only plugins may use.
///
/// This is the seam between policies and the providers of plugins: policies do not know where a plugin comes from.
package struct Plugin: Sendable {
    /// The Lua program of a plugin, prepared for the interpreter.
    package struct Program: Sendable {
        /// The rewritten source, with its lines unmoved.
        package let bytes: [UInt8]
        /// True when its functions could remember something, so that the program is run anew for each call.
        package let keepsState: Bool

        package init(bytes: [UInt8], keepsState: Bool) {
            self.bytes = bytes
            self.keepsState = keepsState
        }
    }

    package let name: ExactName
    package var version = ""
    package var about = ""
    /// The file that declares it, as messages show it; empty for a capability.
    package var path = ""
    /// The capabilities of the host that it may `use`.
    package var needs: [ExactName] = []
    /// The plugins that it may `use`.
    package var requires: [ExactName] = []
    package var functions: [PluginFunction] = []
    package var attributes: [PluginAttribute] = []
    package var tables: [PluginTable] = []
    /// `nil` for a capability, which is not Lua.
    package var program: Program?

    package var isCapability: Bool { program == nil }

    package init(name: ExactName) {
        self.name = name
    }
}

/// A derived name on a type: `token.manages`. Reading it calls a function of one argument.
package struct PluginAttribute: Sendable {
    package let owner: ValueType
    package let function: PluginFunction

    package init(owner: ValueType, function: PluginFunction) {
        self.owner = owner
        self.function = function
    }

    /// The types that may have one, by their names in manifests.
    package static let owners: [ExactName: ValueType] = [
        "token": .token, "resource": .resource, "context": .context, "department": .department,
    ]
}
