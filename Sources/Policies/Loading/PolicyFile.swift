package import Model

/// A file of a policy set or of a plugin, as it was read.
package struct PolicyFile: Sendable {
    package let name: ExactName
    package let bytes: [UInt8]

    package init(name: ExactName, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}
