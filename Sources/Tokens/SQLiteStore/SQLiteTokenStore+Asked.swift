internal import Model

// Whoever can write the file can make an index point to wrong rows. Seals do not help against that: the wrong row has a
// valid seal of its own. So an index is used only to find the numbers of rows. The rows are then read whole from the
// table (SQLite would take columns that the index has from the index), and compared with what was asked for.
extension SQLiteTokenStore {
    /// The tokens that a statement finds.
    /// - Parameter sql: selects their numbers.
    /// - Parameter isAsked: true for a token that matches the statement's conditions.
    /// - Throws: `.corrupt` for a token that does not match.
    func stored(
        _ sql: String, _ parameters: [SQLStatement.Parameter], where isAsked: (StoredToken) -> Bool
    ) throws(TokenStoreError) -> [StoredToken] {
        // As of one moment: a row that is purged meanwhile is no fault of the index.
        try connection.transaction("BEGIN") { () throws(TokenStoreError) -> [StoredToken] in
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
    }

    static let byNumber = "SELECT \(StoredToken.columns) FROM tokens WHERE number = ?"

    /// Selects the rows with a lookup digest, present or former.
    static let byLookup = "SELECT \(StoredToken.columns) FROM tokens WHERE lookup = ?1 OR previous = ?1"

    /// Selects the row of an id. The inner query reads only the index, the outer one the table; that costs nothing
    /// extra.
    static let byID = """
        SELECT \(StoredToken.columns) FROM tokens WHERE number = (SELECT number FROM tokens WHERE id = ?)
        """

    /// The error for a row that is not the one asked for.
    var misdirected: TokenStoreError {
        TokenStoreError(
            .corrupt,
            "an index of the store `\(connection.path)` points to a wrong row: run `demilune store verify`, and "
                + "restore a backup")
    }
}
