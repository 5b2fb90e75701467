internal import Model

extension TokenService {
    /// Compares the log with its checkpoint, and keeps the result in `rollback`.
    ///
    /// INVARIANT: the checkpoint is read before the store. Entries are committed before they are noted, so an entry in
    /// the checkpoint is in the store when that is read afterwards, and a commit in between is not taken for a
    /// rollback.
    func lookForRollback() throws(TokenStoreError) {
        // A transaction sees the store as of the transaction's beginning.
        guard !store.isInTransaction, !isReadOnly else { return }
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
            let newest = try store.newestEntry?.number ?? 0
            return Rollback(.unreadable(error.message), newest: newest, path: store.name)
        }
        guard let head, head.number > 0 else { return nil }
        let hash = try store.entryHash(head.number)
        if hash == head.hash { return nil }
        let newest = try store.newestEntry?.number ?? 0
        return Rollback(
            hash == nil ? .shorter(noted: head.number) : .other(noted: head.number), newest: newest,
            path: store.name)
    }

    /// Accepts a store that was rolled back as the valid one. The log records who accepted it.
    /// - Parameter number: the newest entry of the store's log, so that only the state that was reviewed is accepted.
    /// - Throws: `.state` for a store that was not rolled back, `.stale` for another number.
    package func acceptRollback(_ number: Int64, _ context: AuditContext) throws(TokenStoreError) {
        let accepted = try store.write { () throws(TokenStoreError) in
            try refreshKeys()
            guard let found = try foundRollback() else {
                throw TokenStoreError(.state, "the store `\(store.name)` was not rolled back")
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
            entry.details += [.init("newest", .integer(number))] + grounds(context)
            return try log(entry)
        }
        let head = LogCheckpoint(number: accepted.number, hash: accepted.hash, version: Self.sealedVersion)
        try keys.note(head, isAccepted: true)
        rollback = nil
    }
}
