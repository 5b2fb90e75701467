package import Model

extension TokenService {
    /// Imports records: adds and changes them by id, all or nothing; removes none.
    ///
    /// Tokens whose assignments lose their validity are handled as by `set`. When a user becomes inactive, the mobile
    /// tokens are revoked and the API tokens suspended. Any other loss is refused while live tokens are in the way.
    /// - Parameter revokesTokens: true to revoke those live tokens instead.
    /// - Parameter mints: true to give new live API tokens a string, which can then be revealed.
    package func merge(
        _ organisation: Organisation, _ context: AuditContext, revokesTokens: Bool = false, mints: Bool = false
    ) throws(TokenStoreError) -> MergeSummary {
        try write(context) { () throws(TokenStoreError) in
            let before = try read(.none)
            for tenant in before.tenants where organisation.tenants.contains(where: { $0.id == tenant.id }) {
                try requireIntactTenant(tenant.id)
            }
            var importer = try DirectoryImporter(before: before, after: organisation)
            try store.write(importer.changes)
            let after = try read(.none)
            do throws(OrganisationError) {
                _ = try Directory(after)
                try after.refuseTwins()
            } catch {
                throw TokenStoreError(.invalid, "\(error.path): \(error.message)")
            }
            for tenant in organisation.tenants where Self.differ(tenant.id, before, after) {
                let known = before.tenants.first { $0.id == tenant.id }
                let keeps = try store.keepsStrings(tenant.id)
                // A new tenant keeps strings.
                let meant = importer.meant(tenant, before: known)
                let version = try sealTenant(meant, keepsStrings: known == nil ? true : keeps)
                try logTenant(
                    "tenant.change", tenant.id, version: version, context, Self.changes(from: known, to: meant))
            }
            // Before the new tokens are added: those belong to the new directory.
            let fallen = try endUnassignedTokens(from: before, to: after, revokesTokens: revokesTokens, context)
            (importer.summary.revoked, importer.summary.suspended) = (fallen.revoked, fallen.suspended)
            for tenant in organisation.tenants {
                let parents = tenant.tokens.compactMap { token in token.parent.map { (token.id, $0) } }
                let parent = Dictionary(parents) { one, _ in one }
                for token in try Self.childrenFirst(tenant.tokens, { id in parent[id] }) {
                    _ = importer.note(try merge(token, tenant: tenant.id, mints: mints, context))
                }
            }
            try requireWithinParents(organisation, context.now)
            for tenant in organisation.tenants { try restrictAll(tenant: tenant.id, context) }
            let summary = importer.summary
            guard summary.added + summary.changed > 0 else { return summary }
            var entry = LogEntry("import", by: context, tenant: nil)
            entry.details =
                [
                    .init("added", .integer(Int64(summary.added))), .init("changed", .integer(Int64(summary.changed))),
                ] + grounds(context)
            try log(entry)
            return summary
        }
    }

    /// The fields of a tenant's records that an import changed, before and after it, and the records that are new.
    ///
    /// The first ones are listed, and the number of all is told.
    private static func changes(from before: TenantRecord?, to after: TenantRecord) -> [JSON.Member] {
        guard var before else { return [] }
        before.tokens = []
        let changes = Organisation(tenants: [before]).changes(to: Organisation(tenants: [after]), whole: true)
        let listed = changes.prefix(mostLogged).map { change in
            JSON.object([
                .init("list", .string(change.list)), .init("id", .string(change.id)),
                .init("field", .string(change.field)), .init("before", change.before ?? .null),
                .init("after", change.after ?? .null),
            ])
        }
        return [.init("changes", .array(listed)), .init("changed_fields", .integer(Int64(changes.count)))]
    }

    /// The most changes that one entry of the log lists.
    private static let mostLogged = 500

    /// Imports records from the JSON of `import`. Members that a record leaves out stay as they are.
    /// - Throws: `.invalid` with the JSON path of the first fault, and what the other `merge` throws.
    package func merge(_ json: JSON, _ context: AuditContext, revokesTokens: Bool = false) throws(TokenStoreError)
        -> MergeSummary
    {
        try write(context) { () throws(TokenStoreError) in
            let base = try read(.some(Organisation.tokens(in: json)))
            let records = try Self.records(json, on: base)
            var summary = try merge(records, context, revokesTokens: revokesTokens)
            summary.review = ImportReview(stored: base, records: records)
            return summary
        }
    }

    /// The records of an import file, completed with the store's records and validated.
    /// - Throws: `.invalid` with the JSON path of the first fault.
    private static func records(_ json: JSON, on base: Organisation) throws(TokenStoreError) -> Organisation {
        let records: Organisation
        do throws(OrganisationError) {
            records = try Organisation(json: json, on: base)
            _ = try Directory(records.standing(on: base))
        } catch {
            throw TokenStoreError(
                .invalid, [error.path, error.message].filter { !$0.isEmpty }.joined(separator: ": "))
        }
        try ImportedNames.check(records, stored: base)
        return records
    }

    /// The records and the counts of an import, without doing it and without the tokens that it would end.
    /// - Throws: as the import would, except for live tokens in its way.
    package static func preview(
        _ json: JSON, on base: Organisation
    ) throws(TokenStoreError) -> (records: Organisation, summary: MergeSummary) {
        let records = try records(json, on: base)
        var importer = try DirectoryImporter(before: base, after: records)
        var known: [TokenID: (tenant: ExactName, record: TokenRecord)] = [:]
        for tenant in base.tenants { for token in tenant.tokens { known[token.id] = (tenant.id, token) } }
        for tenant in records.tenants {
            for token in tenant.tokens {
                let record = try kept(token)
                guard let old = known[token.id] else {
                    _ = importer.note(nil)
                    continue
                }
                try requireSame(record, tenant.id, old.record, old.tenant)
                _ = importer.note(old.record == record)
            }
        }
        var summary = importer.summary
        summary.review = ImportReview(stored: base, records: records)
        return (records, summary)
    }

    private static func differ(_ id: ExactName, _ before: Organisation, _ after: Organisation) -> Bool {
        let find = { (organisation: Organisation) in
            var tenant = organisation.tenants.first { $0.id == id }
            tenant?.isTampered = false
            return tenant
        }
        return find(before) != find(after)
    }

    /// Imports a token. An existing one keeps its tenant, kind, assignment and creation, and stays revoked if it is.
    /// - Returns: true for an unchanged token, `nil` for a new one.
    private func merge(_ record: TokenRecord, tenant: ExactName, mints: Bool, _ context: AuditContext)
        throws(TokenStoreError)
        -> Bool?
    {
        let record = try Self.kept(record)
        guard var token = try stored(record.id) else {
            var random = SecureRandom()
            var token = StoredToken(
                details: TokenDetails(
                    tenant: tenant, token: record, updated: record.created, version: 0, createdBy: context.actor.name,
                    revealCount: 0, isKept: false))
            try requireFit(record, tenant)
            let isLive = record.revoked == nil && record.expires > context.now
            if mints, isLive, record.kind == .api { _ = try mint(&token, &random) }
            try insert(token, context.now)
            return nil
        }
        let known = token.details.token
        try Self.requireSame(record, tenant, known, token.details.tenant)
        if known == record { return true }
        guard known.parent == record.parent else {
            throw TokenStoreError(.invalid, "the token `\(record.id)`: its parent cannot change")
        }
        token = try intact(record.id)
        if record.ceiling != known.ceiling { try requireFit(record, tenant) }
        token.details.token = record
        if record.revoked != nil, known.revoked == nil {
            try end(&token, context, log: "token.revoke")
            token.details.token.revoked = record.revoked
        }
        try save(token, context)
        return false
    }

    /// Requires that each derived token of an import is within its parent, once all of them are there.
    /// - Throws: `.invalid`.
    private func requireWithinParents(_ organisation: Organisation, _ now: Instant) throws(TokenStoreError) {
        for record in organisation.tenants.flatMap(\.tokens) where record.parent != nil && record.revoked == nil {
            guard let token = try stored(record.id), token.details.token.revoked == nil else { continue }
            do throws(TokenStoreError) {
                if token.details.token.expires > now {
                    try requireWithinParent(token, now)
                } else {
                    try requireLineage(of: token)
                }
            } catch {
                throw TokenStoreError(.invalid, "the token `\(record.id)`: \(error.message)")
            }
        }
    }

    /// - Throws: `.invalid` for a ceiling that is wider than the combination.
    private func requireFit(_ record: TokenRecord, _ tenant: ExactName) throws(TokenStoreError) {
        do throws(TokenStoreError) { _ = try fitted(record.ceiling, to: record.assignment, tenant: tenant) } catch {
            throw TokenStoreError(.invalid, "the token `\(record.id)`: \(error.message)")
        }
    }

    /// - Throws: `.invalid` where an import would move a token, or undo its revocation.
    private static func requireSame(
        _ record: TokenRecord, _ tenant: ExactName, _ known: TokenRecord, _ knownTenant: ExactName
    ) throws(TokenStoreError) {
        guard knownTenant == tenant, known.kind == record.kind, known.assignment == record.assignment,
            known.created == record.created
        else {
            throw TokenStoreError(
                .invalid,
                "the token `\(record.id)` already exists: its tenant, kind, assignment and creation cannot change")
        }
        guard known.revoked == nil || record.revoked != nil else {
            throw TokenStoreError(.invalid, "the token `\(record.id)` is revoked and cannot become valid again")
        }
    }

    /// The record with its texts in the stored form.
    private static func kept(_ record: TokenRecord) throws(TokenStoreError) -> TokenRecord {
        var record = record
        do throws(TokenStoreError) {
            record.name = try TokenName(record.name, allowsNothing: record.kind == .mobile).text
            try record.storeNotes(description: record.description, contact: record.contact)
            if let purpose = record.ceiling?.purpose {
                record.ceiling?.purpose = try TokenNote.purpose.stored(purpose)
            }
        } catch { throw TokenStoreError(.invalid, "the token `\(record.id)`: \(error.message)") }
        return record
    }
}
