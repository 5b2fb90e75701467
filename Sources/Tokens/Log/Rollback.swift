internal import Model

/// A disagreement of the store with the log checkpoint beside its key file: an older copy of the store was put back.
package struct Rollback: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// The log ends before the entry that is noted.
        case shorter(noted: Int64)
        /// The entry that is noted is another one in the store.
        case other(noted: Int64)
        /// What is noted cannot be read.
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

    /// What is wrong, and what accepts a backup that was restored on purpose.
    package var message: String {
        let fault =
            switch reason {
            case .shorter(let noted):
                "the store `\(path)` was rolled back: its log ends with entry \(newest), and entry \(noted) is noted beside "
                    + "the key file"
            case .other(let noted):
                "the store `\(path)` was rolled back: entry \(noted) of its log is not the one noted beside the key file"
            case .unreadable(let message):
                "whether the store `\(path)` was rolled back cannot be told: \(message)"
            }
        return "\(fault); if you restored a backup, `demilune store reseal --accept-rollback \(newest) --reason TEXT` "
            + "accepts it"
    }
}

extension SQLiteTokenStore {
    /// Compares the log with its checkpoint, and keeps what it finds in `rollback`.
    ///
    /// INVARIANT: the checkpoint is read before the store is. Entries are committed before they are noted, so whatever is
    /// noted by then is in the store that is seen afterwards, and a commit in between is no rollback.
    func lookForRollback() throws(TokenStoreError) {
        // Within a transaction the store is seen as of its beginning.
        guard !connection.isInTransaction else { return }
        rollback = try foundRollback()
    }

    /// - Throws: `.rolledBack`: nothing is written on what somebody put back. Within a transaction that writes, as nobody
    ///   commits meanwhile.
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

    /// Takes a store that was rolled back for the one that counts: in the log, under the name of whoever restored it.
    /// - Parameter number: the newest entry of the log that the store has, so that no other state is accepted than the
    ///   one that was looked at.
    /// - Throws: `.state` for a store that was not rolled back, `.stale` for another number.
    package func acceptRollback(_ number: Int64, _ context: AuditContext) throws(TokenStoreError) {
        let accepted = try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            guard let found = try foundRollback() else {
                throw TokenStoreError(.state, "the store `\(connection.path)` was not rolled back")
            }
            guard found.newest == number else {
                throw TokenStoreError(
                    .stale, "the newest entry of the log is \(found.newest), not \(number): look at the store again")
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
