/// A digest, and the number of the key that made it.
package struct KeyedDigest: Equatable, Sendable {
    package var key: Int
    package var digest: [UInt8]

    package init(key: Int, digest: [UInt8]) {
        self.key = key
        self.digest = digest
    }
}
