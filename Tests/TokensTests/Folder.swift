import CSQLite
import Foundation
import Model
import Tokens

/// A temporary folder for a test; key files are in a folder beside it.
final class Folder {
    let path: String
    let keys: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "demilune-\(UUID().uuidString)").path
        path = base + "/stores"
        keys = base + "/keys"
        for path in [path, keys] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
    func keyFile(_ store: String) -> String { "\(keys)/\(store)" }

    /// A new store of that name, whose clock has the time of the demo organisation.
    func create(_ name: String) throws -> SQLiteTokenStore {
        try SQLiteTokenStore.create(file(name + ".db"), keys: keyFile, clock: { .test })
    }

    func open(_ name: String, patience: Int32 = 5_000) throws -> SQLiteTokenStore {
        try SQLiteTokenStore.open(file(name + ".db"), keys: keyFile, patience: patience, clock: { .test })
    }
}

extension Instant {
    /// The time of the demo organisation.
    static let test = Instant("2026-11-22T12:00:00Z")!

    func adding(seconds: Int64) -> Instant { Instant(microseconds: microseconds + seconds * 1_000_000) }
    func adding(days: Int64) -> Instant { adding(seconds: days * 86_400) }
}

extension AuditContext {
    static let test = AuditContext(now: .test)

    static func at(_ now: Instant) -> AuditContext { AuditContext(now: now) }
}

extension Folder {
    struct SQLFailure: Error {
        let message: String
    }

    /// Runs SQL on a store like somebody who has the file but no key.
    /// - Parameter isUnguarded: true to disable the triggers of the store meanwhile.
    func sql(_ name: String, _ statement: String, isUnguarded: Bool = false) throws {
        var handle: OpaquePointer?
        guard unsafe sqlite3_open(file(name + ".db"), &handle) == SQLITE_OK else { throw SQLFailure(message: "open") }
        defer { unsafe sqlite3_close(handle) }
        if isUnguarded { unsafe csqlite_switch(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0) }
        guard unsafe sqlite3_exec(handle, statement, nil, nil, nil) == SQLITE_OK else {
            throw SQLFailure(message: unsafe String(cString: sqlite3_errmsg(handle)))
        }
    }
}

extension Folder {
    /// Opens a store to verify it, whatever its schema.
    func openToVerify(_ name: String) throws -> SQLiteTokenStore {
        try SQLiteTokenStore.open(file(name + ".db"), keys: keyFile, toVerify: true, clock: { .test })
    }
}
