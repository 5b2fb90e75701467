internal import CSodium

/// libsodium, made ready once a process.
enum Sodium {
    /// Touching it makes ready what the library needs before keys are made or memory is locked.
    static let isReady: Bool = sodium_init() >= 0
}

/// Randomness from the system, through libsodium.
package struct SecureRandom: RandomNumberGenerator {
    package init() { precondition(Sodium.isReady, "libsodium cannot be made ready") }

    package mutating func next() -> UInt64 {
        var value: UInt64 = 0
        unsafe randombytes_buf(&value, 8)
        return value
    }

    /// So many random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe randombytes_buf(&bytes, count)
        return bytes
    }
}
