package import Model
package import Tokens

/// A row of a result, valid until the next one is read. Columns are counted from 0.
///
/// Reading never fails: a column of another type gives 0, an empty text or `nil`.
package protocol SQLRow {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func text(_ column: Int) -> String
    func blob(_ column: Int) -> [UInt8]?
    /// The id in a column of 16 bytes.
    func token(_ column: Int) -> TokenID
    /// True when a column has that value: the same type and the same bytes.
    func holds(_ column: Int, _ value: SQLParameter) -> Bool
}

extension SQLRow {
    package func text(_ column: Int) -> ExactName { ExactName(text(column) as String) }
    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    package func optionalText(_ column: Int) -> ExactName? { isNull(column) ? nil : text(column) }
    package func optionalInteger(_ column: Int) -> Int? { isNull(column) ? nil : Int(integer(column)) }
    package func flag(_ column: Int) -> Bool { integer(column) != 0 }

    /// An instant; 1970 for a column that is null or not a number.
    package func moment(_ column: Int) -> Instant { Instant(stored: integer(column)) }
    package func instant(_ column: Int) -> Instant? { isNull(column) ? nil : moment(column) }
    package func count(_ column: Int) -> Int64 { StoredCount.clamped(integer(column)) }

    /// A digest, with the number of its key in the next column; `nil` where either is null.
    package func digest(_ column: Int) -> KeyedDigest? {
        guard let digest = blob(column), let key = optionalInteger(column + 1) else { return nil }
        return KeyedDigest(key: key, digest: digest)
    }
}
