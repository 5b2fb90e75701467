internal import CSQLite

/// A database file, for changes that no store makes.
package struct SQLFile {
    private let path: String

    package struct Failure: Error {
        let message: String
    }

    package init(_ path: String) { self.path = path }

    /// Runs SQL like somebody who has the file but no key.
    /// - Parameter isUnguarded: true to disable the triggers of the store meanwhile.
    package func run(_ statement: String, isUnguarded: Bool = false) throws {
        var handle: OpaquePointer?
        defer { unsafe sqlite3_close(handle) }
        guard unsafe sqlite3_open(path, &handle) == SQLITE_OK else { throw Failure(message: "cannot open \(path)") }
        if isUnguarded { unsafe csqlite_switch(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0) }
        guard unsafe sqlite3_exec(handle, statement, nil, nil, nil) == SQLITE_OK else {
            throw Failure(message: unsafe String(cString: sqlite3_errmsg(handle)))
        }
    }
}
