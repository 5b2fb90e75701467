internal import CSQLite
internal import SQLStore
internal import Tokens

/// One connection to a SQLite file: for one thread at a time.
@safe final class SQLiteConnection: Database {
    let handle: OpaquePointer
    /// The path of the file.
    let name: String
    /// The `schema_version` of the schema that was last checked; `nil` before the first check.
    var knownSchema: Int64?
    private var statements: [String: SQLiteStatement] = [:]
    private(set) var isInTransaction = false

    /// The time in milliseconds to wait for another process that writes.
    private let patience: Int32

    /// - Throws: `.io` when the file cannot be opened or created.
    init(_ path: String, creates: Bool, patience: Int32) throws(TokenStoreError) {
        name = path
        self.patience = patience
        var handle: OpaquePointer?
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (creates ? SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE : 0)
        let status = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK, let opened = unsafe handle else {
            let reason = unsafe handle.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            unsafe sqlite3_close_v2(handle)
            throw TokenStoreError(.io, "cannot open the store `\(path)`: \(reason)")
        }
        unsafe self.handle = opened
        unsafe sqlite3_busy_timeout(opened, patience)
        unsafe sqlite3_extended_result_codes(opened, 1)
        // Before the first statement, because that one reads the schema.
        try harden()
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws(TokenStoreError) {
        let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw fault(status) }
    }

    /// A prepared statement, cached for reuse. While the cached one is in use, a new one is made.
    func prepare(_ sql: String) throws(TokenStoreError) -> SQLiteStatement {
        if let known = statements[sql], !known.isBusy { return known }
        var statement: OpaquePointer?
        let status = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let prepared = unsafe statement else { throw fault(status) }
        let made = unsafe SQLiteStatement(prepared, self)
        if statements[sql] == nil { statements[sql] = made }
        return made
    }

    func change(_ sql: String, _ parameters: [SQLParameter]) throws(TokenStoreError) -> Int {
        try prepare(sql).run(parameters)
        return unsafe Int(sqlite3_changes(handle))
    }

    func walk(
        _ sql: String, _ parameters: [SQLParameter], while row: (any SQLRow) throws(TokenStoreError) -> Bool
    ) throws(TokenStoreError) {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try statement.step() { guard try row(statement) else { return } }
    }

    var othersVersion: Int64 { get throws(TokenStoreError) { try number("PRAGMA data_version") } }

    var dialect: SQLDialect { .sqlite }

    func read<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result {
        try transaction("BEGIN", body)
    }

    func write<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result {
        try transaction("BEGIN IMMEDIATE", body)
    }

    /// Runs a body in a transaction: all of it takes effect, or nothing. Inside another transaction it becomes part of
    /// that.
    func transaction<Result>(
        _ begin: String, _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result {
        if isInTransaction { return try body() }
        try execute(begin)
        isInTransaction = true
        defer { isInTransaction = false }
        do throws(TokenStoreError) {
            if begin == "BEGIN IMMEDIATE" { try requireKnownSchema() }
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            try? execute("ROLLBACK")
            throw error
        }
    }

    func fault(_ status: Int32) -> TokenStoreError {
        let reason = unsafe String(cString: sqlite3_errmsg(handle))
        switch status & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return TokenStoreError(
                .busy,
                "the store `\(name)` is busy: another process has been writing it for \(patience / 1_000) s; try again"
            )
        case SQLITE_NOTADB: return TokenStoreError(.foreign, "`\(name)` is not a Demilune store")
        case SQLITE_CORRUPT:
            return TokenStoreError(.corrupt, "the store `\(name)` is damaged (\(reason)): restore it from a backup")
        case SQLITE_CONSTRAINT: return TokenStoreError(.invalid, "the records contradict each other: \(reason)")
        default: return TokenStoreError(.io, "the store `\(name)` failed: \(reason)")
        }
    }
}
