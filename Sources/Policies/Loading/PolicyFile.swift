package import Model

/// A file of a policy set or of a plugin, as it was read.
package struct PolicyFile: Sendable {
    package let name: ExactName
    /// Without the byte order mark that some editors put before UTF-8.
    package let bytes: [UInt8]

    package init(name: ExactName, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }
}
