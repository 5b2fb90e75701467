package import Model

extension SQLiteTokenStore {
    /// The version of the directory. While it stays the same, data read before is still current.
    package var directoryVersion: DirectoryVersion {
        get throws(TokenStoreError) {
            DirectoryVersion(others: try connection.number("PRAGMA data_version"), own: directoryWrites)
        }
    }

    /// The tenants in the order of their ids, without their directories. No seal is checked.
    package var tenants: [TenantRecord] {
        get throws(TokenStoreError) {
            var tenants: [TenantRecord] = []
            try connection.rows("SELECT id, name, zone FROM tenants ORDER BY id") {
                tenants.append(TenantRecord(id: $0.text(0), name: $0.text(1), zone: $0.text(2)))
            }
            return tenants
        }
    }

    /// The number of tokens in any state.
    package var tokenCount: Int {
        get throws(TokenStoreError) { Int(try connection.number("SELECT count(*) FROM tokens")) }
    }

    /// A consistent snapshot of the whole store.
    /// - Parameter goesOn: called now and then with the number of tokens read; returns false to stop.
    /// - Throws: `.stopped` when `goesOn` returned false.
    package func organisation(
        _ tokens: TokenSelection = .all, goesOn: (Int) -> Bool = { _ in true }
    ) throws(TokenStoreError) -> Organisation {
        try lookForRollback()
        var organisation = try connection.transaction("BEGIN") { () throws(TokenStoreError) in
            try read(tokens, goesOn: goesOn)
        }
        organisation.isRolledBack = rollback != nil && !decidesOnRollback
        return organisation
    }

    func read(
        _ selection: TokenSelection, goesOn: (Int) -> Bool = { _ in true }
    ) throws(TokenStoreError) -> Organisation {
        var ids: [ExactName] = []
        try connection.rows("SELECT id FROM tenants ORDER BY id") { ids.append($0.text(0)) }
        var tenants: [TenantRecord] = []
        for id in ids {
            guard case (var tenant, let seal)? = try sealedTenant(id) else { continue }
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

    /// A tenant's directory without its tokens, and its seal.
    func sealedTenant(_ id: ExactName) throws(TokenStoreError) -> (TenantRecord, DirectorySeal)? {
        let columns = "name, zone, active, keeps_strings, version, mac, mac_key, id"
        let head = try connection.first("SELECT \(columns) FROM tenants WHERE id = ?", [.text(id)]) {
            (row: SQLStatement) throws(TokenStoreError) in
            guard row.holds(7, .text(id)) else { throw misdirected }
            var tenant = TenantRecord(id: id, name: row.text(0), zone: row.text(1))
            tenant.isActive = row.integer(2) != 0
            let seal = DirectorySeal(
                keepsStrings: row.integer(3) != 0, version: row.count(4), mac: row.blob(5), key: row.optionalInteger(6))
            return (tenant, seal)
        }
        guard case (var tenant, let seal)? = head else { return nil }
        try read(into: &tenant)
        return (tenant, seal)
    }

    private func read(into tenant: inout TenantRecord) throws(TokenStoreError) {
        let id = [SQLStatement.Parameter.text(tenant.id)]
        var departments: [DepartmentRecord] = []
        try connection.rows(
            "SELECT id, name, parent, active, requires FROM departments WHERE tenant = ? ORDER BY id", id
        ) {
            (row: SQLStatement) throws(TokenStoreError) in
            departments.append(
                DepartmentRecord(
                    id: row.text(0), name: row.text(1), parent: row.optionalText(2), isActive: row.integer(3) != 0,
                    requires: try list(row.text(4))))
        }
        var types: [UserTypeRecord] = []
        try connection.rows("SELECT id, name, active, permissions FROM user_types WHERE tenant = ? ORDER BY id", id) {
            (row: SQLStatement) throws(TokenStoreError) in
            types.append(
                UserTypeRecord(
                    id: row.text(0), name: row.text(1), isActive: row.integer(2) != 0,
                    permissions: try list(row.text(3))))
        }
        var users: [UserRecord] = []
        var places: [ExactName: Int] = [:]
        try connection.rows(
            "SELECT id, name, full_name, email, active, permissions FROM users WHERE tenant = ? ORDER BY id", id
        ) { (row: SQLStatement) throws(TokenStoreError) in
            places[row.text(0)] = users.count
            users.append(
                UserRecord(
                    id: row.text(0), name: row.text(1), fullName: row.text(2), email: row.text(3),
                    isActive: row.integer(4) != 0, permissions: try list(row.text(5))))
        }
        try connection.rows(
            "SELECT user, id, department, user_type, removed FROM assignments WHERE tenant = ? ORDER BY user, id", id
        ) {
            guard let place = places[$0.text(0)] else { return }
            users[place].assignments.append(
                AssignmentRecord(
                    id: $0.text(1), department: $0.text(2), userType: $0.text(3), isRemoved: $0.integer(4) != 0))
        }
        (tenant.departments, tenant.userTypes, tenant.users) = (departments, types, users)
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
        try connection.rows("SELECT \(StoredToken.columns) FROM tokens NOT INDEXED") {
            (row: SQLStatement) throws(TokenStoreError) in
            let details = checked(StoredToken(row)).details
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

    /// The token, marked as tampered where its seal is not valid.
    func checked(_ token: StoredToken) -> StoredToken {
        var token = token
        token.details.token.isTampered = !token.isIntact(keys)
        return token
    }

    func stored(_ id: TokenID) throws(TokenStoreError) -> StoredToken? {
        try connection.first(Self.byID, [.token(id)]) {
            (row: SQLStatement) throws(TokenStoreError) in
            let token = checked(StoredToken(row))
            guard token.id == id else { throw misdirected }
            return token
        }
    }

    /// A token's details; `nil` for an unknown id.
    package func details(_ id: TokenID) throws(TokenStoreError) -> TokenDetails? { try stored(id)?.details }

    /// Reads a list of permissions, which is stored as JSON. An unreadable list is damage, never an empty list: an
    /// empty list of a department's required permissions would let everybody in.
    private func list(_ text: String) throws(TokenStoreError) -> [ExactName] {
        if text == "[]" { return [] }
        guard case .array(let elements)? = try? JSONReader.parse(text), case let texts = elements.compactMap(\.name),
            texts.count == elements.count
        else {
            throw TokenStoreError(
                .corrupt, "the store `\(connection.path)` holds a damaged list of permissions: restore it from a backup"
            )
        }
        return texts
    }
}
