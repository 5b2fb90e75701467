internal import CSodium

/// libsodium, initialised once per process.
enum Sodium {
    /// True when the library is initialised. The first access initialises it, before keys are made or memory is locked.
    static let isReady: Bool = sodium_init() >= 0
}

/// A generator of random numbers from the system, through libsodium.
package struct SecureRandom: RandomNumberGenerator {
    package init() { precondition(Sodium.isReady, "libsodium cannot be initialised") }

    package mutating func next() -> UInt64 {
        var value: UInt64 = 0
        unsafe randombytes_buf(&value, 8)
        return value
    }

    /// Random bytes of the given count.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe randombytes_buf(&bytes, count)
        return bytes
    }
}
