package import Model

/// The latest time that the store has seen, with its seal. An older value with its own seal is not noticed.
extension TokenService {
    static let clockFault = "the latest time that the store has seen was changed without its keys"

    /// The latest time that the store has seen; `nil` before there is one.
    /// - Throws: `.tampered` without a valid seal: an earlier time would make expired tokens valid again.
    package var highWater: Instant? {
        get throws(TokenStoreError) {
            if isReadOnly { return nil }
            guard let clock = try store.clock, try carriesSeal(clock) else {
                throw TokenStoreError(
                    .tampered,
                    "\(Self.clockFault): run `demilune store verify`, then restore a backup or run "
                        + "`demilune store reseal`")
            }
            return Int64(clock.value).map { Instant(stored: $0) }
        }
    }

    package func isClockIntact() throws(TokenStoreError) -> Bool {
        _ = try keys
        guard let clock = try store.clock else { return false }
        return try carriesSeal(clock)
    }

    /// Writes and seals the latest time.
    /// - Parameter now: `nil` for a store that has seen no time.
    func setClock(_ now: Instant?, _ key: Key) throws(TokenStoreError) {
        let value = now.map { String($0.stored.microseconds) } ?? ""
        let seal = KeyedDigest(key: key.number, digest: key.mac(try message(value)))
        try store.setClock(StoredClock(value: value, seal: seal))
    }

    /// Seals the time with another key, if its present seal is valid.
    func resealClock(_ key: Key) throws(TokenStoreError) {
        guard let clock = try store.clock, clock.seal?.key != key.number, try carriesSeal(clock) else { return }
        try setClock(Int64(clock.value).map { Instant(stored: $0) }, key)
    }

    /// Clears a time whose seal is not valid, or that is later than the clock.
    func correctClock() throws(TokenStoreError) {
        try writeUnlogged { () throws(TokenStoreError) in
            if try isClockIntact() { guard let seen = try highWater, seen > clock() else { return } }
            try setClock(nil, keys.active)
        }
    }

    private func carriesSeal(_ clock: StoredClock) throws(TokenStoreError) -> Bool {
        guard let seal = clock.seal, let key = try keys.live(seal.key) else { return false }
        return KeyedHash.isSame(key.mac(try message(clock.value)), seal.digest)
    }

    private func message(_ value: String) throws(TokenStoreError) -> [UInt8] {
        var message = CanonicalEncoder("clock-v1")
        message.add(try id)
        message.add(value)
        return message.bytes
    }

    private static let tolerance: Int64 = 60_000_000

    func checkClock(_ now: Instant) throws(TokenStoreError) {
        let seen = try highWater
        if let seen, now.microseconds < seen.microseconds - Self.tolerance {
            throw TokenStoreError(
                .clock,
                "the time \(now) is earlier than \(seen), the latest time in this store: give a later `--at`, or set the "
                    + "clock; if the store's time is wrong, `demilune store reseal --yes` clears it")
        }
        // A given time later than the clock does not count as seen.
        let latest = max(min(now, clock()), seen ?? now)
        if latest != seen { try setClock(latest, keys.active) }
    }
}
