internal import Model

/// A contradiction between the store and the log checkpoint beside its key file: an older copy of the store was put in
/// place.
package struct Rollback: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// The log ends before the entry in the checkpoint.
        case shorter(noted: Int64)
        /// The store's entry of that number differs from the one in the checkpoint.
        case other(noted: Int64)
        /// The checkpoint cannot be read.
        case unreadable(String)
    }

    package let reason: Reason
    /// The newest entry of the log that the store has; 0 when it has none.
    package let newest: Int64
    private let path: String

    init(_ reason: Reason, newest: Int64, path: String) {
        self.reason = reason
        self.newest = newest
        self.path = path
    }

    /// The fault, and the command that accepts a backup restored on purpose.
    package var message: String {
        let fault =
            switch reason {
            case .shorter(let noted):
                "the store `\(path)` was rolled back: its log ends with entry \(newest), but the checkpoint beside the "
                    + "key file has entry \(noted)"
            case .other(let noted):
                "the store `\(path)` was rolled back: entry \(noted) of its log differs from the checkpoint beside the "
                    + "key file"
            case .unreadable(let message):
                "cannot tell whether the store `\(path)` was rolled back: \(message)"
            }
        return "\(fault); if you restored a backup, accept it with "
            + "`demilune store reseal --accept-rollback \(newest) --reason TEXT`"
    }
}

extension SQLiteTokenStore {
    /// Compares the log with its checkpoint, and keeps the result in `rollback`.
    ///
    /// INVARIANT: the checkpoint is read before the store. Entries are committed before they are noted, so an entry in
    /// the checkpoint is in the store when that is read afterwards, and a commit in between is not taken for a
    /// rollback.
    func lookForRollback() throws(TokenStoreError) {
        // A transaction sees the store as of the transaction's beginning.
        guard !connection.isInTransaction else { return }
        rollback = try foundRollback()
    }

    /// Checks for a rollback before a write. Called inside a write transaction, so that nobody commits meanwhile.
    /// - Throws: `.rolledBack`: nothing is written to a store that was rolled back.
    func requireCurrent() throws(TokenStoreError) {
        rollback = try foundRollback()
        if let rollback { throw TokenStoreError(.rolledBack, rollback.message) }
    }

    private func foundRollback() throws(TokenStoreError) -> Rollback? {
        let head: LogCheckpoint?
        do throws(TokenStoreError) { head = try keys.head } catch {
            let newest = try newestEntry()?.number ?? 0
            return Rollback(.unreadable(error.message), newest: newest, path: connection.path)
        }
        guard let head, head.number > 0 else { return nil }
        let hash = try connection.first("SELECT hash FROM log WHERE number = ?", [.integer(head.number)]) {
            $0.blob(0) ?? []
        }
        if hash == head.hash { return nil }
        let newest = try newestEntry()?.number ?? 0
        return Rollback(
            hash == nil ? .shorter(noted: head.number) : .other(noted: head.number), newest: newest,
            path: connection.path)
    }

    /// Accepts a store that was rolled back as the valid one. The log records who accepted it.
    /// - Parameter number: the newest entry of the store's log, so that only the state that was reviewed is accepted.
    /// - Throws: `.state` for a store that was not rolled back, `.stale` for another number.
    package func acceptRollback(_ number: Int64, _ context: AuditContext) throws(TokenStoreError) {
        let accepted = try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            guard let found = try foundRollback() else {
                throw TokenStoreError(.state, "the store `\(connection.path)` was not rolled back")
            }
            guard found.newest == number else {
                throw TokenStoreError(
                    .stale, "the newest entry of the log is \(found.newest), not \(number): review the store again")
            }
            try checkClock(context.now)
            var entry = LogEntry("store.accept_rollback", by: context, tenant: nil)
            if let head = try? keys.head {
                entry.details = [
                    .init("noted", .integer(head.number)), .init("noted_hash", .string(head.hash.hexadecimal)),
                ]
            }
            entry.details += [.init("newest", .integer(number))] + reason(context)
            return try log(entry)
        }
        let head = LogCheckpoint(number: accepted.number, hash: accepted.hash, version: Self.sealedVersion)
        try keys.note(head, isAccepted: true)
        rollback = nil
    }
}
