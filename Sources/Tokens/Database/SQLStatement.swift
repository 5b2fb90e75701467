internal import CSQLite
internal import Model

/// A prepared statement. Its connection outlives it.
@safe final class SQLStatement {
    enum Parameter: Equatable {
        case null
        case text(String)
        case integer(Int64)
        case token(TokenID)
        case blob([UInt8])

        static func text(_ name: ExactName) -> Parameter { .text(name.text) }
        static func optional(_ name: ExactName?) -> Parameter { name.map { .text($0) } ?? .null }
        static func optional(_ text: String?) -> Parameter { text.map { .text($0) } ?? .null }
        static func optional(_ number: Int?) -> Parameter { number.map { .integer(Int64($0)) } ?? .null }
        static func optional(_ blob: [UInt8]?) -> Parameter { blob.map { .blob($0) } ?? .null }
        static func optional(_ instant: Instant?) -> Parameter { instant.map { .integer($0.microseconds) } ?? .null }
        static func flag(_ flag: Bool) -> Parameter { .integer(flag ? 1 : 0) }
    }

    let handle: OpaquePointer
    private unowned let connection: Connection
    /// Makes SQLite copy a bound value before the call returns.
    private static let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ handle: OpaquePointer, _ connection: Connection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// True while the statement is on a row: a restart would take the row from its reader.
    var isBusy: Bool { unsafe sqlite3_stmt_busy(handle) != 0 }

    /// Resets the statement, which releases its locks.
    func reset() { unsafe sqlite3_reset(handle) }

    /// Resets the statement and binds parameters.
    func bind(_ parameters: [Parameter]) throws(TokenStoreError) {
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
    func run(_ parameters: [Parameter]) throws(TokenStoreError) {
        try bind(parameters)
        while try step() {}
        reset()
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func instant(_ column: Int32) -> Instant? {
        isNull(column) ? nil : moment(column)
    }

    func text(_ column: Int32) -> String {
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let bytes = unsafe sqlite3_column_text(handle, column) else { return "" }
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    func text(_ column: Int32) -> ExactName { ExactName(text(column) as String) }

    func optionalText(_ column: Int32) -> ExactName? { isNull(column) ? nil : text(column) }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    func optionalInteger(_ column: Int32) -> Int? { isNull(column) ? nil : Int(integer(column)) }

    func blob(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    func token(_ column: Int32) -> TokenID {
        guard unsafe sqlite3_column_bytes(handle, column) == 16, let bytes = unsafe sqlite3_column_blob(handle, column)
        else { return .unassigned }
        return TokenID(
            high: unsafe UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
