package import Model
package import Tokens

/// A token store in memory: the smallest one that keeps the contract. A transaction that fails puts back the state
/// from before it.
package final class MemoryStore: TokenStore {
    private struct State {
        var rows: [Int64: StoredToken] = [:]
        var tenants: [ExactName: TenantRecord] = [:]
        var seals: [ExactName: DirectorySeal] = [:]
        var keys: [Int: [UInt8]] = [:]
        var clock: StoredClock? = StoredClock(value: "", seal: nil)
        var log: [LogEntry] = []
    }

    private var state = State()
    package let name: String
    package let id: String
    package private(set) var isInTransaction = false
    package var refusalToWrite: TokenStoreError? { nil }

    package init(id: String = String(repeating: "0", count: 31) + "1", name: String = "memory") {
        self.id = id
        self.name = name
    }

    // MARK: Transactions

    package func read<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result { try write(body) }

    package func write<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result {
        if isInTransaction { return try body() }
        let before = state
        isInTransaction = true
        defer { isInTransaction = false }
        do throws(TokenStoreError) { return try body() } catch {
            state = before
            throw error
        }
    }

    package var othersVersion: Int64 { 0 }

    // MARK: Tokens

    private var rows: [StoredToken] { state.rows.sorted { $0.key < $1.key }.map(\.value) }

    package var tokenCount: Int { state.rows.count }
    package func token(_ id: TokenID) -> StoredToken? { state.rows.values.first { $0.id == id } }
    package func number(of id: TokenID) -> Int64? { token(id)?.number }
    package func ids(
        in range: ClosedRange<TokenID>, tenant: ExactName?, isDescending: Bool, most: Int
    ) -> [TokenID] {
        let found = rows.filter { range.contains($0.id) && (tenant == nil || $0.details.tenant == tenant) }
            .map(\.id).sorted()
        return Array((isDescending ? found.reversed() : found).prefix(most))
    }

    package func token(digest: [UInt8]) -> StoredToken? {
        rows.first { $0.lookup?.digest == digest || $0.previous?.digest == digest }
    }
    package func tokens(_ condition: TokenCondition) -> [StoredToken] { rows.filter(condition.matches) }

    package func tokens(after number: Int64, most: Int, outdatedFor key: Int?) -> [StoredToken] {
        let found = rows.filter { row in
            guard row.number > number else { return false }
            guard let key else { return true }
            return row.seal?.key != key || row.useSeal?.key != key
                || [row.lookup?.key, row.sealed?.key, row.previous?.key].contains { $0 != nil && $0 != key }
        }
        return Array(found.prefix(most))
    }

    package func eachToken(_ body: (StoredToken) throws(TokenStoreError) -> Void) throws(TokenStoreError) {
        for row in rows { try body(row) }
    }

    package func list(
        _ query: TokenQuery, after place: Cursor?, most: Int, where isVisible: (TokenRecord) -> Bool
    ) -> [ListedToken] {
        let placing = query.placing
        func isBefore(_ one: Cursor, _ other: Cursor) -> Bool {
            query.isDescending ? Cursor.isBefore(other, one) : Cursor.isBefore(one, other)
        }
        var listed: [ListedToken] = []
        for row in rows where query.matches(row.details) {
            guard let own = placing(row.details, row.number), place.map({ isBefore($0, own) }) ?? true else { continue }
            listed.append(ListedToken(record: row.details.token, place: own))
        }
        listed.sort { isBefore($0.place, $1.place) }
        return Array(listed.filter { isVisible($0.record) }.prefix(most))
    }

    package func use(of id: TokenID) -> (number: Int64, use: TokenUse, seal: KeyedDigest?)? {
        guard let row = token(id), row.details.token.revoked == nil else { return nil }
        return (row.number, row.use, row.useSeal)
    }

    package func insert(_ token: StoredToken) throws(TokenStoreError) -> Int64 {
        guard self.token(token.id) == nil, let tenant = state.tenants[token.details.tenant],
            tenant.users.contains(where: { $0.assignments.contains { $0.id == token.details.token.assignment } })
        else { throw TokenStoreError(.invalid, "the records contradict each other") }
        var token = token
        token.number = (state.rows.keys.max() ?? 0) + 1
        state.rows[token.number] = token
        return token.number
    }

    package func update(_ token: StoredToken) throws(TokenStoreError) {
        guard state.rows[token.number] != nil else { throw .misdirected(name) }
        state.rows[token.number] = token
    }

    package func remove(_ token: StoredToken) throws(TokenStoreError) {
        guard state.rows.removeValue(forKey: token.number) != nil else { throw .misdirected(name) }
    }

    package func setUse(_ use: TokenUse, seal: KeyedDigest, number: Int64) throws(TokenStoreError) {
        guard let row = state.rows[number], row.id == use.token else { throw .misdirected(name) }
        var details = row.details
        details.token.lastActive = use.lastActive
        (details.lastAction, details.lastNetwork, details.useCount) = (use.action, use.network, use.count)
        state.rows[number] = StoredToken(
            number: number, details: details, lookup: row.lookup, previous: row.previous, sealed: row.sealed,
            nameKey: row.nameKey, seal: row.seal, useSeal: seal, isWellFormed: true)
    }

    // MARK: Directories

    package var tenants: [TenantRecord] {
        state.tenants.values.map { TenantRecord(id: $0.id, name: $0.name, zone: $0.zone) }.sorted { $0.id < $1.id }
    }

    package func directory(of tenant: ExactName) -> (tenant: TenantRecord, seal: DirectorySeal)? {
        guard let record = state.tenants[tenant], let seal = state.seals[tenant] else { return nil }
        return (record, seal)
    }

    package func keepsStrings(_ tenant: ExactName) -> Bool { state.seals[tenant]?.keepsStrings ?? false }

    package func assignment(_ id: ExactName, tenant: ExactName) -> AssignmentDetails? {
        guard let tenant = state.tenants[tenant],
            let user = tenant.users.first(where: { $0.assignments.contains { $0.id == id } }),
            let assignment = user.assignments.first(where: { $0.id == id }),
            let department = tenant.departments.first(where: { $0.id == assignment.department }),
            let type = tenant.userTypes.first(where: { $0.id == assignment.userType })
        else { return nil }
        return AssignmentDetails(
            isRemoved: assignment.isRemoved, user: user.id, userName: user.name, isUserActive: user.isActive,
            department: department.id, departmentName: department.name, userTypeName: type.name,
            isTenantActive: tenant.isActive, permissions: type.permissions + user.permissions)
    }

    package func departments(from id: ExactName, tenant: ExactName) -> [(id: ExactName, isActive: Bool)] {
        let departments = state.tenants[tenant]?.departments ?? []
        var found: [(id: ExactName, isActive: Bool)] = []
        var next: ExactName? = id
        while let department = next.flatMap({ id in departments.first { $0.id == id } }) {
            found.append((department.id, department.isActive))
            next = department.parent
        }
        return found
    }

    package func write(_ changes: DirectoryChanges) {
        for tenant in changes.tenants {
            var record = state.tenants[tenant.id] ?? TenantRecord(id: tenant.id, name: tenant.name, zone: tenant.zone)
            (record.name, record.zone, record.isActive) = (tenant.name, tenant.zone, tenant.isActive)
            state.tenants[tenant.id] = record
            if state.seals[tenant.id] == nil {
                state.seals[tenant.id] = DirectorySeal(keepsStrings: true, version: 0, seal: nil)
            }
        }
        for (tenant, record) in changes.departments { put(record, \.departments, \.id, tenant) }
        for (tenant, record) in changes.userTypes { put(record, \.userTypes, \.id, tenant) }
        for (tenant, record) in changes.users {
            var user = record
            user.assignments = state.tenants[tenant]?.users.first { $0.id == record.id }?.assignments ?? []
            put(user, \.users, \.id, tenant)
        }
        for (tenant, user, record) in changes.assignments {
            guard let place = state.tenants[tenant]?.users.firstIndex(where: { $0.id == user }) else { continue }
            state.tenants[tenant]!.users[place].assignments.removeAll { $0.id == record.id }
            state.tenants[tenant]!.users[place].assignments.append(record)
            state.tenants[tenant]!.users[place].assignments.sort { $0.id < $1.id }
        }
    }

    private func put<Record>(
        _ record: Record, _ records: WritableKeyPath<TenantRecord, [Record]>, _ id: KeyPath<Record, ExactName>,
        _ tenant: ExactName
    ) {
        guard var changed = state.tenants[tenant] else { return }
        changed[keyPath: records].removeAll { $0[keyPath: id] == record[keyPath: id] }
        changed[keyPath: records].append(record)
        changed[keyPath: records].sort { $0[keyPath: id] < $1[keyPath: id] }
        state.tenants[tenant] = changed
    }

    package func setActive(_ part: DirectoryPart, tenant id: ExactName, _ isActive: Bool) -> Bool? {
        guard var tenant = state.tenants[id] else { return nil }
        var was: Bool?
        func set(_ flag: inout Bool) {
            was = flag
            flag = isActive
        }
        switch part {
        case .tenant: set(&tenant.isActive)
        case .user(let id):
            if let place = tenant.users.firstIndex(where: { $0.id == id }) { set(&tenant.users[place].isActive) }
        case .department(let id):
            if let place = tenant.departments.firstIndex(where: { $0.id == id }) {
                set(&tenant.departments[place].isActive)
            }
        case .userType(let id):
            if let place = tenant.userTypes.firstIndex(where: { $0.id == id }) {
                set(&tenant.userTypes[place].isActive)
            }
        }
        state.tenants[id] = tenant
        return was.map { $0 != isActive }
    }

    package func setKeepsStrings(_ keeps: Bool, tenant: ExactName) { state.seals[tenant]?.keepsStrings = keeps }

    package func setSeal(_ seal: KeyedDigest, version: Int64, tenant: ExactName) {
        state.seals[tenant]?.seal = seal
        state.seals[tenant]?.version = version
    }

    // MARK: Keys and clock

    package var keys: [(number: Int, canary: [UInt8])] {
        state.keys.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package var keyUses: [Int: Int] {
        var uses: [Int: Int] = [:]
        for row in rows {
            let keys = [row.seal?.key, row.useSeal?.key, row.lookup?.key, row.previous?.key, row.sealed?.key]
            for key in Set(keys.compactMap(\.self)) { uses[key, default: 0] += 1 }
        }
        for seal in state.seals.values { if let key = seal.seal?.key { uses[key, default: 0] += 1 } }
        return uses
    }

    package var isSealed: Bool {
        !state.log.isEmpty || rows.contains { $0.seal != nil } || state.seals.values.contains { $0.seal != nil }
            || state.clock?.seal != nil
    }

    package func addKey(_ number: Int, canary: [UInt8]) {
        if state.keys[number] == nil { state.keys[number] = canary }
    }

    package func removeKey(_ number: Int) { state.keys[number] = nil }

    package var clock: StoredClock? { state.clock }
    package func setClock(_ clock: StoredClock) { state.clock = clock }

    // MARK: Log

    package var newestEntry: (number: Int64, hash: [UInt8])? { state.log.last.map { ($0.number, $0.hash) } }
    package func entryHash(_ number: Int64) -> [UInt8]? { state.log.first { $0.number == number }?.hash }

    package func entries(_ query: LogQuery) -> [LogEntry] {
        let found = state.log.filter { entry in
            let isAct = query.act.map { $0.hasSuffix(".") ? entry.act.hasPrefix($0) : entry.act == $0 } ?? true
            let isActor =
                query.actor.map { $0 == "operator" ? entry.actor == .operator : entry.actor.name == $0 } ?? true
            guard query.after.map({ entry.number > $0 }) ?? true else { return false }
            if let ids = query.tokens, entry.token.map({ !ids.contains($0) }) ?? true { return false }
            return isAct && isActor && query.tenant.map { $0 == entry.tenant } ?? true
                && query.token.map { $0 == entry.token } ?? true && query.since.map { entry.time >= $0 } ?? true
                && query.until.map { entry.time < $0 } ?? true && (!query.isRefused || entry.act.hasSuffix(".refused"))
        }
        return found.suffix(query.size)
    }

    package func eachEntry(_ body: (LogEntry) throws(TokenStoreError) -> Void) throws(TokenStoreError) {
        for entry in state.log { try body(entry) }
    }

    package func append(_ entry: LogEntry) { state.log.append(entry) }

    package func confirm(_ entry: LogEntry) throws(TokenStoreError) {
        guard state.log.contains(entry) else { throw TokenStoreError(.tampered, "the entry is missing") }
    }

    package func mediumFaults() -> [IntegrityViolation] { [] }
}
