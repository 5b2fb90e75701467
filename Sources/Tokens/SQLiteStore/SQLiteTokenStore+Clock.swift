package import Model

/// The latest time that the store has seen, with its seal. An older value with its own seal is not noticed.
extension SQLiteTokenStore {
    static let clockFault = "the latest time that the store has seen was changed without its keys"

    /// The latest time that the store has seen; `nil` before there is one.
    /// - Throws: `.tampered` without a valid seal: an earlier time would make expired tokens valid again.
    package var highWater: Instant? {
        get throws(TokenStoreError) {
            guard let clock = try storedClock(), carriesSeal(clock) else {
                throw TokenStoreError(
                    .tampered,
                    "\(Self.clockFault): run `demilune store verify`, then restore a backup or run "
                        + "`demilune store reseal`")
            }
            return Int64(clock.value).map { Instant(stored: $0) }
        }
    }

    package func isClockIntact() throws(TokenStoreError) -> Bool { try storedClock().map(carriesSeal) ?? false }

    /// Writes and seals the latest time.
    /// - Parameter now: `nil` for a store that has seen no time.
    func setClock(_ now: Instant?, _ key: Key) throws(TokenStoreError) {
        let value = now.map { String($0.stored.microseconds) } ?? ""
        let values: [SQLStatement.Parameter] = [
            .text(value), .blob(key.mac(message(value))), .integer(Int64(key.number)),
        ]
        try connection.run(
            """
            INSERT INTO meta (name, value, mac, mac_key) VALUES ('clock', ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value, mac = excluded.mac, mac_key = excluded.mac_key
            """, values)
        try connection.confirm(
            "SELECT value, mac, mac_key FROM meta WHERE name = 'clock'", [], is: values, "the latest time")
    }

    /// Seals the time with another key, if its present seal is valid.
    func resealClock(_ key: Key) throws(TokenStoreError) {
        guard let clock = try storedClock(), clock.seal?.key != key.number, carriesSeal(clock) else { return }
        try setClock(Int64(clock.value).map { Instant(stored: $0) }, key)
    }

    /// Clears a time whose seal is not valid, or that is later than the clock.
    func correctClock() throws(TokenStoreError) {
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            try requireCurrent()
            if try isClockIntact() { guard let seen = try highWater, seen > clock() else { return } }
            try setClock(nil, keys.active)
        }
    }

    private struct StoredClock {
        /// Microseconds; empty before a time was seen.
        let value: String
        let seal: StoredToken.Lookup?
    }

    private func storedClock() throws(TokenStoreError) -> StoredClock? {
        try connection.first("SELECT value, mac, mac_key FROM meta WHERE name = 'clock'") {
            StoredClock(value: $0.text(0), seal: StoredToken.lookup($0, 1))
        }
    }

    private func carriesSeal(_ clock: StoredClock) -> Bool {
        guard let seal = clock.seal, let key = keys.live(seal.key) else { return false }
        return KeyedHash.isSame(key.mac(message(clock.value)), seal.digest)
    }

    private func message(_ value: String) -> [UInt8] {
        var message = CanonicalEncoder("clock-v1")
        message.add(id)
        message.add(value)
        return message.bytes
    }
}
