package import Model

/// A token to be derived from another one.
package struct TokenDerivation: Sendable {
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
    case revoked, suspended, resumed, shortened
}

/// Tokens that are derived from tokens: never wider, never longer, and ended with their parents.
extension TokenService {
    /// The most tokens between a derived one and one of its own.
    package static let mostGenerations = 3
    /// The most live tokens that are derived from one.
    package static let mostChildren = 1_000

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
            try requireFertile(parent, context.now)
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
    private func requireFertile(_ parent: StoredToken, _ now: Instant) throws(TokenStoreError) {
        let id = parent.id
        try requireLive(parent, now)
        func refuse(_ reason: String) -> TokenStoreError { TokenStoreError(.state, "the token `\(id)` \(reason)") }
        if parent.details.token.kind != .api { throw refuse("belongs to a login, so no token is derived from it") }
        if parent.details.token.suspended != nil { throw refuse("is suspended, so no token is derived from it") }
        if parent.details.token.ceiling?.uses != nil {
            throw refuse("has counted uses, so no token is derived from it")
        }
        guard try generation(of: parent) < Self.mostGenerations else {
            throw refuse("is \(Self.mostGenerations) derivations away from a token of its own, which is the most")
        }
        guard try liveChildren(of: parent, now).count < Self.mostChildren else {
            throw refuse("has \(Self.mostChildren) live tokens that were derived from it, which is the most")
        }
    }

    /// The number of tokens above one: 0 for a token of its own.
    private func generation(of token: StoredToken) throws(TokenStoreError) -> Int {
        var generation = 0
        var next = token.details.token.parent
        while let id = next, generation < Self.mostGenerations {
            generation += 1
            next = try intact(id).details.token.parent
        }
        return generation
    }

    /// The tokens that were derived from one and are neither revoked nor expired.
    func liveChildren(of token: StoredToken, _ now: Instant) throws(TokenStoreError) -> [StoredToken] {
        try tokens(.derived(from: token.id, tenant: token.details.tenant)).filter {
            $0.details.token.revoked == nil && $0.details.token.expires > now
        }
    }

    /// The number of live tokens that were derived from some, directly or not, and are not among them.
    package func liveDescendants(of ids: [TokenID], _ now: Instant) throws(TokenStoreError) -> Int {
        var known = Set(ids)
        var next = ids
        while let id = next.popLast() {
            guard let token = try stored(id) else { continue }
            for child in try liveChildren(of: token, now) where known.insert(child.id).inserted {
                next.append(child.id)
            }
        }
        return known.count - Set(ids).count
    }

    /// The numbers of derived tokens that the acts since the last call changed with their parents.
    package func takeFollowers() -> [FollowingChange: Int] {
        defer { followers = [:] }
        return followers
    }

    /// The tokens that were derived from one, in the order in which they were made.
    package func children(of details: TokenDetails) throws(TokenStoreError) -> [TokenDetails] {
        try tokens(.derived(from: details.token.id, tenant: details.tenant)).map(\.details)
    }

    /// Requires that a derived token is within its parent. A token of its own always is.
    /// - Throws: `.state`.
    func requireWithinParent(_ token: StoredToken, _ now: Instant) throws(TokenStoreError) {
        guard let id = token.details.token.parent else { return }
        let parent = try intact(id)
        try requireLive(parent, now)
        guard let fault = try fault(of: token.details, under: parent.details) else { return }
        throw TokenStoreError(.state, "the token \(fault) that from which it is derived, `\(id)`")
    }

    /// The way in which a token has more than the one from which it is derived; `nil` where it has no more.
    private func fault(of child: TokenDetails, under parent: TokenDetails) throws(TokenStoreError) -> String? {
        let (own, other) = (child.token, parent.token)
        if child.tenant != parent.tenant || own.assignment != other.assignment { return "has another combination than" }
        if own.expires > other.expires { return "would last longer (\(own.expires)) than \(other.expires), the end of" }
        if other.suspended != nil, own.suspended == nil { return "would be usable, unlike" }
        let parts = try partsBeyond(other.ceiling, in: own.ceiling, tenant: parent.tenant)
        if !parts.isEmpty {
            return "would be wider (\(parts.map(\.rawValue).joined(separator: ", "))) than"
        }
        return nil
    }

    // MARK: Following a parent

    /// Brings a derived token within its parent, which changed. What cannot be narrowed ends.
    /// - Parameter before: the parent's row before it.
    func restrict(
        _ child: StoredToken, to parent: StoredToken, _ before: StoredToken?, _ context: AuditContext
    ) throws(TokenStoreError) {
        var child = child
        let follows = [JSON.Member("follows", .string(parent.id.description))]
        func end() throws(TokenStoreError) {
            try self.end(&child, context, log: "token.revoke", follows)
            followers[.revoked, default: 0] += 1
        }
        let (record, old) = (parent.details.token, child.details.token)
        // A tampered one can only be revoked.
        guard !old.isTampered || record.revoked != nil else { return }
        if record.revoked != nil { return try end() }
        // A string that was replaced may be known to others, and so are the tokens that they derived with it.
        let isReplaced = before.map { $0.lookup != parent.lookup } ?? false
        if isReplaced, parent.details.overlapUntil == nil { return try end() }
        let most = isReplaced ? min(record.expires, parent.details.overlapUntil!) : record.expires
        child.details.token.expires = min(old.expires, most)
        if record.suspended != nil, old.suspended == nil {
            child.details.token.suspended = record.suspended
        } else if record.suspended == nil, let since = before?.details.token.suspended, old.suspended == since {
            child.details.token.suspended = nil
        }
        if try fault(of: child.details, under: parent.details) != nil { return try end() }
        let changes = Self.changes(from: old, to: child.details.token)
        guard !changes.isEmpty else { return }
        child = try save(child, context)
        let (act, change): (String, FollowingChange) =
            child.details.token.suspended == old.suspended
            ? ("token.amend", .shortened)
            : old.suspended == nil ? ("token.suspend", .suspended) : ("token.resume", .resumed)
        try log(act, child, by: context, changes + follows)
        followers[change, default: 0] += 1
    }
}
