package import Model

/// What policies may `use`: a plugin, or for plugins alone a capability of the host.
///
/// This is the seam between policies and what provides plugins: policies know nothing of where one comes from.
package struct Plugin: Sendable {
    /// Its Lua, made ready for the interpreter.
    package struct Program: Sendable {
        /// The rewritten source, every line where it was.
        let bytes: [UInt8]
        /// Whether its functions could remember something, so that it is run anew for each call.
        let keepsState: Bool

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
    /// `nil` for a capability, which is no Lua.
    package var program: Program?

    package var isCapability: Bool { program == nil }

    package init(name: ExactName) {
        self.name = name
    }
}

/// A derived name on a type: `token.manages`. Reading it asks a function of one argument.
package struct PluginAttribute: Sendable {
    package let owner: ValueType
    package let function: PluginFunction

    package init(owner: ValueType, function: PluginFunction) {
        self.owner = owner
        self.function = function
    }

    /// What may have one, by the name that a manifest says.
    package static let owners: [ExactName: ValueType] = [
        "token": .token, "resource": .resource, "context": .context, "department": .department,
    ]
}
