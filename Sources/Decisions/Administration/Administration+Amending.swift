package import Model
package import Tokens

/// Changes of tokens.
extension Administration {
    /// Changes a token's name, expiry, assignment, description, contact or ceiling.
    /// - Parameters:
    ///   - advised: called with the policies' advice before anything is saved.
    ///   - isConfirmed: called with the change as it would be saved; false stops.
    package func amend(
        _ id: TokenID, _ change: TokenChange, advised: (Decision) -> Response,
        isConfirmed: (TokenChange) -> Bool = { _ in true }
    ) throws(AdministrationError) -> TokenDetails {
        try amend([Amendment(id, change)], advised: advised) { isConfirmed($0[0]) }[0]
    }

    /// A change of one token.
    package struct Amendment: Sendable {
        package let id: TokenID
        package var change: TokenChange
        /// The version of the token that the change is made for; `nil` for the present one.
        package let version: Int64?

        package init(_ id: TokenID, _ change: TokenChange, of version: Int64? = nil) {
            (self.id, self.change, self.version) = (id, change, version)
        }
    }

    /// Changes several tokens, or none of them.
    /// - Parameters:
    ///   - advised: called with the policies' advice on each before anything is saved.
    ///   - isConfirmed: called with the changes as they would be saved; false stops.
    /// - Throws: `.stale` from the store for a token that was changed since its version.
    package func amend(
        _ amendments: [Amendment], advised: (Decision) -> Response,
        isConfirmed: ([TokenChange]) -> Bool = { _ in true }
    ) throws(AdministrationError) -> [TokenDetails] {
        var settled: [(amendment: Amendment, known: TokenDetails, context: AuditContext)] = []
        for var amendment in amendments {
            let known = try visible(.amend, amendment.id, try current())
            let change = amendment.change
            amendment.change.expires = try settle(
                .amend, [amendment.id], tenant: known.tenant, change.expires, advised
            ) { authorizer, expires throws(AdministrationError) in
                try decide(authorizer, known, change, expires)
            }
            settled.append((amendment, known, context))
        }
        try require(isConfirmed(settled.map(\.amendment.change)))
        let tenants = Set(settled.map(\.known.tenant))
        return try transact(
            .amend, tenant: tenants.count == 1 ? tenants.first : nil, amendments.map(\.id)
        ) { authorizer throws(AdministrationError) in
            for (amendment, known, _) in settled {
                try require(known, amendment.change, authorizer, among: settled.count)
            }
        } body: { () throws(TokenStoreError) in
            var changed: [TokenDetails] = []
            for (amendment, known, context) in settled {
                changed.append(
                    try store.amend(
                        amendment.id, amendment.change, expecting: amendment.version ?? known.version, context))
            }
            return changed
        }
    }

    /// Requires that changes of tokens are permitted, and changes none.
    /// - Throws: as `amend`.
    package func require(_ amendments: [Amendment]) throws(AdministrationError) {
        for amendment in amendments {
            let authorizer = try current()
            let known = try visible(.amend, amendment.id, authorizer)
            do throws(AdministrationError) {
                try require(known, amendment.change, authorizer, among: amendments.count)
            } catch {
                throw noted(error, .amend, [amendment.id], tenant: known.tenant)
            }
        }
    }

    /// - Returns: the permit.
    @discardableResult func require(
        _ known: TokenDetails, _ change: TokenChange, _ authorizer: AdministrativeAuthorizer, among count: Int
    ) throws(AdministrationError) -> Decision {
        let decision = try decide(authorizer, known, change, change.expires)
        try permitted(.amend, [known.token.id], decision, among: count)
        try requireIssue(of: known, change, authorizer)
        return decision
    }

    private func decide(
        _ authorizer: AdministrativeAuthorizer, _ known: TokenDetails, _ change: TokenChange, _ expires: Instant?
    ) throws(AdministrationError) -> Decision {
        var proposed = ProposedToken(change)
        proposed.expires = expires
        return try authorizer.decide(.amend, tenant: known.tenant, token: known.token, proposed: proposed)
    }

    /// Requires that the actor could issue a token of which a part of the ceiling is widened: whoever may amend may only
    /// narrow it.
    private func requireIssue(
        of known: TokenDetails, _ change: TokenChange, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) {
        guard let ceiling = change.ceiling else { return }
        let isWider = try stored { () throws(TokenStoreError) in
            try !store.partsBeyond(known.token.ceiling, in: ceiling, tenant: known.tenant).isEmpty
        }
        guard isWider else { return }
        let decision = try authorizer.decide(
            .issue, tenant: known.tenant, proposed: ProposedToken(known.token.changed(by: change)))
        try permitted(.issue, [known.token.id], decision)
    }
}
