package import Decisions
package import Model

/// A generator of stores and requests to them.
package struct StoreGenerator {
    private var random: Numbers
    /// True when requests have the properties that the schema of `OracleFixture` requires, at times of all sorts.
    private let isOfOracle: Bool
    private let permissions: [ExactName] = [
        "orders.read", "orders.approve", "orders.delete", "users.update", "orders.*", "*",
    ]

    package init(seed: UInt64, isOfOracle: Bool = false) {
        random = Numbers(seed: seed ^ 0xABCD)
        self.isOfOracle = isOfOracle
    }

    /// A time, before or after others across minutes, days, clock changes and 1970.
    private mutating func time() -> Instant {
        guard isOfOracle else {
            return Instant(
                microseconds: Instant("2026-06-01T00:00:00Z")!.microseconds + Int64(random.below(48)) * 3_600_000_000)
        }
        let base = random.pick([
            "2026-06-01T05:55:00Z", "2026-06-07T21:59:00Z", "2026-03-29T00:58:00Z", "2026-10-25T00:58:00Z",
            "1969-12-31T23:58:00Z", "2026-04-05T02:58:00Z", "2026-06-02T11:00:00Z",
        ])
        return Instant(microseconds: Instant(base)!.microseconds + Int64(random.below(16)) * 15_000_001)
    }

    package mutating func organisation() -> Organisation {
        Organisation(tenants: ["t1", "t2"].map { tenant($0) })
    }

    private mutating func tenant(_ id: ExactName) -> TenantRecord {
        var tenant = TenantRecord(id: id, name: id, zone: random.pick(["Europe/Oslo", "UTC", "America/Santiago"]))
        let names: [ExactName] = ["sales", "north", "south", "finance", "audit"]
        for (index, name) in names.enumerated() {
            tenant.departments.append(
                DepartmentRecord(
                    id: name, name: ExactName(name.text.prefix(1).uppercased() + name.text.dropFirst()),
                    parent: index == 0 || random.chance(30) ? nil : names[random.below(index)],
                    isActive: !random.chance(8), requires: random.chance(30) ? [permissions[random.below(4)]] : []))
        }
        for type in ["clerk", "manager", "auditor"] as [ExactName] {
            tenant.userTypes.append(
                UserTypeRecord(
                    id: type, name: type, permissions: permissions.filter { _ in random.chance(35) }))
        }
        for (index, name) in (["anna", "bert", "carl", "dora"] as [ExactName]).enumerated() {
            tenant.users.append(
                UserRecord(
                    id: name, name: name, fullName: name,
                    email: "\(name)\(String(repeating: "x", count: index * 3))@x.example",
                    isActive: !random.chance(8), permissions: random.chance(20) ? ["users.update"] : [],
                    assignments: (0..<(1 + random.below(2))).map { number in
                        AssignmentRecord(
                            id: "\(name)\(number)", department: random.pick(names),
                            userType: random.pick(["clerk", "manager", "auditor"]), isRemoved: random.chance(8))
                    }))
        }
        for number in 0..<8 {
            let user = random.pick(tenant.users)
            let created = Instant("2026-01-01T00:00:00Z")!.microseconds + Int64(random.below(200)) * 86_400_000_000
            let isMobile = isOfOracle && random.chance(20)
            if isMobile {
                tenant.tokens.append(
                    TokenRecord(
                        id: TokenID(high: id == "t1" ? 1 : 2, low: UInt64(number)), kind: .mobile, name: "",
                        assignment: random.pick(user.assignments).id, created: Instant(microseconds: created),
                        expires: Instant(microseconds: created + 30 * 86_400_000_000)))
                continue
            }
            tenant.tokens.append(
                TokenRecord(
                    id: TokenID(high: id == "t1" ? 1 : 2, low: UInt64(number)),
                    kind: isOfOracle || random.chance(70) ? .api : .mobile,
                    name: number == 0 ? "one" : "token \(number)", assignment: random.pick(user.assignments).id,
                    created: Instant(microseconds: created),
                    expires: Instant(microseconds: created + Int64(100 + random.below(500)) * 86_400_000_000),
                    dormantSince: random.chance(20) ? Instant(microseconds: created) : nil,
                    revoked: random.chance(5) ? Instant(microseconds: created) : nil,
                    description: random.chance(30) ? random.pick(["orders", "one"]) : nil,
                    contact: random.chance(30) ? random.pick(["ops", "anna"]) : nil))
        }
        if isOfOracle {
            for place in tenant.tokens.indices where random.chance(40) { tenant.tokens[place].ceiling = ceiling() }
        }
        return tenant
    }

    /// A ceiling of a tenant of this generator; `nil` for none.
    package mutating func ceiling() -> Ceiling? {
        var ceiling = Ceiling()
        if random.chance(60) {
            let left = permissions.filter { _ in random.chance(40) }
            ceiling.permissions = left.isEmpty ? ["orders.read"] : left
        }
        if random.chance(40) {
            ceiling.departments = (0...random.below(2)).map { _ in
                random.pick(["sales", "north", "south", "finance", "audit"])
            }
        }
        if random.chance(25) {
            ceiling.networks = [try! IPNetwork(random.pick(["10.0.0.0/8", "192.168.1.7", "2001:db8::/32"]))]
        }
        if random.chance(25) {
            ceiling.hours = Ceiling.Hours(
                random.pick(["mon-fri 06:00-22:00", "22:00-07:58", "sat,sun", "07:57-12:00"]))
        }
        if random.chance(10) { ceiling.purpose = random.pick(["web", "app"]) }
        if random.chance(10) { ceiling.uses = 1 + random.below(3) }
        return ceiling.isEmpty ? nil : ceiling
    }

    package mutating func question() -> AuthorizationRequest {
        let tenant: ExactName = random.pick(["t1", "t2"])
        let token = TokenID(high: tenant == "t1" ? 1 : 2, low: UInt64(random.below(8))).description
        let now = time()
        let kind = random.chance(75) ? DecisionKind.access : random.pick(DecisionKind.allCases)
        guard kind == .access else {
            let actor: AuthorizationRequest.Actor =
                random.chance(30)
                ? .operator
                : random.chance(50)
                    ? .token(TokenID(high: tenant == "t1" ? 1 : 2, low: UInt64(random.below(8))).description)
                    : .user(id: random.pick(["anna", "bert", "carl", "dora"]), assignment: nil)
            let user: ExactName = random.pick(["anna0", "bert0", "carl0", "dora0"])
            return AuthorizationRequest(
                kind: kind, action: ExactName(kind.rawValue), subject: .actor, actor: actor, tenant: tenant,
                token: kind == .issue ? nil : token,
                proposed: ProposedToken(
                    assignment: user,
                    lastDay: Date(year: 2026, month: 7 + random.below(5), day: 1 + random.below(28)),
                    contact: random.chance(30) ? random.pick(["ops", ""]) : nil),
                now: now)
        }
        let isService = random.chance(20)
        let action: ExactName = random.pick(["orders.read", "orders.approve", "orders.delete", "users.update"])
        return AuthorizationRequest(
            action: action, actionProperties: properties(of: action),
            subject: isService
                ? .external(
                    type: "service", id: random.pick(["s1", "s2"]),
                    properties: .object([.init("roles", .array(random.chance(50) ? [.string("admin")] : []))]))
                : .token(token),
            resource: isOfOracle && random.chance(8) ? nil : resource(), context: context(), tenant: tenant, now: now,
            obligations: random.pick([.all, .named([]), .stated, .stated]))
    }

    private mutating func properties(of action: ExactName) -> JSON {
        var members: [JSON.Member] = []
        switch action {
        case "orders.read":
            if random.chance(50) { members.append(.init("format", .string(random.pick(["csv", "json", "Csv"])))) }
        case "orders.delete":
            if random.chance(60) { members.append(.init("soft", .boolean(random.chance(50)))) }
        case "orders.approve":
            if isOfOracle, random.chance(95) { members.append(.init("level", .integer(Int64(random.below(9))))) }
        // Undeclared ones are ignored.
        default: if random.chance(20) { members.append(.init("soft", .boolean(true))) }
        }
        if random.chance(40) { members.append(.init("rows", .integer(Int64(random.below(100))))) }
        return .object(members)
    }

    private mutating func resource() -> AuthorizationRequest.Resource {
        let id: ExactName = "\(random.below(10))"
        guard random.chance(80) else {
            return .init(
                type: "invoice", id: id,
                properties: .object([.init("amount", .integer(Int64(random.below(100))))] + required()))
        }
        var members: [JSON.Member] = required()
        let names = ["sales", "north", "south", "finance", "audit"]
        if random.chance(70) { members.append(.init("department", .string(random.pick(names)))) }
        if random.chance(60) {
            members.append(.init("amount", random.chance(80) ? .integer(Int64(random.below(100))) : .number(12.5)))
        }
        if random.chance(60) { members.append(.init("owner", .string(random.pick(["anna", "bert", "carl", "dora"])))) }
        if random.chance(50) { members.append(.init("note", .string(random.pick(["urgent", "usual", "later"])))) }
        if random.chance(50) {
            members.append(
                .init("tags", .array((0..<random.below(4)).map { _ in .string(random.pick(["hot", "cold"])) })))
        }
        if random.chance(30) { members.append(.init("due", .string("2026-0\(1 + random.below(9))-15"))) }
        if random.chance(40) {
            members.append(.init("opens", .string(random.pick(["06:00", "07:30:01", "22:15", "00:00"]))))
        }
        if random.chance(40) {
            members.append(.init("age", .string(random.pick(["PT36H", "P3D", "PT35H59M59.999999S", "-PT1H"]))))
        }
        if random.chance(40) {
            members.append(.init("subnet", .string(random.pick(["10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "::/0"]))))
        }
        members += parts()
        return .init(type: "order", id: id, properties: .object(members))
    }

    /// Records, maps and lists of records.
    private mutating func parts() -> [JSON.Member] {
        var members: [JSON.Member] = []
        func object(_ members: [JSON.Member?]) -> JSON { .object(members.compactMap(\.self)) }
        func member(_ percent: Int, _ name: ExactName, _ value: JSON) -> JSON.Member? {
            random.chance(percent) ? .init(name, value) : nil
        }
        if random.chance(50) {
            let at = object([
                member(50, "gate", .integer(Int64(random.below(9)))), member(50, "open", .boolean(random.chance(50))),
            ])
            members.append(
                .init("place", object([.init("country", .string(random.pick(["de", "at", "ch"]))), .init("at", at)])))
        }
        if random.chance(60) {
            let labels = [
                member(60, "env", .string(random.pick(["prod", "dev", ""]))),
                member(40, "team", .string(random.pick(["core", "web"]))), member(10, "orders.read", .string("x")),
            ]
            members.append(.init("labels", object(labels)))
        }
        if random.chance(40) {
            members.append(
                .init(
                    "quota",
                    object([member(60, "cpu", .integer(Int64(random.below(5)))), member(50, "disk", .number(0.5))])))
        }
        if random.chance(70) {
            let parts = (0..<random.below(4)).map { _ in
                object([
                    .init("name", .string(random.pick(["bolt", "nut", "nail"]))),
                    member(50, "weight", .integer(Int64(random.below(99)))),
                    member(50, "spare", .boolean(random.chance(50))),
                    member(30, "team", .string(random.pick(["sales", "north"]))),
                ])
            }
            members.append(.init("parts", .array(parts)))
        }
        if random.chance(30) {
            members.append(.init("size", .array([.integer(Int64(random.below(9))), .number(4.5)])))
        }
        if random.chance(40) { members.append(.init("grade", .string(random.pick(["a", "b", "c"])))) }
        return members
    }

    /// The required properties of every resource.
    private mutating func required() -> [JSON.Member] {
        guard isOfOracle else { return [] }
        return [
            .init("weight", .integer(Int64(random.below(60)))),
            .init("site", .string(random.pick(["K", "\u{212a}", "k"]))),
        ]
    }

    private mutating func context() -> JSON {
        var members: [JSON.Member] = []
        if isOfOracle {
            members.append(.init("client", .string(random.pick(["web", "caf\u{e9}", "cafe\u{301}", "app"]))))
        }
        if random.chance(60) { members.append(.init("mfa", .boolean(random.chance(50)))) }
        if random.chance(40) {
            members.append(.init("channel", .string(random.pick(["web", "app", "x\(random.below(999))"]))))
        }
        if random.chance(50) {
            let ips = [
                "10.1.2.3", "10.200.0.1", "192.168.1.7", "192.168.1.8", "2001:db8::1", "2001:db9::1", "::ffff:10.1.9.9",
            ]
            members.append(.init("ip", .string(random.pick(ips))))
        }
        if random.chance(40) {
            let supported: [[JSON]] = [[.string("log")], [.string("log"), .string("mask")], []]
            members.append(.init("supported_obligations", .array(random.pick(supported))))
        }
        if random.chance(30) { members.append(.init("at", .string("2026-06-0\(1 + random.below(3))T00:00:00Z"))) }
        var device: [JSON.Member] = []
        if random.chance(50) { device.append(.init("os", .string(random.pick(["ios", "web"])))) }
        if random.chance(60) { device.append(.init("trusted", .boolean(random.chance(60)))) }
        if random.chance(80) { members.append(.init("device", .object(device))) }
        return .object(members)
    }
}
