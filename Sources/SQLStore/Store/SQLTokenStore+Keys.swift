package import Tokens

extension SQLTokenStore {
    package var keys: [(number: Int, canary: [UInt8])] {
        get throws(TokenStoreError) {
            var keys: [(number: Int, canary: [UInt8])] = []
            try database.rows("SELECT number, canary FROM keys ORDER BY number") {
                keys.append((Int($0.integer(0)), $0.blob(1) ?? []))
            }
            return keys
        }
    }

    package var keyUses: [Int: Int] {
        get throws(TokenStoreError) {
            let isDifferent = database.dialect.isDifferent
            let columns = ["mac_key", "lookup_key", "reveal_key", "previous_key", "use_key"]
            // A row that needs one key for several purposes counts once.
            let parts = columns.enumerated().map { place, column in
                let others = columns.prefix(place).map { "\(column) \(isDifferent) \($0)" }
                let condition = others.isEmpty ? "" : " WHERE " + others.joined(separator: " AND ")
                return "SELECT \(column) AS key FROM tokens\(condition)"
            }
            let all = (parts + ["SELECT mac_key FROM tenants"]).joined(separator: " UNION ALL ")
            var uses: [Int: Int] = [:]
            try database.rows("SELECT key, count(*) FROM (\(all)) AS needed WHERE key IS NOT NULL GROUP BY key") {
                uses[Int($0.integer(0))] = Int($0.integer(1))
            }
            return uses
        }
    }

    package var isSealed: Bool {
        get throws(TokenStoreError) {
            let conditions = [
                "tokens WHERE mac IS NOT NULL OR use_mac IS NOT NULL", "log", "tenants WHERE mac IS NOT NULL",
                "meta WHERE mac IS NOT NULL",
            ]
            for condition in conditions
            where try database.first("SELECT 1 FROM \(condition) LIMIT 1", [], { _ in true }) != nil { return true }
            return false
        }
    }

    package func addKey(_ number: Int, canary: [UInt8]) throws(TokenStoreError) {
        try database.run(
            "INSERT INTO keys (number, canary) VALUES (?, ?) ON CONFLICT (number) DO NOTHING",
            [.integer(Int64(number)), .blob(canary)], rows: 0...1)
    }

    package func removeKey(_ number: Int) throws(TokenStoreError) {
        try database.run("DELETE FROM keys WHERE number = ?", [.integer(Int64(number))])
    }

    // MARK: The clock

    package var clock: StoredClock? {
        get throws(TokenStoreError) {
            try database.first("SELECT value, mac, mac_key FROM meta WHERE name = 'clock'") { row in
                // A digest without a key is no valid seal, but the store is no older one, which had none.
                let seal = row.blob(1).map { KeyedDigest(key: row.optionalInteger(2) ?? 0, digest: $0) }
                return StoredClock(value: row.text(0), seal: seal)
            }
        }
    }

    package func setClock(_ clock: StoredClock) throws(TokenStoreError) {
        let values: [SQLParameter] = [
            .text(clock.value), .optional(clock.seal?.digest), .optional(clock.seal?.key),
        ]
        try database.run(
            """
            INSERT INTO meta (name, value, mac, mac_key) VALUES ('clock', ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value, mac = excluded.mac, mac_key = excluded.mac_key
            """, values)
        try database.confirm(
            "SELECT value, mac, mac_key FROM meta WHERE name = 'clock'", [], is: values, "the latest time")
    }
}
