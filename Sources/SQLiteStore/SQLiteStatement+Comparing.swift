internal import CSQLite
internal import Glibc
internal import Model
internal import SQLStore
internal import Tokens

extension SQLiteStatement {
    /// True when a column of the row has that value: the same type and the same bytes.
    func holds(_ column: Int, _ value: SQLParameter) -> Bool {
        let type = unsafe sqlite3_column_type(handle, Int32(column))
        switch value {
        case .null: return type == SQLITE_NULL
        case .integer(let number):
            return unsafe type == SQLITE_INTEGER && sqlite3_column_int64(handle, Int32(column)) == number
        case .text(var text):
            return type == SQLITE_TEXT && text.withUTF8 { unsafe isSame(column, UnsafeRawBufferPointer($0)) }
        case .blob(let bytes): return type == SQLITE_BLOB && isSame(column, bytes)
        case .token(let id): return type == SQLITE_BLOB && isSame(column, id.bytes)
        }
    }

    private func isSame(_ column: Int, _ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe isSame(column, $0) }
    }

    private func isSame(_ column: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        // This also gives the bytes of a text, without a conversion.
        let stored = unsafe sqlite3_column_blob(handle, Int32(column))
        guard unsafe Int(sqlite3_column_bytes(handle, Int32(column))) == bytes.count else { return false }
        guard let stored = unsafe stored, let base = bytes.baseAddress else { return unsafe bytes.isEmpty }
        return unsafe memcmp(stored, base, bytes.count) == 0
    }
}
