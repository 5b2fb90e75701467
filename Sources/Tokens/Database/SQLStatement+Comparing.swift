internal import CSQLite
internal import Glibc

extension SQLStatement {
    /// True when a column of the row has that value: the same type and the same bytes.
    func holds(_ column: Int32, _ value: Parameter) -> Bool {
        let type = unsafe sqlite3_column_type(handle, column)
        switch value {
        case .null: return type == SQLITE_NULL
        case .integer(let number):
            return unsafe type == SQLITE_INTEGER && sqlite3_column_int64(handle, column) == number
        case .text(var text):
            return type == SQLITE_TEXT && text.withUTF8 { unsafe isSame(column, UnsafeRawBufferPointer($0)) }
        case .blob(let bytes): return type == SQLITE_BLOB && isSame(column, bytes)
        case .token(let id): return type == SQLITE_BLOB && isSame(column, id.bytes)
        }
    }

    private func isSame(_ column: Int32, _ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe isSame(column, $0) }
    }

    private func isSame(_ column: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        // This also gives the bytes of a text, without a conversion.
        let stored = unsafe sqlite3_column_blob(handle, column)
        guard unsafe Int(sqlite3_column_bytes(handle, column)) == bytes.count else { return false }
        guard let stored = unsafe stored, let base = bytes.baseAddress else { return unsafe bytes.isEmpty }
        return unsafe memcmp(stored, base, bytes.count) == 0
    }
}

extension Connection {
    /// Reads a row that was just written, and compares it with the intended values, column by column.
    /// - Parameter sql: selects the columns of `meant`, in their order.
    /// - Parameter subject: a name of the row, for the message.
    /// - Throws: `.tampered` when the row is missing or different. The transaction is rolled back then.
    func confirm(
        _ sql: String, _ key: [SQLStatement.Parameter], is meant: [SQLStatement.Parameter],
        _ subject: @autoclosure () -> String
    ) throws(TokenStoreError) {
        let isSame = try first(sql, key) { row in
            for (column, value) in meant.enumerated() where !row.holds(Int32(column), value) { return false }
            return true
        }
        guard isSame == true else {
            throw TokenStoreError(
                .tampered,
                "\(subject()) is not in the store `\(path)` as it was written: something interferes with the file; "
                    + "run `demilune store verify`")
        }
    }
}
