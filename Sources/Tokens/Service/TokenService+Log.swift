package import Model

extension TokenService {
    // MARK: Writing

    /// Adds an entry, in the same transaction as the act that it records.
    @discardableResult func log(_ entry: LogEntry) throws(TokenStoreError) -> LogEntry {
        assert(LogAct.all.contains(entry.act), "`\(entry.act)` is missing in `LogAct`")
        var entry = entry
        let head = try store.newestEntry
        let last = head?.number ?? 0
        guard (0..<StoredCount.most).contains(last) else {
            throw TokenStoreError(
                .tampered,
                "the log of the store `\(store.name)` has an entry with the invalid number \(last): run "
                    + "`demilune log verify`")
        }
        entry.number = last + 1
        entry.previous = head?.hash ?? []
        entry.hash = try keys.chain(entry.message)
        try store.append(entry)
        lastLogged = entry
        return entry
    }

    /// Adds an entry about a token, with the present names.
    func log(
        _ act: String, _ token: StoredToken, by context: AuditContext, _ more: [JSON.Member] = []
    ) throws(TokenStoreError) {
        var entry = LogEntry(act, by: context, tenant: token.details.tenant)
        entry.token = token.id
        entry.last4 = token.details.last4
        entry.version = token.details.version
        entry.details = try names(of: token) + more + grounds(context)
        try log(entry)
    }

    /// Adds an entry about a tenant's directory, with its present version.
    /// - Parameter version: its version, as sealed.
    func logTenant(
        _ act: String, _ tenant: ExactName, version: Int64, _ context: AuditContext, _ details: [JSON.Member] = []
    ) throws(TokenStoreError) {
        var entry = LogEntry(act, by: context, tenant: tenant)
        entry.version = version
        entry.details = details + grounds(context)
        try log(entry)
    }

    /// The reason that the actor gave, the policies that permitted the act, and what they advised.
    func grounds(_ context: AuditContext) -> [JSON.Member] {
        var members = context.reason.map { [JSON.Member("reason", .string($0))] } ?? []
        if let request = context.request { members.append(.init(RequestAct.member, .string(request))) }
        if let version = context.policyVersion { members.append(.init("policies", .string(version))) }
        guard !context.advice.isEmpty else { return members }
        let advice = context.advice.map { advice in
            JSON.object(
                [.init("policy", .string(advice.policy)), .init("text", .string(advice.text))]
                    + (advice.details.isEmpty ? [] : [.init("details", .object(advice.details))]))
        }
        return members + [.init("advice", .array(advice)), .init("advice_taken", .boolean(context.isAdviceTaken))]
    }

    /// The fields of a token that an act changed, before and after it.
    /// - Parameter before: `nil` for a new token.
    static func changes(from before: TokenRecord?, to after: TokenRecord) -> [JSON.Member] {
        func fields(_ record: TokenRecord) -> [JSON.Member] {
            [
                .init("kind", .string(record.kind.rawValue)), .init("name", .string(record.name)),
                .init("assignment", .string(record.assignment)), .init("expires", .string(record.expires.description)),
                .init("description", .optional(record.description)), .init("contact", .optional(record.contact)),
                .init("ceiling", record.ceiling?.json ?? .null),
                .init("parent", .optional(record.parent?.description)),
                .init("suspended", .optional(record.suspended?.description)),
                .init("dormant_since", .optional(record.dormantSince?.description)),
                .init("revoked", .optional(record.revoked?.description)),
            ]
        }
        guard let before else { return [.init("after", .object(fields(after).filter { $0.value != .null }))] }
        let changed = zip(fields(before), fields(after)).filter { $0.value != $1.value }
        guard !changed.isEmpty else { return [] }
        return [.init("before", .object(changed.map(\.0))), .init("after", .object(changed.map(\.1)))]
    }

    private func names(of token: StoredToken) throws(TokenStoreError) -> [JSON.Member] {
        let record = token.details.token
        var names = [JSON.Member("name", .string(record.name))]
        if let description = record.description { names.append(.init("description", .string(description))) }
        if let contact = record.contact { names.append(.init("contact", .string(contact))) }
        guard let assignment = try store.assignment(record.assignment, tenant: token.details.tenant) else {
            return names
        }
        return names + [
            .init("user", .string(assignment.user)), .init("user_name", .string(assignment.userName)),
            .init("department", .string(assignment.departmentName)),
            .init("user_type", .string(assignment.userTypeName)),
        ]
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
                    entry.details = members + grounds(context)
                    try log(entry)
                }
            }
            guard ids.isEmpty else { return }
            var entry = LogEntry(act + ".refused", by: context, tenant: tenant)
            entry.details = members + grounds(context)
            try log(entry)
        }
    }

    /// Notes an entry in the checkpoint beside the key file, so that a truncated log is noticed. It is the entry that
    /// was written and read back here, not the newest one that the store has by now.
    func note(_ entry: LogEntry) throws(TokenStoreError) {
        try keys.note(LogCheckpoint(number: entry.number, hash: entry.hash, version: Self.sealedVersion))
    }

    // MARK: Reading

    /// The newest entry of an act on a token, with its actor and reason; `nil` where the log has none, or not as it was
    /// written.
    package func lastEntry(_ act: String, of id: TokenID) throws(TokenStoreError) -> LogEntry? {
        guard !isReadOnly else { return nil }
        var query = LogQuery()
        query.token = id
        query.act = act
        query.size = 1
        guard let entry = try log(query).last, try isIntact(entry) else { return nil }
        return entry
    }

    /// Reads the entries that match a query, in ascending order and bounded memory, whatever the query's size.
    package func eachEntry(
        _ query: LogQuery, _ body: (LogEntry) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        _ = try keys
        var query = query
        (query.isOldestFirst, query.size) = (true, 1_000)
        try store.read { () throws(TokenStoreError) in
            while true {
                let entries = try store.entries(query)
                for entry in entries { try body(entry) }
                guard entries.count == query.size else { return }
                query.after = entries.last?.number
            }
        }
    }

    /// Reads the entries of one act of a tenant, in ascending order.
    /// - Throws: `.tampered` for an entry that is not as it was written. What was removed is not noticed.
    func eachIntactEntry(
        of act: String, tenant: ExactName, _ body: (LogEntry) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        var query = LogQuery()
        (query.act, query.tenant) = (act, tenant)
        try eachEntry(query) { entry throws(TokenStoreError) in
            guard try isIntact(entry) else { throw .changed(entry) }
            try body(entry)
        }
    }

    /// Reads all entries after one, in ascending order, each checked with its place in the chain; so is the one itself.
    /// - Parameter end: the last one; `nil` for the newest.
    /// - Throws: `.tampered` for an entry that was changed, removed, or comes from another copy of the log.
    func eachChainedEntry(
        after start: LogEntry, upTo end: LogEntry?, _ body: (LogEntry) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        let before = start.number == 1 ? [] : try store.entryHash(start.number - 1)
        guard try isIntact(start), before == start.previous else { throw .changed(start) }
        var query = LogQuery()
        query.after = start.number
        query.before = end.map { StoredCount.next($0.number) }
        var last = start
        try eachEntry(query) { entry throws(TokenStoreError) in
            guard entry.number == StoredCount.next(last.number), entry.previous == last.hash, try isIntact(entry) else {
                throw .changed(entry)
            }
            last = entry
            try body(entry)
        }
        if let end, last.number != end.number { throw .changed(end) }
    }

    /// The number of entries that match a query, whatever its size.
    package func entryCount(_ query: LogQuery) throws(TokenStoreError) -> Int {
        var count = 0
        try eachEntry(query) { _ in count += 1 }
        return count
    }

    /// The newest entries that match a query, in ascending order.
    package func log(_ query: LogQuery) throws(TokenStoreError) -> [LogEntry] {
        _ = try keys
        return try store.entries(query)
    }
}
