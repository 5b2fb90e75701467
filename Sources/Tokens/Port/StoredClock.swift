/// The latest time that a store has seen, with its seal.
package struct StoredClock: Equatable, Sendable {
    /// Microseconds since 1970 in decimal digits; empty before a time was seen.
    package let value: String
    package let seal: KeyedDigest?

    package init(value: String, seal: KeyedDigest?) {
        self.value = value
        self.seal = seal
    }
}
