internal import CSQLite
internal import Model

/// A prepared statement of one connection.
@safe struct Statement: ~Copyable {
    enum Parameter {
        case null
        case text(String)
        case integer(Int64)
        case token(TokenID)
    }

    private let handle: OpaquePointer
    private let connection: Connection
    /// SQLite copies what is bound before the call returns.
    private static let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ handle: OpaquePointer, _ connection: Connection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Starts over with other parameters.
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
            case .token(let id):
                let bytes = [id.high, id.low].flatMap { half in
                    (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - $0 * 8)) }
                }
                status = unsafe sqlite3_bind_blob(handle, place, bytes, 16, Self.transient)
            }
            guard status == SQLITE_OK else { throw connection.fault(status) }
        }
    }

    /// - Returns: whether there is a row.
    func step() throws(TokenStoreError) -> Bool {
        let status = unsafe sqlite3_step(handle)
        switch status {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.fault(status)
        }
    }

    func run(_ parameters: [Parameter]) throws(TokenStoreError) {
        try bind(parameters)
        while try step() {}
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func instant(_ column: Int32) -> Instant? {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : Instant(microseconds: integer(column))
    }

    func text(_ column: Int32) -> String {
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let bytes = unsafe sqlite3_column_text(handle, column) else { return "" }
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : text(column)
    }

    func token(_ column: Int32) -> TokenID {
        guard unsafe sqlite3_column_bytes(handle, column) == 16, let bytes = unsafe sqlite3_column_blob(handle, column)
        else { return .unassigned }
        return TokenID(
            high: unsafe UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
