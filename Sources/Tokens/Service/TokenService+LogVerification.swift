internal import Model

extension TokenService {
    /// True when an entry is as it was written. Its place in the chain is not looked at.
    func isIntact(_ entry: LogEntry) throws(TokenStoreError) -> Bool {
        let hash = try keys.chain(entry.message)
        return entry.isWellFormed && entry.hash == hash
    }

    /// Verifies the chain from the first entry to the newest.
    /// - Returns: the number of entries, and the faults: changed, missing, reordered or cut-off entries.
    package func verifyLog() throws(TokenStoreError) -> (count: Int, faults: [IntegrityViolation]) {
        // Read before the store, so that an entry committed meanwhile is not a fault.
        let keys = try keys
        var faults: [IntegrityViolation] = []
        var head: LogCheckpoint?
        do throws(TokenStoreError) { head = try keys.head } catch { faults.append(IntegrityViolation(error.message)) }
        let isUnreadable = !faults.isEmpty
        return try store.read { () throws(TokenStoreError) in
            var count: Int64 = 0
            var hash: [UInt8] = []
            var isHeadSeen = head.map { $0.number == 0 } ?? true
            try store.eachEntry { entry throws(TokenStoreError) in
                guard (1...StoredCount.most).contains(entry.number) else {
                    faults.append(
                        IntegrityViolation("the log has an entry with the invalid number \(entry.number)"))
                    return
                }
                if entry.number != count + 1 {
                    faults.append(
                        IntegrityViolation(
                            entry.number == count + 2
                                ? "entry \(count + 1) of the log is missing"
                                : "entries \(count + 1) to \(entry.number - 1) of the log are missing"))
                } else if entry.previous != hash {
                    faults.append(
                        IntegrityViolation("entry \(entry.number) of the log does not follow the one before it"))
                }
                if try !isIntact(entry) {
                    faults.append(
                        IntegrityViolation("entry \(entry.number) of the log was changed", token: entry.token))
                }
                if let head, head.number == entry.number {
                    isHeadSeen = true
                    if head.hash != entry.hash {
                        faults.append(
                            IntegrityViolation(
                                "entry \(entry.number) of the log differs from the checkpoint beside the key file"))
                    }
                }
                (count, hash) = (entry.number, entry.hash)
            }
            if let head, !isHeadSeen {
                faults.append(
                    IntegrityViolation(
                        "the log ends with entry \(count), but the checkpoint beside the key file has entry "
                            + "\(head.number)"))
            } else if head == nil, !isUnreadable, count > 0 {
                faults.append(IntegrityViolation("the checkpoint of the log beside the key file is missing"))
            }
            return (Int(count), faults)
        }
    }
}
