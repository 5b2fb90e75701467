internal import CSQLite

/// One SQLite connection: for one thread at a time.
@safe final class Connection {
    let handle: OpaquePointer
    let path: String
    /// The `schema_version` of the schema that was last checked; `nil` before the first check.
    var knownSchema: Int64?
    private var statements: [String: SQLStatement] = [:]
    private(set) var isInTransaction = false

    /// The time in milliseconds to wait for another process that writes.
    private let patience: Int32

    /// - Throws: `.io` when the file cannot be opened or created.
    init(_ path: String, creates: Bool, patience: Int32) throws(TokenStoreError) {
        self.path = path
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
    func prepare(_ sql: String) throws(TokenStoreError) -> SQLStatement {
        if let known = statements[sql], !known.isBusy { return known }
        var statement: OpaquePointer?
        let status = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let prepared = unsafe statement else { throw fault(status) }
        let made = unsafe SQLStatement(prepared, self)
        if statements[sql] == nil { statements[sql] = made }
        return made
    }

    /// Runs a statement that writes.
    /// - Parameter rows: the number of rows that it must change.
    /// - Throws: `.tampered` when it changed another number of rows, besides the errors of SQLite.
    func run(
        _ sql: String, _ parameters: [SQLStatement.Parameter] = [], rows: ClosedRange<Int> = 1...1
    ) throws(TokenStoreError) {
        try prepare(sql).run(parameters)
        guard rows.contains(changeCount) else {
            throw TokenStoreError(
                .tampered,
                "a write to the store `\(path)` changed an unexpected number of rows (\(changeCount)): something "
                    + "interferes with the file; run `demilune store verify`")
        }
    }

    /// Reads every row of the result.
    func rows(
        _ sql: String, _ parameters: [SQLStatement.Parameter] = [],
        _ row: (SQLStatement) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try statement.step() { try row(statement) }
    }

    /// Reads rows until `row` returns false.
    func walk(
        _ sql: String, _ parameters: [SQLStatement.Parameter], while row: (SQLStatement) throws(TokenStoreError) -> Bool
    ) throws(TokenStoreError) {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try statement.step() { guard try row(statement) else { return } }
    }

    /// The value read from the first row; `nil` when there is none.
    func first<Result>(
        _ sql: String, _ parameters: [SQLStatement.Parameter] = [],
        _ row: (SQLStatement) throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result? {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        return try statement.step() ? try row(statement) : nil
    }

    /// The number of rows that the last statement changed.
    var changeCount: Int { unsafe Int(sqlite3_changes(handle)) }

    /// The first column of the first row, as a number.
    func number(_ sql: String) throws(TokenStoreError) -> Int64 {
        try first(sql) { $0.integer(0) } ?? 0
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
                "the store `\(path)` is busy: another process has been writing it for \(patience / 1_000) s; try again"
            )
        case SQLITE_NOTADB: return TokenStoreError(.foreign, "`\(path)` is not a Demilune store")
        case SQLITE_CORRUPT:
            return TokenStoreError(.corrupt, "the store `\(path)` is damaged (\(reason)): restore it from a backup")
        case SQLITE_CONSTRAINT: return TokenStoreError(.invalid, "the records contradict each other: \(reason)")
        default: return TokenStoreError(.io, "the store `\(path)` failed: \(reason)")
        }
    }
}
