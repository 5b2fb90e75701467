package import Model
package import Tokens

/// An exported organisation as a token store. It is only read: it has no keys, no seals, no token strings and no log.
package final class ExportedStore: TokenStore {
    package let name: String
    private let organisation: Organisation
    /// All tokens, in the order of the file; the first one has the number 1.
    private let rows: [StoredToken]
    private let places: [TokenID: Int]

    /// - Parameter name: the path of the file, for messages.
    /// - Parameter organisation: its content, which must be consistent.
    package init(_ organisation: Organisation, name: String) {
        self.name = name
        self.organisation = organisation
        var rows: [StoredToken] = []
        for tenant in organisation.tenants {
            for token in tenant.tokens {
                // An export does not say when tokens were changed; `list` refuses that order.
                var row = StoredToken(
                    details: TokenDetails(tenant: tenant.id, token: token, updated: token.created, version: 0))
                row.number = Int64(rows.count + 1)
                rows.append(row)
            }
        }
        self.rows = rows
        places = Dictionary(zip(rows.map(\.id), rows.indices), uniquingKeysWith: { first, _ in first })
    }

    private var refusal: TokenStoreError { .readOnly(name) }

    package var refusalToWrite: TokenStoreError? { refusal }

    package var id: String { get throws(TokenStoreError) { throw refusal } }

    // MARK: Transactions

    package var isInTransaction: Bool { false }

    package func read<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result { try body() }

    package func write<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result { throw refusal }

    /// The file is read once, so nobody changes it.
    package var othersVersion: Int64 { 0 }

    // MARK: Tokens

    package var tokenCount: Int { rows.count }

    package func number(of id: TokenID) -> Int64? { places[id].map { rows[$0].number } }

    package func token(_ id: TokenID) -> StoredToken? { places[id].map { rows[$0] } }

    package func ids(
        in range: ClosedRange<TokenID>, tenant: ExactName?, isDescending: Bool, most: Int
    ) -> [TokenID] {
        let found = rows.lazy.filter { range.contains($0.id) && (tenant == nil || $0.details.tenant == tenant) }
            .map(\.id).sorted()
        return Array((isDescending ? found.reversed() : found).prefix(most))
    }

    package func token(digest: [UInt8]) throws(TokenStoreError) -> StoredToken? { throw refusal }

    package func tokens(_ condition: TokenCondition) -> [StoredToken] { rows.filter(condition.matches) }

    package func tokens(after number: Int64, most: Int, outdatedFor key: Int?) throws(TokenStoreError) -> [StoredToken]
    {
        guard key == nil else { throw refusal }
        return Array(rows.lazy.filter { $0.number > number }.prefix(most))
    }

    package func eachToken(_ body: (StoredToken) throws(TokenStoreError) -> Void) throws(TokenStoreError) {
        for row in rows { try body(row) }
    }

    package func list(
        _ query: TokenQuery, after place: Cursor?, most: Int, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [ListedToken] {
        if case .updated = query.sort {
            throw TokenStoreError(
                .readOnly,
                "`\(name)` is an exported organisation, which does not say when tokens were changed: choose another order"
            )
        }
        let placing = query.placing
        let listed = rows.compactMap { row in
            query.matches(row.details)
                ? placing(row.details, row.number).map { ListedToken(record: row.details.token, place: $0) } : nil
        }
        func isBefore(_ one: Cursor, _ other: Cursor) -> Bool {
            query.isDescending ? Cursor.isBefore(other, one) : Cursor.isBefore(one, other)
        }
        let following = listed.filter { row in place.map { isBefore($0, row.place) } ?? true }
        let sorted = following.sorted { isBefore($0.place, $1.place) }
        var page: [ListedToken] = []
        for row in sorted where page.count < most && isVisible(row.record) { page.append(row) }
        return page
    }

    package func use(
        of id: TokenID
    ) throws(TokenStoreError) -> (number: Int64, use: TokenUse, seal: KeyedDigest?)? { throw refusal }

    package func insert(_ token: StoredToken) throws(TokenStoreError) -> Int64 { throw refusal }
    package func update(_ token: StoredToken) throws(TokenStoreError) { throw refusal }
    package func remove(_ token: StoredToken) throws(TokenStoreError) { throw refusal }
    package func setUse(_ use: TokenUse, seal: KeyedDigest, number: Int64) throws(TokenStoreError) { throw refusal }

    // MARK: Directories

    package var tenants: [TenantRecord] {
        organisation.tenants.map { TenantRecord(id: $0.id, name: $0.name, zone: $0.zone) }.sorted { $0.id < $1.id }
    }

    private func tenant(_ id: ExactName) -> TenantRecord? { organisation.tenants.first { $0.id == id } }

    package func directory(of id: ExactName) -> (tenant: TenantRecord, seal: DirectorySeal)? {
        guard var tenant = tenant(id) else { return nil }
        tenant.tokens = []
        return (tenant, DirectorySeal(keepsStrings: false, version: 0, seal: nil))
    }

    package func keepsStrings(_ tenant: ExactName) -> Bool { false }

    package func assignment(_ id: ExactName, tenant tenantID: ExactName) -> AssignmentDetails? {
        guard let tenant = tenant(tenantID) else { return nil }
        for user in tenant.users {
            guard let assignment = user.assignments.first(where: { $0.id == id }),
                let department = tenant.departments.first(where: { $0.id == assignment.department }),
                let type = tenant.userTypes.first(where: { $0.id == assignment.userType })
            else { continue }
            return AssignmentDetails(
                isRemoved: assignment.isRemoved, user: user.id, userName: user.name, isUserActive: user.isActive,
                department: department.id, departmentName: department.name, userTypeName: type.name,
                isTenantActive: tenant.isActive, permissions: type.permissions + user.permissions)
        }
        return nil
    }

    package func departments(from id: ExactName, tenant tenantID: ExactName) -> [(id: ExactName, isActive: Bool)] {
        guard let tenant = tenant(tenantID) else { return [] }
        var found: [(id: ExactName, isActive: Bool)] = []
        var next: ExactName? = id
        // A cycle of departments cannot be exported; the loop is bounded all the same.
        for _ in 0...tenant.departments.count {
            guard let department = next.flatMap({ id in tenant.departments.first { $0.id == id } }) else {
                return found
            }
            found.append((department.id, department.isActive))
            next = department.parent
        }
        return found
    }

    package func write(_ changes: DirectoryChanges) throws(TokenStoreError) { throw refusal }
    package func setActive(
        _ part: DirectoryPart, tenant: ExactName, _ isActive: Bool
    ) throws(TokenStoreError) -> Bool? { throw refusal }
    package func setKeepsStrings(_ keeps: Bool, tenant: ExactName) throws(TokenStoreError) { throw refusal }
    package func setSeal(
        _ seal: KeyedDigest, version: Int64, tenant: ExactName
    ) throws(TokenStoreError) { throw refusal }

    // MARK: Keys, clock, log

    package var keys: [(number: Int, canary: [UInt8])] { [] }
    package var keyUses: [Int: Int] { [:] }
    package var isSealed: Bool { false }
    package func addKey(_ number: Int, canary: [UInt8]) throws(TokenStoreError) { throw refusal }
    package func removeKey(_ number: Int) throws(TokenStoreError) { throw refusal }

    package var clock: StoredClock? { nil }
    package func setClock(_ clock: StoredClock) throws(TokenStoreError) { throw refusal }

    package var newestEntry: (number: Int64, hash: [UInt8])? { nil }
    package func entryHash(_ number: Int64) -> [UInt8]? { nil }
    package func entries(_ query: LogQuery) throws(TokenStoreError) -> [LogEntry] { throw refusal }
    package func eachEntry(
        _ body: (LogEntry) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) { throw refusal }
    package func append(_ entry: LogEntry) throws(TokenStoreError) { throw refusal }
    package func confirm(_ entry: LogEntry) throws(TokenStoreError) { throw refusal }

    package func mediumFaults() throws(TokenStoreError) -> [IntegrityViolation] { throw refusal }
}
