package import Model

extension TokenService {
    // MARK: Making

    /// Creates a token and returns its string. The string is kept only for an API token of a tenant that keeps strings.
    /// - Throws: `.name`, `.duplicate`, `.unknown`, `.state` for an assignment that cannot have tokens.
    package func create(_ draft: TokenDraft, _ context: AuditContext) throws(TokenStoreError) -> (
        TokenDetails, TokenString
    ) {
        try write(context) { () throws(TokenStoreError) in
            let (token, string) = try make(draft, context)
            let changes = Self.changes(from: nil, to: token.details.token)
            try log("token.issue", token, by: context, changes + [try fingerprint(of: string)])
            return (token.details, string)
        }
    }

    /// - Parameter id: the id of the new token; `nil` for a random one.
    func make(
        _ draft: TokenDraft, id: TokenID? = nil, _ context: AuditContext
    ) throws(TokenStoreError) -> (StoredToken, TokenString) {
        let name = try TokenName(draft.name, allowsNothing: draft.kind == .mobile).text
        try requireIntactTenant(draft.tenant)
        try requireAssignment(draft.assignment, tenant: draft.tenant)
        guard draft.expires > context.now else {
            throw TokenStoreError(.state, "a token must expire after its creation")
        }
        var random = SecureRandom()
        var record = TokenRecord(
            id: id ?? TokenID(using: &random), kind: draft.kind, name: name, assignment: draft.assignment,
            created: context.now,
            expires: draft.expires)
        try record.storeNotes(description: draft.description, contact: draft.contact)
        record.ceiling = try fitted(draft.ceiling, to: draft.assignment, tenant: draft.tenant)
        record.parent = draft.parent
        var token = StoredToken(
            details: TokenDetails(
                tenant: draft.tenant, token: record, updated: context.now, version: 0, createdBy: context.actor.name,
                revealCount: 0, isKept: false))
        let string = try mint(&token, &random)
        return (try insert(token, context.now), string)
    }

    /// Gives a token a new string.
    func mint(_ token: inout StoredToken, _ random: inout SecureRandom) throws(TokenStoreError) -> TokenString {
        let string = TokenString.mint(token.details.token.kind, using: &random)
        let key = try keys.active
        token.lookup = KeyedDigest(key: key.number, digest: key.lookup(string))
        token.details.last4 = string.last4
        token.sealed = nil
        // The tenant's sealed directory determines if strings are kept, so its seal is checked first.
        if token.details.token.kind == .api { try requireIntactTenant(token.details.tenant) }
        // A derived token is soon over, and is derived again rather than shown again.
        if token.details.token.kind == .api, token.details.token.parent == nil,
            try store.keepsStrings(token.details.tenant)
        {
            token.sealed = key.seal(string, tenant: token.details.tenant, token: token.id, using: &random)
        }
        token.details.isKept = token.sealed != nil
        return string
    }

    // MARK: Changing

    /// Changes a token's name, expiry, assignment, description, contact or ceiling.
    /// - Parameter version: the token's version at the decision; the store throws `.stale` for another one.
    @discardableResult package func amend(
        _ id: TokenID, _ change: TokenChange, expecting version: Int64? = nil, _ context: AuditContext
    ) throws(TokenStoreError) -> TokenDetails {
        try write(context) { () throws(TokenStoreError) in
            var token = try intact(id)
            try expect(version, token)
            let before = token.details.token
            guard token.details.token.revoked == nil else {
                throw TokenStoreError(.state, "the token `\(id)` is revoked and cannot be changed")
            }
            if let name = change.name {
                let new = try TokenName(name, allowsNothing: token.details.token.kind == .mobile).text
                token.details.token.name = new
            }
            if let expires = change.expires {
                guard token.details.token.kind == .api else {
                    throw TokenStoreError(
                        .state,
                        "a mobile token expires \(TokenKind.mobileDays) days after its login and cannot be extended")
                }
                guard expires > context.now else {
                    throw TokenStoreError(.state, "the expiry is in the past: revoke the token instead")
                }
                guard token.details.token.parent == nil || expires <= token.details.token.expires else {
                    throw TokenStoreError(.state, "a derived token cannot be extended: derive another one")
                }
                token.details.token.expires = expires
            }
            if let assignment = change.assignment {
                try requireIntactTenant(token.details.tenant)
                try requireAssignment(assignment, tenant: token.details.tenant)
                guard try user(of: assignment, token) == user(of: token.details.token.assignment, token) else {
                    throw TokenStoreError(
                        .state,
                        "the assignment `\(assignment)` belongs to another user: use `demilune token reassign`")
                }
                token.details.token.assignment = assignment
            }
            let record = token.details.token
            try token.details.token.storeNotes(
                description: change.description ?? record.description, contact: change.contact ?? record.contact)
            if let ceiling = change.ceiling { token.details.token.ceiling = ceiling }
            if change.ceiling != nil || change.assignment != nil {
                token.details.token.ceiling = try fitted(
                    token.details.token.ceiling, to: token.details.token.assignment, tenant: token.details.tenant)
            }
            if let uses = token.details.token.ceiling?.uses, token.details.useCount >= uses {
                throw TokenStoreError(
                    .state,
                    "the token `\(id)` has had \(counted(token.details.useCount, "use")): revoke it, or permit more uses"
                )
            }
            try requireWithinParent(token, context.now)
            token = try save(token, context)
            try log("token.amend", token, by: context, Self.changes(from: before, to: token.details.token))
            return token.details
        }
    }

    func expect(_ version: Int64?, _ token: StoredToken) throws(TokenStoreError) {
        guard let version, version != token.details.version else { return }
        throw TokenStoreError(.stale, "the token `\(token.id)` was changed meanwhile: review it and try again")
    }

    private func user(of assignment: ExactName, _ token: StoredToken) throws(TokenStoreError) -> ExactName? {
        try store.assignment(assignment, tenant: token.details.tenant)?.user
    }

    /// Gives a token a new string. The former string stays valid for the overlap, if one is given.
    /// - Throws: `.state` while an earlier overlap runs, because its former string is still in use.
    package func rotate(
        _ id: TokenID, overlap: Duration?, _ context: AuditContext
    ) throws(TokenStoreError) -> (TokenDetails, TokenString) {
        try write(context) { () throws(TokenStoreError) in
            var token = try intact(id)
            try requireLive(token, context.now)
            if let until = token.details.overlapUntil, until > context.now {
                throw TokenStoreError(
                    .state, "the token `\(id)` was already rotated: its former string works until \(until)")
            }
            (token.previous, token.details.overlapUntil) = (nil, nil)
            if let overlap, let former = token.lookup {
                token.previous = former
                token.details.overlapUntil = min(context.now.adding(overlap), token.details.token.expires)
            }
            let former = try unsealed(token)
            var random = SecureRandom()
            let string = try mint(&token, &random)
            token = try save(token, context)
            var members = [try fingerprint(of: string)]
            if let former { members.append(try fingerprint(of: former, as: Self.formerString)) }
            if let until = token.details.overlapUntil {
                members.append(.init("overlap_until", .string(until.description)))
            }
            try log("token.rotate", token, by: context, members)
            return (token.details, string)
        }
    }

    /// Suspends tokens, all of them or none.
    /// - Parameters:
    ///   - evenExpired: true to suspend expired ones as well, which stay suspended when somebody extends them.
    ///   - more: members of the entries of the log.
    package func suspend(
        _ ids: [TokenID], evenExpired: Bool = false, _ context: AuditContext, _ more: [JSON.Member] = []
    ) throws(TokenStoreError) {
        try change(ids, "token.suspend", context, more) { token throws(TokenStoreError) in
            if !evenExpired { try requireLive(token, context.now) }
            guard token.details.token.suspended == nil else { return false }
            token.details.token.suspended = context.now
            return true
        }
    }

    /// Resumes tokens, all of them or none.
    package func resume(_ ids: [TokenID], _ context: AuditContext) throws(TokenStoreError) {
        try write(context) { () throws(TokenStoreError) in
            try change(ids, "token.resume", context) { token throws(TokenStoreError) in
                try requireLive(token, context.now)
                guard token.details.token.suspended != nil else { return false }
                try requireIntactTenant(token.details.tenant)
                try requireAssignment(token.details.token.assignment, tenant: token.details.tenant)
                token.details.token.suspended = nil
                return true
            }
            for id in ids { try requireWithinParent(try intact(id), context.now) }
        }
    }

    /// Clears a token's dormant mark.
    package func clearDormant(_ id: TokenID, _ context: AuditContext) throws(TokenStoreError) {
        try change([id], "token.clear_dormant", context) { token in
            defer { token.details.token.dormantSince = nil }
            return token.details.token.dormantSince != nil
        }
    }

    /// - Parameter body: changes the token; returns false when there is nothing to change.
    private func change(
        _ ids: [TokenID], _ name: String, _ context: AuditContext, _ more: [JSON.Member] = [],
        _ body: (inout StoredToken) throws(TokenStoreError) -> Bool
    ) throws(TokenStoreError) {
        try write(context) { () throws(TokenStoreError) in
            for id in ids {
                var token = try intact(id)
                let before = token.details.token
                guard try body(&token) else { continue }
                token = try save(token, context)
                try log(name, token, by: context, Self.changes(from: before, to: token.details.token) + more)
            }
        }
    }

    /// Reassigns a token: makes a new one for another assignment with a new string, and with the same name, expiry,
    /// description, contact and ceiling. The old one ends at once or after an overlap.
    /// - Parameter expires: another expiry, where the policies suggested one.
    package func reassign(
        _ id: TokenID, assignment: ExactName, expires: Instant? = nil, overlap: Duration?, _ context: AuditContext
    ) throws(TokenStoreError) -> (TokenDetails, TokenString) {
        try write(context) { () throws(TokenStoreError) in
            var old = try intact(id)
            try requireLive(old, context.now)
            guard old.details.token.kind == .api else {
                throw TokenStoreError(.state, "a mobile token belongs to a login and cannot be reassigned")
            }
            guard old.details.token.parent == nil else {
                throw TokenStoreError(
                    .state, "the token `\(id)` was derived from another one and has its assignment: create a token")
            }
            let draft = TokenDraft(
                tenant: old.details.tenant, kind: .api, name: old.details.token.name, assignment: assignment,
                expires: expires ?? old.details.token.expires, description: old.details.token.description,
                contact: old.details.token.contact, ceiling: old.details.token.ceiling)
            var random = SecureRandom()
            let successor = TokenID(using: &random)
            let replaced = [JSON.Member(Self.successor, .string(successor.description))]
            let before = old.details.token
            if let overlap {
                old.details.token.expires = min(context.now.adding(overlap), old.details.token.expires)
                // Two live tokens cannot share a name: the one that ends soon gives it up.
                old.details.token.name = Self.name(old.details.token.name, marked: "replaced", id)
                old = try save(old, context)
                let changes = Self.changes(from: before, to: old.details.token)
                try log("token.amend", old, by: context, changes + replaced)
            } else {
                try end(&old, context, log: "token.revoke", replaced)
            }
            let (new, string) = try make(draft, id: successor, context)
            try log(
                "token.issue", new, by: context,
                Self.changes(from: nil, to: new.details.token)
                    + [.init("replaces", .string(id.description)), try fingerprint(of: string)])
            return (new.details, string)
        }
    }

    /// The name made unique by a mark at its end: `Warehouse (replaced 4f1c22)`.
    static func name(_ name: ExactName, marked word: String, _ id: TokenID) -> ExactName {
        let mark = " (\(word) \(id.description.prefix(6)))"
        let most = 100 - mark.unicodeScalars.count
        var name = name.text
        while name.unicodeScalars.count > most || name.utf8.count + mark.utf8.count > 400 { name.removeLast() }
        return ExactName(name + mark)
    }
}
