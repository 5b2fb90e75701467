package import Model

extension TokenService {
    /// A ceiling in its stored form, within what an assignment may do.
    ///
    /// It is checked when a token is made or changed. Later the user type may lose a permission: the token has what both
    /// leave.
    /// - Parameter ceiling: an empty one is none.
    /// - Throws: `.name` for a purpose that cannot be stored, `.state` for a ceiling that is wider than the combination
    ///   or has no effect on it, `.unknown` for a department that is not there.
    func fitted(
        _ ceiling: Ceiling?, to assignment: ExactName, tenant: ExactName
    ) throws(TokenStoreError) -> Ceiling? {
        guard var ceiling, !ceiling.isEmpty else { return nil }
        ceiling.purpose = try TokenNote.purpose.stored(ceiling.purpose)
        guard let details = try store.assignment(assignment, tenant: tenant) else {
            throw TokenStoreError(.unknown, "there is no assignment `\(assignment)`")
        }
        if let permissions = ceiling.permissions {
            let held = PermissionSet(details.permissions)
            for permission in permissions {
                if let fault = PermissionSet.fault(permission.text, wildcard: true) {
                    throw TokenStoreError(.invalid, "`\(permission)`: \(fault)")
                }
                guard !held.covers(PermissionSet([permission])) else { continue }
                throw TokenStoreError(
                    .state,
                    "the ceiling is wider than its combination: \(details.userName) as \(details.userTypeName) does not "
                        + "have `\(permission)`")
            }
        }
        for department in ceiling.departments ?? [] {
            let path = try store.departments(from: department, tenant: tenant)
            guard !path.isEmpty else {
                throw TokenStoreError(.unknown, "there is no department `\(department)`")
            }
            guard path.contains(where: { $0.id == details.department }) else {
                throw TokenStoreError(
                    .state,
                    "the ceiling is wider than its combination: the department `\(department)` is not within "
                        + "\(details.departmentName)")
            }
        }
        return ceiling.isEmpty ? nil : ceiling
    }

    /// The parts of a ceiling that permit something that another one does not.
    package func partsBeyond(
        _ other: Ceiling?, in ceiling: Ceiling?, tenant: ExactName
    ) throws(TokenStoreError) -> [Ceiling.Part] {
        var paths: [ExactName: Set<ExactName>] = [:]
        for id in ceiling?.departments ?? [] {
            paths[id] = Set(try store.departments(from: id, tenant: tenant).map(\.id))
        }
        return (ceiling ?? Ceiling()).partsBeyond(other) { paths[$0]?.contains($1) ?? false }
    }

    // MARK: Uses

    /// Counts a use of a token whose ceiling limits their number, before the use takes effect. With the last one, the
    /// token is revoked.
    ///
    /// INVARIANT: each use is counted once, whatever several processes do at a time, and in the log as well: a row that
    /// somebody put back to an earlier count is found out.
    /// - Returns: the code with which the use is denied; `nil` when it was counted, and for a token with no such limit.
    package func countUse(
        of id: TokenID, _ occasion: TokenUse.Occasion
    ) throws(TokenStoreError) -> String? {
        // The entry is by the token itself, so the actor is known only once the row is read.
        try write(AuditContext(now: occasion.time)) { () throws(TokenStoreError) in
            guard var token = try stored(id) else { return "token_unknown" }
            let assignment = token.details.token.assignment
            let user = try store.assignment(assignment, tenant: token.details.tenant)?.user
            let context = AuditContext(
                user.map { .token(id, user: $0, assignment: assignment) } ?? .operator, now: occasion.time)
            if token.details.token.isTampered { return "token_tampered" }
            guard let most = token.details.token.ceiling?.uses else { return nil }
            if token.details.token.revoked != nil { return "token_revoked" }
            if occasion.time >= token.details.token.expires { return "token_expired" }
            if token.details.token.suspended != nil { return "token_suspended" }
            guard try loggedUses(of: id) == token.details.useCount else { return "token_tampered" }
            token.details.useCount += 1
            token.details.token.lastActive = max(token.details.token.lastActive ?? occasion.time, occasion.time)
            (token.details.lastAction, token.details.lastNetwork) = (occasion.action, occasion.network)
            let use = token.use
            let seal = use.seal(with: try keys.active)
            try store.setUse(use, seal: seal, number: token.number)
            let members: [JSON.Member] = [
                .init("use", .integer(Int64(use.count))), .init("of", .integer(Int64(most))),
                .init("action", .optional(use.action)), .init("network", .optional(use.network?.description)),
            ]
            try log("token.use", token, by: context, members)
            guard use.count >= most, var last = try stored(id) else { return nil }
            try end(&last, context, log: "token.revoke", [.init("reason", .string("its last use was counted"))])
            return nil
        }
    }

    /// The number of uses that the log has.
    private func loggedUses(of id: TokenID) throws(TokenStoreError) -> Int {
        try lastEntry("token.use", of: id)?.use ?? 0
    }
}
