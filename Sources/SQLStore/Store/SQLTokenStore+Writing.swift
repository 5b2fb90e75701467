internal import Model
package import Tokens

extension SQLTokenStore {
    package func insert(_ token: StoredToken) throws(TokenStoreError) -> Int64 {
        let values = token.values
        let marks = [String](repeating: "?", count: values.count).joined(separator: ", ")
        let sql = """
            INSERT INTO tokens (\(StoredToken.written.joined(separator: ", "))) VALUES (\(marks)) RETURNING number
            """
        guard let number = try database.first(sql, values, { $0.integer(0) }) else { throw .misdirected(name) }
        try confirm(token, number, values)
        try index(number, token.indexed)
        return number
    }

    package func update(_ token: StoredToken) throws(TokenStoreError) {
        var former = ""
        let new = token.values
        // Only changed columns are written: setting an indexed column writes a page of its index.
        let different = try database.first(StoredToken.confirmation, [.integer(token.number)]) { row in
            former = StoredToken.indexed(row)
            return new.indices.filter { !row.holds($0, new[$0]) }
        }
        guard let changed = different else { throw .misdirected(name) }
        let isIndexedAnew = former != token.indexed
        if isIndexedAnew { try unindex(token.number, former) }
        if !changed.isEmpty {
            let names = changed.map { "\(StoredToken.written[$0]) = ?" }.joined(separator: ", ")
            try database.run(
                "UPDATE tokens SET \(names) WHERE number = ?", changed.map { new[$0] } + [.integer(token.number)])
            try confirm(token, token.number, new)
        }
        if isIndexedAnew { try index(token.number, token.indexed) }
    }

    package func remove(_ token: StoredToken) throws(TokenStoreError) {
        try unindex(token.number, token.indexed)
        try database.run("DELETE FROM tokens WHERE number = ?", [.integer(token.number)])
    }

    private func confirm(_ token: StoredToken, _ number: Int64, _ values: [SQLParameter]) throws(TokenStoreError) {
        try database.confirm(
            StoredToken.confirmation, [.integer(number)], is: values, "the token `\(token.id)`")
    }

    private func index(_ number: Int64, _ text: String) throws(TokenStoreError) {
        guard let index = database.dialect.nameIndex else { return }
        try database.run(index.add, [.integer(number), .text(text)])
    }

    private func unindex(_ number: Int64, _ text: String) throws(TokenStoreError) {
        guard let index = database.dialect.nameIndex else { return }
        try database.run(index.remove, [.integer(number), .text(text)])
    }

    package func setUse(_ use: TokenUse, seal: KeyedDigest, number: Int64) throws(TokenStoreError) {
        let values: [SQLParameter] = [
            .optional(use.lastActive), .blob(seal.digest), .integer(Int64(seal.key)), .optional(use.action),
            .optional(use.network?.description), .optional(use.count == 0 ? nil : use.count),
        ]
        let columns = ["last_active", "use_mac", "use_key", "last_action", "last_network", "use_count"]
        let changes = columns.map { "\($0) = ?" }.joined(separator: ", ")
        try database.run("UPDATE tokens SET \(changes) WHERE number = ?", values + [.integer(number)])
        try database.confirm(
            "SELECT \(columns.joined(separator: ", ")), id FROM tokens WHERE number = ?", [.integer(number)],
            is: values + [.token(use.token)], "the use of the token `\(use.token)`")
    }
}
