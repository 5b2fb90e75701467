internal import Decisions
package import Model
package import Policies
internal import SQLiteStore
package import Tokens

/// Measures the operations of a token store: a made-up store of many tokens, of which the acting user may see one in a
/// hundred.
package struct StoreBenchmark {
    /// One measured operation: the median and the longest of some runs, in nanoseconds.
    package struct Row: Sendable {
        package let name: String
        package let median: Int64
        package let longest: Int64
        package let runs: Int
    }

    private static let tenant: ExactName = "t"
    private static let departments = 90
    private let path: String
    private let count: Int
    private let now: Instant
    private let policies: PolicySet
    private let keys: TokenService.KeyPath

    /// - Parameter folder: the folder in which the store is made; it is left there.
    package init(
        folder: String, keys: @escaping TokenService.KeyPath, count: Int, now: Instant, policies: PolicySet
    ) {
        path = folder + "/bench.db"
        self.keys = keys
        self.count = count
        self.now = now
        self.policies = policies
    }

    /// - Parameter progress: called with the number of tokens made so far.
    package func run(progress: (Int) -> Void) throws -> [Row] {
        let strings = try seed(progress)
        var rows = [
            try measure("open", runs: 9) { _ in
                _ = try SQLiteStore.open(path, keys: keys).highWater
            }
        ]
        let store = try SQLiteStore.open(path, keys: keys)
        rows.append(
            try measure("authenticate", runs: 20_000) { run in
                _ = try store.authenticate(strings[run % strings.count], now: now)
            })
        let manager = Administration(
            store: store, policies: policies, actor: .user(id: "u7", assignment: "a7"),
            context: AuditContext(.user(id: "u7", assignment: "a7"), now: now))
        let authorizer = try manager.current()
        func list(_ name: String, _ change: (inout TokenFilter) -> Void) throws {
            var filter = TokenFilter()
            change(&filter)
            var found = 0
            let row = try measure(name, runs: 9) { _ in
                let query = filter.query(on: authorizer.directory, tenant: 0, now: now)
                found = try manager.list(query).tokens.count
            }
            rows.append(
                Row(
                    name: "\(name) (\(counted(found, "row")))", median: row.median, longest: row.longest, runs: row.runs
                ))
        }
        try list("list a page by title") { _ in }
        try list("list a page by expiry") { $0.order = .expires }
        try list("list a page by user") { $0.order = .user }
        try list("list a page of mobile users") {
            $0.kind = .mobile
            $0.order = .lastActive
        }
        try list("search a word that few have") { $0.search = "token \(count / 2)" }
        try list("search a word that many have") { $0.search = "tok" }
        try list("search two letters") { $0.search = "ke" }
        try list("search a user") { $0.search = "user 1207 " }
        try list("search what nobody has") { $0.search = "zzzz" }
        rows += try snapshotRows(store, strings[0])
        let act = AuditContext(now: now)
        rows.append(
            try measure("create", runs: 200) { run in
                _ = try store.create(
                    TokenDraft(
                        tenant: Self.tenant, kind: .api, name: "new \(run)", assignment: "a\(run)",
                        expires: Instant(microseconds: now.microseconds + 86_400_000_000)), act)
            })
        // The operator revokes the tokens that a filter matches: a decision for each, in one transaction.
        let operatorSession = Administration(store: store, policies: policies, actor: .operator, context: act)
        var filter = TokenFilter()
        filter.department = authorizer.directory.department("d3", tenant: 0)
        let revoked = min(10_000, count / 100)
        rows.append(
            try measure("revoke \(revoked) by filter", runs: 1) { _ in
                let query = filter.query(on: authorizer.directory, tenant: 0, now: now)
                let ids = try operatorSession.all(query).prefix(revoked).map(\.token.id)
                guard ids.count == revoked else { throw TokenStoreError(.invalid, "only \(ids.count) tokens match") }
                _ = try operatorSession.perform(.revoke, Array(ids)) { store, act throws(TokenStoreError) in
                    try store.revoke(Array(ids), act)
                }
            })
        return rows
    }

    /// Measures what a snapshot costs: read anew, amended by a token that changed, and with the administrator's token.
    private func snapshotRows(_ store: TokenService, _ string: TokenString) throws -> [Row] {
        guard let token = try store.authenticate(string, now: now) else { return [] }
        var directory = Directory.empty
        var rows = [
            try measure("read a snapshot", runs: 1) { _ in directory = try Directory(try store.organisation(.all)) }
        ]
        rows.append(
            try measure("amend a snapshot", runs: 1_000) { run in
                var record = token.token
                record.expires = Instant(microseconds: record.expires.microseconds + Int64(run))
                if run % 2 == 1 { record.id = TokenID(high: UInt64(run), low: token.token.id.low) }
                guard let amended = directory.amended([(token.tenant, record)]) else {
                    throw TokenStoreError(.invalid, "the snapshot cannot be amended")
                }
                directory = amended
            })
        let actor = AuthorizationRequest.Actor.token(token.token.id.description)
        let session = Administration(
            store: store, policies: policies, actor: actor,
            context: AuditContext(.token(token.token.id, user: "u0", assignment: token.token.assignment), now: now))
        rows.append(try measure("see who acts through a token", runs: 1_000) { _ in _ = try session.current() })
        return rows
    }

    /// Makes the store.
    /// - Returns: some of the token strings.
    private func seed(_ progress: (Int) -> Void) throws -> [TokenString] {
        let store = try SQLiteStore.create(path, keys: keys)
        let act = AuditContext(now: now)
        _ = try store.merge(Organisation(tenants: [organisation]), act)
        var strings: [TokenString] = []
        var made = 0
        while made < count {
            let chunk = min(20_000, count - made)
            try store.write(act) { () throws(TokenStoreError) in
                for number in made..<(made + chunk) {
                    // One in ninety is in the department of the acting user.
                    let assignment: ExactName = "a\(number % 10_000)"
                    let kind: TokenKind = number % 11 == 9 ? .mobile : .api
                    let (_, string) = try store.create(
                        TokenDraft(
                            tenant: Self.tenant, kind: kind, name: "Token \(number)", assignment: assignment,
                            expires: Instant(microseconds: now.microseconds + Int64(1 + number % 366) * 86_400_000_000)),
                        act)
                    if number % max(1, count / 1_000) == 0 { strings.append(string) }
                }
            }
            made += chunk
            progress(made)
        }
        return strings
    }

    /// A tenant with ten thousand users, each assigned to one of ninety departments.
    private var organisation: TenantRecord {
        var tenant = TenantRecord(id: Self.tenant, name: "Bench", zone: "Europe/Oslo")
        tenant.departments = (0..<Self.departments).map {
            DepartmentRecord(id: "d\($0)", name: "Department \($0)")
        }
        tenant.userTypes = [
            UserTypeRecord(id: "manager", name: "Manager", permissions: ["tokens.*", "orders.*"]),
            UserTypeRecord(id: "integrator", name: "Integrator", permissions: ["orders.read"]),
        ]
        tenant.users = (0..<10_000).map { number in
            UserRecord(
                id: "u\(number)", name: "user\(number)", fullName: "User \(number) Ødegård",
                email: "user\(number)@bench.example",
                assignments: [
                    AssignmentRecord(
                        id: "a\(number)", department: "d\(number % Self.departments)",
                        userType: number == 7 ? "manager" : "integrator")
                ])
        }
        return tenant
    }

    private func measure(_ name: String, runs: Int, _ body: (Int) throws -> Void) throws -> Row {
        var times: [Int64] = []
        for run in 0..<runs {
            let start = SteadyClock.nanoseconds()
            try body(run)
            times.append(SteadyClock.nanoseconds() - start)
        }
        times.sort()
        return Row(name: name, median: times[times.count / 2], longest: times.last!, runs: runs)
    }
}
