internal import Lua
internal import Model

/// The organisation of a test, with the users and tokens that the test makes up.
struct TestFixtureBuilder {
    static let tokenKeys: [ExactName] = [
        "id", "name", "kind", "user", "department", "user_type", "permissions", "created", "expires", "last_day",
        "last_active", "dormant_since", "suspended", "revoked", "description", "contact",
        "ceiling",
    ]

    private let base: TestOrganisation
    private var organisation: Organisation
    private let place: Int
    private var made: UInt64 = 0
    private var isChanged = false
    let zone: Zone
    let now: Instant

    /// - Parameter id: the tenant's id; `nil` for the first tenant.
    init(_ base: TestOrganisation, tenant id: ExactName?, at time: String?) throws(TestFault) {
        let tenants = base.organisation.tenants
        guard let place = id.map({ id in tenants.firstIndex { $0.id == id } }) ?? tenants.indices.first else {
            throw TestFault(
                "there is no tenant `\(id ?? "")`" + Suggestion.hint(for: id ?? "", among: tenants.map(\.id)),
                isOfDirectory: true)
        }
        self.base = base
        organisation = base.organisation
        self.place = place
        zone = base.directory.tenants[place].zone
        guard let now = time.map({ Instant($0) }) ?? base.now else {
            throw TestFault("`at` must be a time such as `2026-11-22T12:00:00Z`, got `\(time ?? "")`")
        }
        self.now = now
    }

    var tenant: TenantRecord {
        _read { yield organisation.tenants[place] }
        _modify {
            isChanged = true
            yield &organisation.tenants[place]
        }
    }

    /// The snapshot of everything, made-up things included.
    func directory(of test: TestTable, _ cache: TestDirectoryCache) throws(TestFault) -> Directory {
        guard isChanged else { return base.directory }
        return try cache.directory(of: test, base) { () throws(TestFault) in
            do throws(OrganisationError) { return try Directory(organisation) } catch {
                throw TestFault("\(error.path): \(error.message)")
            }
        }
    }

    /// Adds a token of the organisation to this fixture, if it exists.
    mutating func include(id: ExactName) {
        if let token = base.token(id: id, tenant: place) { include(token) }
    }

    private mutating func include(_ token: TokenRecord) {
        if !tenant.tokens.contains(where: { $0.id == token.id }) { tenant.tokens.append(token) }
    }

    /// The id of a department, given its id or its name.
    func department(_ text: ExactName) throws(TestFault) -> ExactName {
        try Self.find(text, "department", tenant.departments.map { ($0.id, [$0.name]) })
    }

    func userType(_ text: ExactName) throws(TestFault) -> ExactName {
        try Self.find(text, "user type", tenant.userTypes.map { ($0.id, [$0.name]) })
    }

    func user(_ text: ExactName) throws(TestFault) -> ExactName {
        try Self.find(text, "user", tenant.users.map { ($0.id, [$0.name, $0.fullName]) })
    }

    private static func find(
        _ text: ExactName, _ kind: String, _ known: [(id: ExactName, names: [ExactName])]
    ) throws(TestFault) -> ExactName {
        if known.contains(where: { $0.id == text }) { return text }
        let matches = known.filter { $0.names.contains(text) }
        guard let match = matches.first else {
            let names = known.flatMap { [$0.id] + $0.names }
            throw TestFault(
                "there is no \(kind) `\(text)`" + Suggestion.hint(for: text, among: names), isOfDirectory: true)
        }
        guard matches.count == 1 else { throw TestFault("more than one \(kind) is called `\(text)`; use its id") }
        return match.id
    }

    /// The ceiling of a token, in the form of an export; its departments by id or name.
    func ceiling(_ table: TestTable) throws(TestFault) -> Ceiling? {
        guard let inner = try table.table("ceiling") else { return nil }
        let json = JSON.object(try inner.members())
        var ceiling: Ceiling
        do throws(OrganisationError) { ceiling = try Ceiling(json: json, path: "\(table.path).ceiling") } catch {
            throw TestFault("`\(error.path)`: \(error.message)")
        }
        var departments: [ExactName] = []
        for text in ceiling.departments ?? [] { departments.append(try department(text)) }
        if ceiling.departments != nil { ceiling.departments = departments }
        return ceiling
    }

    /// A token of the organisation by name or id, or a made-up one.
    mutating func token(_ value: LuaValue, at path: String) throws(TestFault) -> TokenRecord {
        if let text = value.name {
            let token = try base.token(text, tenant: place)
            include(token)
            return token
        }
        let table = try TestTable(value, at: path)
        try table.refuseOthers(than: Self.tokenKeys)
        let assignment = try self.assignment(table).assignment
        let kind = try kind(table) ?? .api
        var token = TokenRecord(
            id: try id(table) ?? TokenID(high: 0xdead_beef_dead_beef, low: made), kind: kind,
            name: try table.name("name") ?? (kind == .api ? "made up by a test" : ""), assignment: assignment,
            created: try table.instant("created", in: zone) ?? now.adding(hours: -24),
            expires: try expiry(table) ?? now.adding(hours: 90 * 24))
        token.lastActive = try table.instant("last_active", in: zone)
        token.dormantSince = try moment("dormant_since", of: table)
        token.suspended = try moment("suspended", of: table)
        token.revoked = try moment("revoked", of: table)
        token.description = try table.name("description")
        token.contact = try table.name("contact")
        token.ceiling = try ceiling(table)
        tenant.tokens.append(token)
        return token
    }

    private func id(_ table: TestTable) throws(TestFault) -> TokenID? {
        guard let text = try table.string("id") else { return nil }
        guard let id = TokenID(text) else {
            throw TestFault("`\(table.path).id` must be 32 hexadecimal digits, got `\(text)`")
        }
        return id
    }

    func kind(_ table: TestTable) throws(TestFault) -> TokenKind? {
        try table.choice("kind", among: ["api", "mobile"]).flatMap(TokenKind.init(rawValue:))
    }

    /// The expiry of a token, given as an instant or as its last day.
    func expiry(_ table: TestTable) throws(TestFault) -> Instant? {
        let instant = try table.instant("expires", in: zone)
        guard let day = try table.date("last_day") else { return instant }
        guard instant == nil else { throw TestFault("`\(table.path)` has both `expires` and `last_day`") }
        return zone.start(of: Date(daysSinceEpoch: day.daysSinceEpoch + 1))
    }

    /// An instant, or `true` for an hour ago.
    private func moment(_ name: ExactName, of table: TestTable) throws(TestFault) -> Instant? {
        if case .boolean(let flag) = table[name] { return flag ? now.adding(hours: -1) : nil }
        return try table.instant(name, in: zone)
    }

    /// Adds a token to an assignment, through which a made-up administrator acts.
    mutating func token(of assignment: ExactName, kind: TokenKind, _ ceiling: Ceiling?) -> TokenRecord {
        made += 1
        let token = TokenRecord(
            id: TokenID(high: 0xdead_beef_dead_beef, low: made), kind: kind,
            name: kind == .api ? "made up by a test" : "", assignment: assignment, created: now.adding(hours: -24),
            expires: now.adding(hours: 29 * 24), ceiling: ceiling)
        tenant.tokens.append(token)
        return token
    }

    /// The acting user and assignment: an existing user's, or one made up from a department and a user type.
    mutating func assignment(_ table: TestTable) throws(TestFault) -> (user: ExactName, assignment: ExactName) {
        made += 1
        var department: ExactName?
        if let text = try table.name("department") { department = try self.department(text) }
        var type: ExactName?
        if let text = try table.name("user_type") { type = try userType(text) }
        guard let text = try table.name("user") else {
            guard let department, let type else {
                throw TestFault("`\(table.path)` needs a `department` and a `user_type`, or a `user`")
            }
            return try addUser(department, type, permissions: table.permissions("permissions"))
        }
        if table["permissions"] != nil {
            throw TestFault("`\(table.path).permissions` is for made-up users; `\(text)` is in the directory")
        }
        let id = try user(text)
        let position = tenant.users.firstIndex { $0.id == id }!
        let matches = tenant.users[position].assignments.filter {
            !$0.isRemoved && (department == nil || $0.department == department) && (type == nil || $0.userType == type)
        }
        if matches.count == 1 { return (id, matches[0].id) }
        guard matches.isEmpty else {
            throw TestFault("`\(text)` has \(matches.count) matching assignments; give `department` and `user_type`")
        }
        throw TestFault("`\(text)` has no assignment with that department and user type", isOfDirectory: true)
    }

    private mutating func addUser(
        _ department: ExactName, _ type: ExactName, permissions: [ExactName]
    ) throws(TestFault) -> (user: ExactName, assignment: ExactName) {
        let user = UserRecord(
            id: "test-user-\(made)", name: "test-user-\(made)", fullName: "Test User \(made)",
            email: "test-user-\(made)@example.com", permissions: permissions,
            assignments: [AssignmentRecord(id: "test-assignment-\(made)", department: department, userType: type)])
        tenant.users.append(user)
        return (user.id, user.assignments[0].id)
    }
}

extension Instant {
    /// The instant a number of hours later, by the clock and not by the calendar.
    func adding(hours: Int64) -> Instant {
        Instant(microseconds: microseconds + hours * 3_600_000_000)
    }
}
