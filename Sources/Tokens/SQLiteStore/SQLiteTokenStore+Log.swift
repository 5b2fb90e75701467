package import Model

extension SQLiteTokenStore {
    // MARK: Writing

    /// Adds an entry, in the same transaction as the act that it records.
    @discardableResult func log(_ entry: LogEntry) throws(TokenStoreError) -> LogEntry {
        var entry = entry
        let head = try connection.first("SELECT number, hash FROM log ORDER BY number DESC LIMIT 1") {
            ($0.integer(0), $0.blob(1) ?? [])
        }
        let last = head?.0 ?? 0
        guard (0..<StoredCount.most).contains(last) else {
            throw TokenStoreError(
                .tampered,
                "the log of the store `\(connection.path)` has an entry with the invalid number \(last): run "
                    + "`demilune log verify`")
        }
        entry.number = last + 1
        entry.previous = head?.1 ?? []
        entry.hash = keys.chain(entry.message)
        try connection.run(LogEntry.insertion, entry.values)
        try confirm(entry)
        lastLogged = entry
        return entry
    }

    /// Checks that an entry is in the log as it was written.
    func confirm(_ entry: LogEntry) throws(TokenStoreError) {
        try connection.confirm(
            LogEntry.confirmation, [.integer(entry.number)], is: entry.values, "entry \(entry.number) of the log")
    }

    /// Adds an entry about a token, with the present names.
    func log(
        _ act: String, _ token: StoredToken, by context: AuditContext, _ more: [JSON.Member] = []
    ) throws(TokenStoreError) {
        var entry = LogEntry(act, by: context, tenant: token.details.tenant)
        entry.token = token.id
        entry.last4 = token.details.last4
        entry.version = token.details.version
        entry.details = try names(of: token) + more + reason(context)
        try log(entry)
    }

    /// Adds an entry about a tenant's directory, with its present version.
    func logTenant(_ act: String, _ tenant: ExactName, _ context: AuditContext, _ details: [JSON.Member] = [])
        throws(TokenStoreError)
    {
        var entry = LogEntry(act, by: context, tenant: tenant)
        entry.version = try connection.first("SELECT version FROM tenants WHERE id = ?", [.text(tenant)]) {
            $0.count(0)
        }
        entry.details = details + reason(context)
        try log(entry)
    }

    func reason(_ context: AuditContext) -> [JSON.Member] {
        context.reason.map { [.init("reason", .string($0))] } ?? []
    }

    private func names(of token: StoredToken) throws(TokenStoreError) -> [JSON.Member] {
        let sql = """
            SELECT u.id, u.name, d.name, t.name FROM assignments a
            JOIN users u ON u.tenant = a.tenant AND u.id = a.user
            JOIN departments d ON d.tenant = a.tenant AND d.id = a.department
            JOIN user_types t ON t.tenant = a.tenant AND t.id = a.user_type WHERE a.tenant = ? AND a.id = ?
            """
        let names = try connection.first(sql, [.text(token.details.tenant), .text(token.details.token.assignment)]) {
            row -> [JSON.Member] in
            [
                .init("user", .string(row.text(0) as String)), .init("user_name", .string(row.text(1) as String)),
                .init("department", .string(row.text(2) as String)), .init("user_type", .string(row.text(3) as String)),
            ]
        }
        return [.init("name", .string(token.details.token.name))] + (names ?? [])
    }

    /// Logs that an act was refused, by the policies or because of the token's state.
    package func refused(_ act: String, _ ids: [TokenID], tenant: ExactName?, code: String, _ context: AuditContext)
        throws(TokenStoreError)
    {
        try write(context) { () throws(TokenStoreError) in
            let members: [JSON.Member] = [.init("code", .string(code))]
            for id in ids {
                if let token = try stored(id) {
                    try log(act + ".refused", token, by: context, members)
                } else {
                    var entry = LogEntry(act + ".refused", by: context, tenant: tenant)
                    entry.token = id
                    entry.details = members + reason(context)
                    try log(entry)
                }
            }
            guard ids.isEmpty else { return }
            var entry = LogEntry(act + ".refused", by: context, tenant: tenant)
            entry.details = members + reason(context)
            try log(entry)
        }
    }

    /// Notes an entry in the checkpoint beside the key file, so that a truncated log is noticed. It is the entry that
    /// was written and read back here, not the newest one that the store has by now.
    func note(_ entry: LogEntry) throws(TokenStoreError) {
        try keys.note(LogCheckpoint(number: entry.number, hash: entry.hash, version: Self.sealedVersion))
    }

    /// The newest entry of the store's log; `nil` before there is one.
    func newestEntry() throws(TokenStoreError) -> LogCheckpoint? {
        try connection.first("SELECT number, hash FROM log ORDER BY number DESC LIMIT 1") {
            LogCheckpoint(number: $0.integer(0), hash: $0.blob(1) ?? [], version: Self.sealedVersion)
        }
    }

    // MARK: Reading

    /// The newest entries that match a query, in ascending order.
    package func log(_ query: LogQuery) throws(TokenStoreError) -> [LogEntry] {
        var conditions: [String] = ["1"]
        var parameters: [SQLStatement.Parameter] = []
        func add(_ condition: String, _ values: SQLStatement.Parameter...) {
            conditions.append(condition)
            parameters += values
        }
        if let tenant = query.tenant { add("tenant = ?", .text(tenant)) }
        if let since = query.since { add("time >= ?", .integer(since.microseconds)) }
        if let until = query.until { add("time < ?", .integer(until.microseconds)) }
        if let token = query.token { add("token = ?", .token(token)) }
        if query.actor == "operator" {
            add("how = 'operator'")
        } else if let actor = query.actor {
            add("user = ?", .text(actor))
        }
        if let act = query.act {
            if act.hasSuffix(".") {
                add("substr(act, 1, ?) = ?", .integer(Int64(act.unicodeScalars.count)), .text(act))
            } else {
                add("act = ?", .text(act))
            }
        }
        if query.isRefused { add("substr(act, -8) = '.refused'") }
        var entries: [LogEntry] = []
        let sql = """
            SELECT \(LogEntry.columns) FROM log WHERE \(conditions.joined(separator: " AND "))
            ORDER BY number DESC LIMIT ?
            """
        try connection.rows(sql, parameters + [.integer(Int64(query.size))]) { entries.append(LogEntry($0)) }
        return entries.reversed()
    }

    /// Verifies the chain from the first entry to the newest.
    /// - Returns: the number of entries, and the faults: changed, missing, reordered or cut-off entries.
    package func verifyLog() throws(TokenStoreError) -> (count: Int, faults: [IntegrityViolation]) {
        // Read before the store, so that an entry committed meanwhile is not a fault.
        var faults: [IntegrityViolation] = []
        var head: LogCheckpoint?
        do throws(TokenStoreError) { head = try keys.head } catch { faults.append(IntegrityViolation(error.message)) }
        let isUnreadable = !faults.isEmpty
        return try connection.transaction("BEGIN") { () throws(TokenStoreError) in
            var count: Int64 = 0
            var hash: [UInt8] = []
            var isHeadSeen = head.map { $0.number == 0 } ?? true
            try connection.rows("SELECT \(LogEntry.columns) FROM log ORDER BY number") { row in
                let entry = LogEntry(row)
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
                if !entry.isWellFormed || entry.hash != keys.chain(entry.message) {
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
