package import Model

/// The last use of a token, with a seal of its own: it is written far more often than the token changes.
///
/// An older value with its own seal is not noticed, because nothing counts uses.
package struct TokenUse: Equatable, Sendable {
    package let token: TokenID
    /// The time of the last use; `nil` for a token that was never used, which is sealed as well.
    package let lastActive: Instant?
    /// The action of the last use, and the network that its request came from, where these are known.
    package let action: ExactName?
    package let network: IPNetwork?
    /// The number of uses of a token whose ceiling limits them; 0 for every other.
    package let count: Int

    package init(
        token: TokenID, lastActive: Instant?, action: ExactName? = nil, network: IPNetwork? = nil, count: Int = 0
    ) {
        self.token = token
        self.lastActive = lastActive
        self.action = action
        self.network = network
        self.count = count
    }

    /// The sealed message: the same bytes on every machine, and different ones for a token that was never used.
    private var words: (UInt64, UInt64, UInt64, UInt64) {
        let time = UInt64(bitPattern: lastActive?.microseconds ?? 0)
        return (
            token.high.littleEndian, token.low.littleEndian, time.littleEndian,
            UInt64(lastActive == nil ? 0 : 1).littleEndian
        )
    }

    /// The sealed message of a use of which more than the time is known. Its domain is its own, so that none of the two
    /// messages is the other's.
    private var message: [UInt8] {
        var message = CanonicalEncoder("token-use-v2")
        message.add(token)
        message.add(lastActive)
        message.add(action)
        message.add(network?.description)
        message.add(Int64(count))
        return message.bytes
    }

    private func digest(_ key: Key) -> [UInt8] {
        action == nil && network == nil && count == 0 ? key.shortMAC(words) : key.mac(message)
    }

    func seal(with key: Key) -> KeyedDigest { KeyedDigest(key: key.number, digest: digest(key)) }

    func carries(_ seal: KeyedDigest?, _ keys: Keyring) -> Bool {
        guard let seal, let key = keys.live(seal.key) else { return false }
        return KeyedHash.isSame(digest(key), seal.digest)
    }

    /// A use to record.
    package struct Occasion: Equatable, Sendable {
        package let time: Instant
        package let action: ExactName?
        /// The neighbourhood of the address that the request came from.
        package let network: IPNetwork?

        package init(_ time: Instant, action: ExactName? = nil, address: IPAddress? = nil) {
            self.time = time
            self.action = action
            network = address.map(IPNetwork.init(around:))
        }
    }

    /// True when a use should be noted: the first, or one at least a minute after the last; never an earlier one.
    func isDue(_ now: Instant) -> Bool {
        guard let lastActive else { return true }
        let (elapsed, isBeyond) = now.microseconds.subtractingReportingOverflow(lastActive.microseconds)
        return !isBeyond && elapsed >= 60_000_000
    }
}
