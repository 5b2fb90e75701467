internal import CSQLite
internal import Files
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

    /// The state of a file that is read without locks, as of before it was opened; `nil` for any other.
    private let unlockedStatus: FileStatus?
    /// The reason why the file cannot be written; `nil` where it may be.
    private let obstacle: String?

    /// The way in which a file is opened.
    enum Access: Equatable {
        /// The file must not exist yet.
        case making
        /// With locks, together with other processes, as far as the system lets this one write.
        case shared
        /// Only to read, without locks and without the files that SQLite keeps beside it, for a place where they cannot
        /// be made. The reason is for messages.
        ///
        /// INVARIANT: whatever is read is thrown away when the file has changed since it was opened.
        case unlocked(reason: String)
    }

    /// - Throws: `.io` when the file cannot be opened or created.
    init(_ path: String, _ access: Access, patience: Int32) throws(TokenStoreError) {
        name = path
        self.patience = patience
        var handle: OpaquePointer?
        var (flags, file) = (SQLITE_OPEN_NOMUTEX, path)
        switch access {
        case .making: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE
        case .shared: flags |= SQLITE_OPEN_READWRITE
        case .unlocked:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            file = "file:\(Self.encoded(path))?immutable=1"
        }
        if case .unlocked = access { unlockedStatus = try Self.status(path) } else { unlockedStatus = nil }
        let status = unsafe sqlite3_open_v2(file, &handle, flags, nil)
        guard status == SQLITE_OK, let opened = unsafe handle else {
            let reason = unsafe handle.map { unsafe Self.reason($0) } ?? "no memory"
            unsafe sqlite3_close_v2(handle)
            throw TokenStoreError(.io, "cannot open the store `\(path)`: \(reason)")
        }
        unsafe self.handle = opened
        if case .unlocked(let reason) = access {
            obstacle = reason
        } else {
            let isReadOnly = unsafe sqlite3_db_readonly(opened, "main") == 1
            obstacle = isReadOnly ? File.writeObstacle(path) ?? "the file is read-only" : nil
        }
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
        while try statement.step() { guard try row(statement) else { break } }
        if !isInTransaction { try requireUnchanged() }
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
        if begin != "BEGIN", let refusalToWrite { throw refusalToWrite }
        try execute(begin)
        isInTransaction = true
        defer { isInTransaction = false }
        do throws(TokenStoreError) {
            if begin == "BEGIN IMMEDIATE" { try requireKnownSchema() }
            let result = try body()
            try execute("COMMIT")
            try requireUnchanged()
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
        case SQLITE_FULL: return TokenStoreError(.io, "cannot write the store `\(name)`: the disk is full")
        case SQLITE_READONLY: return refusal(File.writeObstacle(name) ?? reason)
        default: return TokenStoreError(.io, "the store `\(name)` failed: \(unsafe Self.reason(handle))")
        }
    }

    // MARK: Reading without write access

    var refusalToWrite: TokenStoreError? { obstacle.map(refusal) }

    private func refusal(_ reason: String) -> TokenStoreError {
        TokenStoreError(.readOnly, "cannot write the store `\(name)`: \(reason)")
    }

    /// - Throws: `.busy` when a file that is read without locks has changed since it was opened: what was read may be
    ///   of two moments, or miss the newest changes.
    private func requireUnchanged() throws(TokenStoreError) {
        guard let unlockedStatus, let obstacle else { return }
        guard try Self.status(name) == unlockedStatus, Self.unmergedChanges(name) == nil else {
            throw TokenStoreError(
                .busy,
                "the store `\(name)` was changed while it was read without locks (\(obstacle)): run the command again")
        }
    }

    /// The file beside the store with changes that must be read or undone together with it; `nil` where there is none.
    static func unmergedChanges(_ path: String) -> String? {
        ["-wal", "-journal"].map { path + $0 }.first { file in
            do throws(FileError) { return try FileStatus(of: file).size > 0 } catch { return error.code != .missing }
        }
    }

    private static func status(_ path: String) throws(TokenStoreError) -> FileStatus {
        do throws(FileError) { return try FileStatus(of: path) } catch { throw TokenStoreError(.io, error.message) }
    }

    /// The words of SQLite for its last error, with those of the system where it was the system's.
    private static func reason(_ handle: OpaquePointer) -> String {
        let words = unsafe String(cString: sqlite3_errmsg(handle))
        let kind = unsafe sqlite3_errcode(handle) & 0xFF
        guard kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR,
            let cause = FileError.words(for: unsafe sqlite3_system_errno(handle))
        else { return words }
        return "\(words): \(cause)"
    }

    /// The system's words for the last error; `nil` where SQLite knows of none.
    var systemWords: String? { FileError.words(for: unsafe sqlite3_system_errno(handle)) }

    /// A path as a URI has it.
    private static func encoded(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain =
                byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
            if isPlain || "/-_.".utf8.contains(byte) { return String(Unicode.Scalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
