package import Model

/// The last use of a token, with a seal of its own: it is written far more often than the token changes.
///
/// An older value with its own seal is not noticed, because nothing counts uses.
package struct TokenUse: Equatable, Sendable {
    package let token: TokenID
    /// The time of the last use; `nil` for a token that was never used, which is sealed as well.
    package let lastActive: Instant?

    package init(token: TokenID, lastActive: Instant?) {
        self.token = token
        self.lastActive = lastActive
    }

    /// The sealed message: the same bytes on every machine, and different ones for a token that was never used.
    private var words: (UInt64, UInt64, UInt64, UInt64) {
        let time = UInt64(bitPattern: lastActive?.microseconds ?? 0)
        return (
            token.high.littleEndian, token.low.littleEndian, time.littleEndian,
            UInt64(lastActive == nil ? 0 : 1).littleEndian
        )
    }

    func seal(with key: Key) -> KeyedDigest {
        KeyedDigest(key: key.number, digest: key.shortMAC(words))
    }

    func carries(_ seal: KeyedDigest?, _ keys: Keyring) -> Bool {
        guard let seal, let key = keys.live(seal.key) else { return false }
        return KeyedHash.isSame(key.shortMAC(words), seal.digest)
    }

    /// True when a use should be noted: the first, or one at least a minute after the last; never an earlier one.
    func isDue(_ now: Instant) -> Bool {
        guard let lastActive else { return true }
        let (elapsed, isBeyond) = now.microseconds.subtractingReportingOverflow(lastActive.microseconds)
        return !isBeyond && elapsed >= 60_000_000
    }
}
