package import Model

/// A token to be derived from another one.
package struct TokenDerivation: Sendable {
    /// The end of a derived token where nobody says how long it lasts: in 15 minutes, or with its parent.
    package static func usualEnd(after now: Instant, end: Instant) -> Instant {
        min(end, now.adding(.seconds(15 * 60)))
    }

    /// `nil` for the parent's name with a mark.
    package var name: ExactName?
    /// At most the end of the parent.
    package var expires: Instant
    /// Within that of the parent; `nil` for the same one.
    package var ceiling: Ceiling?
    package var description: ExactName?
    package var contact: ExactName?

    package init(
        name: ExactName? = nil, expires: Instant, ceiling: Ceiling? = nil, description: ExactName? = nil,
        contact: ExactName? = nil
    ) {
        self.name = name
        self.expires = expires
        self.ceiling = ceiling
        self.description = description
        self.contact = contact
    }
}

/// A change of a derived token that follows one of its parent.
package enum FollowingChange: String, CaseIterable, Sendable {
    case revoked, suspended, resumed, narrowed, shortened
}

/// Tokens that are derived from tokens: never wider, never longer, and ended with their parents.
extension TokenService {
    /// The most derivations between a token and one of its own.
    package static let mostGenerations = 3
    /// The most live tokens that are derived from one of its own.
    package static let mostChildren = 1_000
    /// The most live tokens that are derived from a derived one.
    package static let mostGrandchildren = 10

    /// Makes a token from another one, for the same combination.
    /// - Parameter version: the parent's version at the decision; the store throws `.stale` for another one.
    /// - Throws: `.state` where the parent is not live, has counted uses, or is a mobile token, and for a token that would
    ///   be wider or longer than it; otherwise as `create`.
    package func derive(
        from id: TokenID, _ derivation: TokenDerivation, expecting version: Int64? = nil, _ context: AuditContext
    ) throws(TokenStoreError) -> (TokenDetails, TokenString) {
        try write(context) { () throws(TokenStoreError) in
            let parent = try intact(id)
            try expect(version, parent)
            try requireFertile(parent, context)
            var random = SecureRandom()
            let own = TokenID(using: &random)
            let record = parent.details.token
            let draft = TokenDraft(
                tenant: parent.details.tenant, kind: .api,
                name: derivation.name ?? Self.name(record.name, marked: "derived", own), assignment: record.assignment,
                expires: derivation.expires, description: derivation.description, contact: derivation.contact,
                ceiling: derivation.ceiling ?? record.ceiling, parent: id)
            let (token, string) = try make(draft, id: own, context)
            try requireWithinParent(token, context.now)
            try log(
                "token.derive", token, by: context,
                Self.changes(from: nil, to: token.details.token) + [try fingerprint(of: string)])
            return (token.details, string)
        }
    }

    /// - Throws: `.state` for a token from which none can be derived.
    private func requireFertile(_ parent: StoredToken, _ context: AuditContext) throws(TokenStoreError) {
        let (id, record) = (parent.id, parent.details.token)
        try requireLive(parent, context.now)
        func refuse(_ reason: String) -> TokenStoreError { TokenStoreError(.state, "the token `\(id)` \(reason)") }
        if record.kind != .api { throw refuse("belongs to a login, so no token is derived from it") }
        if record.suspended != nil { throw refuse("is suspended, so no token is derived from it") }
        if record.dormantSince != nil { throw refuse("is marked as dormant, so no token is derived from it") }
        if record.ceiling?.uses != nil { throw refuse("has counted uses, so no token is derived from it") }
        // Otherwise a derived token could make its own successors, and outlive itself.
        if case .token(let acting, _, _) = context.actor, acting != id, try intact(acting).details.token.parent != nil {
            throw refuse("is not the one that acts, and a derived token derives from itself alone")
        }
        let generation = try generation(of: record)
        guard generation < Self.mostGenerations else {
            throw refuse("is \(Self.mostGenerations) derivations away from a token of its own, which is the most")
        }
        let most = generation == 0 ? Self.mostChildren : Self.mostGrandchildren
        guard try liveChildren(of: parent.details, context.now).count < most else {
            throw refuse("has \(most) live tokens that were derived from it, which is the most")
        }
    }

    // MARK: Families

    /// The number of derivations between a token and one of its own, counted up to one more than are permitted.
    /// - Parameters:
    ///   - parent: the token's parent; `nil` for a token of its own.
    ///   - next: gives the parent of a parent.
    private static func generation(
        _ parent: TokenID?, _ next: (TokenID) throws(TokenStoreError) -> TokenID?
    ) throws(TokenStoreError) -> Int {
        var generation = 0
        var current = parent
        while let id = current, generation <= mostGenerations {
            generation += 1
            current = try next(id)
        }
        return generation
    }

    private func generation(of record: TokenRecord) throws(TokenStoreError) -> Int {
        try Self.generation(record.parent) { id throws(TokenStoreError) in try intact(id).details.token.parent }
    }

    /// Records so that derived tokens come before those from which they were derived: what an act takes from both is
    /// taken from them before they follow.
    static func childrenFirst(
        _ records: [TokenRecord], _ parent: (TokenID) throws(TokenStoreError) -> TokenID?
    ) throws(TokenStoreError) -> [TokenRecord] {
        guard records.contains(where: { $0.parent != nil }) else { return records }
        var generations = [[TokenRecord]](repeating: [], count: mostGenerations + 2)
        for record in records { generations[try generation(record.parent, parent)].append(record) }
        return generations.reversed().flatMap(\.self)
    }

    /// The same, of tokens in the store.
    package func childrenFirst(_ ids: [TokenID]) throws(TokenStoreError) -> [TokenID] {
        var records: [TokenRecord] = []
        for id in ids { if let details = try details(id) { records.append(details.token) } }
        return try Self.childrenFirst(records) { id throws(TokenStoreError) in try details(id)?.token.parent }.map(\.id)
    }

    /// The tokens that were derived from one and are neither revoked nor expired.
    func liveChildren(of details: TokenDetails, _ now: Instant) throws(TokenStoreError) -> [StoredToken] {
        try tokens(.derived(from: details.token.id, tenant: details.tenant, liveAt: now))
    }

    /// The tokens that were derived from one and are neither revoked nor expired, in the order in which they were made.
    package func children(of details: TokenDetails, at now: Instant) throws(TokenStoreError) -> [TokenDetails] {
        try liveChildren(of: details, now).map(\.details)
    }

    /// The tokens from which one was derived, directly or not.
    package func ancestors(of record: TokenRecord) throws(TokenStoreError) -> [TokenID] {
        var ancestors: [TokenID] = []
        var next = record.parent
        while let id = next, ancestors.count <= Self.mostGenerations {
            ancestors.append(id)
            next = try details(id)?.token.parent
        }
        return ancestors
    }

    /// The tokens that were derived from some, directly or not, and are not among them.
    /// - Parameter now: for those alone that are neither revoked nor expired then; `nil` for all.
    package func descendants(of ids: [TokenID], liveAt now: Instant?) throws(TokenStoreError) -> Set<TokenID> {
        var found = Set(ids)
        var next = ids
        while let id = next.popLast() {
            guard let tenant = try details(id)?.tenant else { continue }
            for child in try tokens(.derived(from: id, tenant: tenant, liveAt: now))
            where found.insert(child.id).inserted {
                next.append(child.id)
            }
        }
        return found.subtracting(ids)
    }

    /// The numbers of derived tokens that the latest act changed with their parents. They are given once.
    package func takeFollowers() -> [FollowingChange: Int] {
        defer { followers = [:] }
        return Dictionary(grouping: followers.values, by: \.self).mapValues(\.count)
    }

    // MARK: Within a parent

    /// Requires that a derived token is within its parent. A token of its own always is.
    /// - Throws: `.state`.
    func requireWithinParent(_ token: StoredToken, _ now: Instant) throws(TokenStoreError) {
        guard let id = token.details.token.parent else { return }
        try requireLineage(of: token)
        let parent = try intact(id)
        try requireLive(parent, now)
        guard let fault = try fault(of: token.details, under: parent.details, now) else { return }
        throw TokenStoreError(.state, "the token \(fault) that from which it is derived, `\(id)`")
    }

    /// Requires that a derived token is one that could have been derived, whatever it may do.
    /// - Throws: `.state`.
    func requireLineage(of token: StoredToken) throws(TokenStoreError) {
        guard let id = token.details.token.parent else { return }
        let parent = try intact(id)
        guard token.details.token.kind == .api, parent.details.token.kind == .api else {
            throw TokenStoreError(.state, "the token belongs to a login, or its parent does: no such token is derived")
        }
        guard try generation(of: token.details.token) <= Self.mostGenerations else {
            throw TokenStoreError(
                .state, "the token is more than \(Self.mostGenerations) derivations away from a token of its own")
        }
    }

    /// The way in which a token has more than the one from which it is derived; `nil` where it has no more.
    private func fault(
        of child: TokenDetails, under parent: TokenDetails, _ now: Instant
    ) throws(TokenStoreError) -> String? {
        let (own, other) = (child.token, parent.token)
        if child.tenant != parent.tenant || own.assignment != other.assignment { return "has another combination than" }
        if own.expires > other.expires { return "would last longer (\(own.expires)) than \(other.expires), the end of" }
        // Whoever has the former string could make tokens that outlive it.
        if let until = parent.overlapUntil, until > now, own.expires > until {
            return "would last longer (\(own.expires)) than \(until), the end of the former string of"
        }
        if other.ceiling?.uses != nil { return "would have uses of its own, unlike" }
        if other.suspended != nil, own.suspended == nil { return "would be usable, unlike" }
        let parts = try partsBeyond(other.ceiling, in: own.ceiling, tenant: parent.tenant)
        if !parts.isEmpty {
            return "would be wider (\(parts.map(\.rawValue).joined(separator: ", "))) than"
        }
        return nil
    }

    // MARK: Following a parent

    /// Brings a derived token within its parent, which changed. What cannot be narrowed ends.
    /// - Parameter before: the parent's row before it; `nil` where something else changed.
    func restrict(
        _ child: StoredToken, to parent: StoredToken, _ before: StoredToken?, _ context: AuditContext
    ) throws(TokenStoreError) {
        var child = child
        let follows = [JSON.Member("follows", .string(parent.id.description))]
        func end() throws(TokenStoreError) {
            try self.end(&child, context, log: "token.revoke", follows)
            followers[child.id] = .revoked
        }
        let (record, old) = (parent.details.token, child.details.token)
        // A tampered one can only be revoked.
        guard !old.isTampered || record.revoked != nil else { return }
        if record.revoked != nil { return try end() }
        // A string that was replaced may be known to others, and so are the tokens that they derived with it.
        let isReplaced = before.map { $0.lookup != parent.lookup } ?? false
        let formerEnd = parent.details.overlapUntil.flatMap { $0 > context.now ? $0 : nil }
        if isReplaced, formerEnd == nil { return try end() }
        child.details.token.expires = [old.expires, record.expires, formerEnd].compactMap(\.self).min()!
        guard child.details.token.expires > max(old.created, context.now) else { return try end() }
        if let ceiling = record.ceiling {
            child.details.token.ceiling = (old.ceiling ?? Ceiling()).narrowed(to: ceiling)
        }
        if record.suspended != nil, old.suspended == nil {
            child.details.token.suspended = record.suspended
        } else if record.suspended == nil, let since = before?.details.token.suspended, old.suspended == since {
            child.details.token.suspended = nil
        }
        if try fault(of: child.details, under: parent.details, context.now) != nil { return try end() }
        let changes = Self.changes(from: old, to: child.details.token)
        guard !changes.isEmpty else { return }
        child = try save(child, context)
        let new = child.details.token
        let (act, change): (String, FollowingChange) =
            if new.suspended != old.suspended {
                old.suspended == nil ? ("token.suspend", .suspended) : ("token.resume", .resumed)
            } else if new.ceiling != old.ceiling {
                ("token.amend", .narrowed)
            } else { ("token.amend", .shortened) }
        try log(act, child, by: context, changes + follows)
        followers[child.id] = change
    }

    /// Brings all derived tokens of a tenant within their parents, after anything but an act on a token has changed what
    /// these can do: a department that moved, or rows that somebody answers for.
    func restrictAll(tenant: ExactName, _ context: AuditContext) throws(TokenStoreError) {
        for row in try store.tokens(.derived(from: nil, tenant: tenant, liveAt: context.now)) where isSealed(row) {
            // Each as it is now: it may have followed another one.
            guard var child = try stored(row.id), child.details.token.revoked == nil, let id = row.details.token.parent,
                let parent = try stored(id), !parent.details.token.isTampered
            else { continue }
            child.details.token.isTampered = false
            try restrict(child, to: parent, nil, context)
        }
    }
}
