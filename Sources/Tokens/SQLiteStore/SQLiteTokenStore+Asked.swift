internal import Model

// Whoever writes the file can make an index name other rows than its table has. Seals do not help then: the other row carries
// its own. So an index only finds the numbers of rows; the rows are read from the table, whole (SQLite takes columns that an index
// has from there), and compared with what was asked for.
extension SQLiteTokenStore {
    /// Tokens that a statement finds.
    /// - Parameter sql: selects their numbers.
    /// - Throws: `.corrupt` for a token that was not asked for.
    func stored(
        _ sql: String, _ parameters: [SQLStatement.Parameter], where isAsked: (StoredToken) -> Bool
    ) throws(TokenStoreError) -> [StoredToken] {
        var numbers: [Int64] = []
        try connection.rows(sql, parameters) { numbers.append($0.integer(0)) }
        var tokens: [StoredToken] = []
        for number in numbers {
            guard let token = try connection.first(Self.byNumber, [.integer(number)], { checked(StoredToken($0)) }),
                isAsked(token)
            else { throw misdirected }
            tokens.append(token)
        }
        return tokens
    }

    static let byNumber = "SELECT \(StoredToken.columns) FROM tokens WHERE number = ?"

    /// The rows of a lookup, present or former.
    static let byLookup = "SELECT \(StoredToken.columns) FROM tokens WHERE lookup = ?1 OR previous = ?1"

    /// The row of an id. That the inner part reads the index alone, and the outer one the table, costs nothing.
    static let byID = """
        SELECT \(StoredToken.columns) FROM tokens WHERE number = (SELECT number FROM tokens WHERE id = ?)
        """

    /// What is said of a row that is not the one that was asked for.
    var misdirected: TokenStoreError {
        TokenStoreError(
            .corrupt,
            "an index of the store `\(connection.path)` names a row that was not asked for: look with "
                + "`demilune store verify`, and restore a backup")
    }
}
