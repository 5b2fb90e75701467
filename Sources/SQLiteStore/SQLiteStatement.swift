internal import CSQLite
internal import Model
internal import SQLStore
internal import Tokens

/// A prepared statement. Its connection outlives it.
@safe final class SQLiteStatement: SQLRow {
    let handle: OpaquePointer
    private unowned let connection: SQLiteConnection
    /// Makes SQLite copy a bound value before the call returns.
    private static let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ handle: OpaquePointer, _ connection: SQLiteConnection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// True while the statement is on a row: a restart would take the row from its reader.
    var isBusy: Bool { unsafe sqlite3_stmt_busy(handle) != 0 }

    /// Resets the statement, which releases its locks.
    func reset() { unsafe sqlite3_reset(handle) }

    /// Resets the statement and binds parameters.
    func bind(_ parameters: [SQLParameter]) throws(TokenStoreError) {
        unsafe sqlite3_reset(handle)
        for (index, parameter) in parameters.enumerated() {
            let place = Int32(index + 1)
            let status: Int32
            switch parameter {
            case .null: status = unsafe sqlite3_bind_null(handle, place)
            case .integer(let value): status = unsafe sqlite3_bind_int64(handle, place, value)
            case .text(let text):
                let bytes = Array(text.utf8)
                status = unsafe bytes.withUnsafeBufferPointer { buffer in
                    unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                        unsafe sqlite3_bind_text(
                            handle, place, characters.baseAddress ?? UnsafePointer(bitPattern: 1),
                            Int32(characters.count), Self.transient)
                    }
                }
            case .token(let id): status = unsafe sqlite3_bind_blob(handle, place, id.bytes, 16, Self.transient)
            case .blob(let bytes):
                status = unsafe sqlite3_bind_blob64(handle, place, bytes, UInt64(bytes.count), Self.transient)
            }
            guard status == SQLITE_OK else { throw connection.fault(status) }
        }
    }

    /// - Returns: true when there is a row.
    func step() throws(TokenStoreError) -> Bool {
        let status = unsafe sqlite3_step(handle)
        switch status {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let fault = connection.fault(status)
            reset()
            throw fault
        }
    }

    /// Runs the statement to its end, ignoring rows.
    func run(_ parameters: [SQLParameter]) throws(TokenStoreError) {
        try bind(parameters)
        while try step() {}
        reset()
    }

    func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }

    func text(_ column: Int) -> String {
        let count = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
        guard count > 0, let bytes = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func blob(_ column: Int) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
        guard count > 0, let bytes = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    func token(_ column: Int) -> TokenID {
        guard unsafe sqlite3_column_bytes(handle, Int32(column)) == 16,
            let bytes = unsafe sqlite3_column_blob(handle, Int32(column))
        else { return .unassigned }
        return TokenID(
            high: unsafe UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
