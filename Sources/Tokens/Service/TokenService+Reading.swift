package import Model

extension TokenService {
    /// The version of the directory. While it stays the same, data read before is still current.
    package var directoryVersion: DirectoryVersion {
        get throws(TokenStoreError) {
            DirectoryVersion(others: try store.othersVersion, own: directoryWrites)
        }
    }

    /// The tenants in the order of their ids, without their directories. No seal is checked.
    package var tenants: [TenantRecord] { get throws(TokenStoreError) { try store.tenants } }

    /// The number of tokens in any state.
    package var tokenCount: Int { get throws(TokenStoreError) { try store.tokenCount } }

    /// A consistent snapshot of the whole store.
    /// - Parameter goesOn: called now and then with the number of tokens read; returns false to stop.
    /// - Throws: `.stopped` when `goesOn` returned false.
    package func organisation(
        _ tokens: TokenSelection = .all, goesOn: (Int) -> Bool = { _ in true }
    ) throws(TokenStoreError) -> Organisation {
        try lookForRollback()
        var organisation = try store.read { () throws(TokenStoreError) in
            try lookForKeys()
            return try read(tokens, goesOn: goesOn)
        }
        organisation.isRolledBack = deniesOnRollback
        return organisation
    }

    func read(
        _ selection: TokenSelection, goesOn: (Int) -> Bool = { _ in true }
    ) throws(TokenStoreError) -> Organisation {
        var tenants: [TenantRecord] = []
        for id in try store.tenants.map(\.id) {
            guard case (var tenant, let seal)? = try store.directory(of: id) else { continue }
            tenant.isTampered = !isIntact(tenant, seal)
            tenants.append(tenant)
        }
        switch selection {
        case .none: break
        case .some(let ids): try read(ids, into: &tenants)
        case .all: try readTokens(into: &tenants, goesOn)
        }
        return Organisation(tenants: tenants)
    }

    /// Reads the tokens with these ids, in the order of their ids.
    private func read(_ ids: [TokenID], into tenants: inout [TenantRecord]) throws(TokenStoreError) {
        for id in ids.sorted() {
            guard let details = try details(id), let place = tenants.firstIndex(where: { $0.id == details.tenant })
            else { continue }
            tenants[place].tokens.append(details.token)
        }
    }

    /// Reads every token, in the order of their ids. Rows are read in the order of the file: looking up each of very
    /// many tokens costs twice as much.
    private func readTokens(
        into tenants: inout [TenantRecord], _ goesOn: (Int) -> Bool
    ) throws(TokenStoreError) {
        var places: [ExactName: Int] = [:]
        for (place, tenant) in tenants.enumerated() { places[tenant.id] = place }
        var tokens = tenants.map { _ in [TokenRecord]() }
        var count = 0
        try store.eachToken { row throws(TokenStoreError) in
            let details = try checked(row).details
            if let place = places[details.tenant] { tokens[place].append(details.token) }
            count += 1
            guard count % 1_024 != 0 || goesOn(count) else {
                throw TokenStoreError(.stopped, "reading the tokens was stopped")
            }
        }
        for place in tenants.indices {
            // Sorting numbers is cheaper than sorting whole records.
            let order = tokens[place].indices.sorted { tokens[place][$0].id < tokens[place][$1].id }
            tenants[place].tokens = order.map { tokens[place][$0] }
            tokens[place] = []
        }
    }

    /// The token, marked as tampered where its seal is not valid, or the token from which it was derived is not there.
    func checked(_ token: StoredToken) throws(TokenStoreError) -> StoredToken {
        var token = token
        let isGenuine = isSealed(token) ? try hasIntactParent(token) : false
        token.details.token.isTampered = !isGenuine
        return token
    }

    /// True when a token carries its seal, or there are no keys to tell.
    func isSealed(_ token: StoredToken) -> Bool { keyring.map(token.isIntact) ?? true }

    /// True when a token was not derived from another one, has ended, or its parent is genuine and has not ended.
    ///
    /// Whatever ends a token ends the live ones that were derived from it in the same transaction, so anything else was
    /// not done by this program.
    private func hasIntactParent(_ token: StoredToken) throws(TokenStoreError) -> Bool {
        let record = token.details.token
        guard keyring != nil, let id = record.parent, record.revoked == nil else { return true }
        guard let parent = try store.token(id), isSealed(parent) else { return false }
        // It was over before its parent changed.
        let change = max(parent.details.updated, parent.details.token.revoked ?? parent.details.updated)
        if record.expires <= change { return parent.details.tenant == token.details.tenant }
        return parent.details.tenant == token.details.tenant && parent.details.token.revoked == nil
            && parent.details.token.assignment == record.assignment && parent.details.token.expires >= record.expires
    }

    /// The tokens that match a condition, each marked as tampered where its seal is not valid.
    func tokens(_ condition: TokenCondition) throws(TokenStoreError) -> [StoredToken] {
        var tokens = try store.tokens(condition)
        for place in tokens.indices { tokens[place] = try checked(tokens[place]) }
        return tokens
    }

    func stored(_ id: TokenID) throws(TokenStoreError) -> StoredToken? {
        guard let token = try store.token(id) else { return nil }
        return try checked(token)
    }

    /// A token's details; `nil` for an unknown id.
    package func details(_ id: TokenID) throws(TokenStoreError) -> TokenDetails? { try stored(id)?.details }
}
