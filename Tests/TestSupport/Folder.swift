internal import Foundation
package import Model
internal import SQLiteStore
package import Tokens

/// A temporary folder for a test; key files are in a folder beside it.
package final class Folder {
    package let path: String
    package let keys: String

    package init() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "demilune-\(UUID().uuidString)").path
        path = base + "/stores"
        keys = base + "/keys"
        for path in [path, keys] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

    package func file(_ name: String) -> String { "\(path)/\(name)" }
    package func keyFile(_ store: String) -> String { "\(keys)/\(store)" }

    /// A new store of that name, whose clock has the time of the demo organisation.
    package func create(_ name: String) throws -> TokenService {
        try SQLiteStore.create(file(name + ".db"), keys: keyFile, clock: { .test })
    }

    package func open(_ name: String, patience: Int32 = 5_000) throws -> TokenService {
        try SQLiteStore.open(file(name + ".db"), keys: keyFile, patience: patience, clock: { .test })
    }
}

extension Instant {
    /// The time of the demo organisation.
    package static let test = Instant("2026-11-22T12:00:00Z")!

    package func adding(seconds: Int64) -> Instant { Instant(microseconds: microseconds + seconds * 1_000_000) }
    package func adding(days: Int64) -> Instant { adding(seconds: days * 86_400) }
}

extension AuditContext {
    package static let test = AuditContext(now: .test)

    package static func at(_ now: Instant) -> AuditContext { AuditContext(now: now) }
}

extension Folder {
    /// Runs SQL on a store like somebody who has the file but no key.
    /// - Parameter isUnguarded: true to disable the triggers of the store meanwhile.
    package func sql(_ name: String, _ statement: String, isUnguarded: Bool = false) throws {
        try SQLFile(file(name + ".db")).run(statement, isUnguarded: isUnguarded)
    }
}

extension Folder {
    /// Opens a store to verify it, whatever its schema.
    package func openToVerify(_ name: String) throws -> TokenService {
        try SQLiteStore.open(file(name + ".db"), keys: keyFile, toVerify: true, clock: { .test })
    }
}
