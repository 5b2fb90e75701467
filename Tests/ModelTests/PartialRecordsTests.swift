import Model
import Testing

/// Members that a record leaves out keep their values.
@Suite struct PartialRecordsTests {
    private static func base() throws -> Organisation {
        var tenant = TenantRecord(id: "t", name: "T", zone: "Europe/Oslo")
        tenant.isActive = false
        tenant.departments = [
            DepartmentRecord(id: "top", name: "Top", requires: ["a.enter"]),
            DepartmentRecord(id: "low", name: "Low", parent: "top", isActive: false, requires: ["a.read", "b.read"]),
            DepartmentRecord(id: "side", name: "Side", requires: ["x.y"]),
        ]
        tenant.userTypes = [
            UserTypeRecord(id: "clerk", name: "Clerk", isActive: false, permissions: ["a.*"]),
            UserTypeRecord(id: "guest", name: "Guest"),
        ]
        tenant.users = [
            UserRecord(
                id: "u", name: "una", fullName: "Una", email: "u@t.example", isActive: false, permissions: ["b.*"],
                assignments: [
                    AssignmentRecord(id: "a1", department: "low", userType: "clerk"),
                    AssignmentRecord(id: "a2", department: "top", userType: "guest", isRemoved: true),
                ]),
            UserRecord(
                id: "v", name: "vera", fullName: "Vera", email: "v@t.example",
                assignments: [AssignmentRecord(id: "a3", department: "top", userType: "guest")]),
        ]
        let (created, later) = (Instant("2026-01-01T00:00:00Z")!, Instant("2026-03-01T00:00:00Z")!)
        tenant.tokens = [
            TokenRecord(
                id: TokenID(high: 0, low: 1), kind: .api, name: "One", assignment: "a1", created: created,
                expires: Instant("2027-01-01T00:00:00Z")!, lastActive: later, dormantSince: later, suspended: later,
                revoked: later),
            TokenRecord(
                id: TokenID(high: 0, low: 2), kind: .mobile, name: "", assignment: "a3", created: created,
                expires: Instant("2026-01-31T00:00:00Z")!),
        ]
        return Organisation(tenants: [tenant, TenantRecord(id: "s", name: "S", zone: "UTC")])
    }

    private func merged(_ json: JSON, on base: Organisation) throws -> Organisation {
        base.merging(try Organisation(json: json, on: base))
    }

    @Test func `importing an export changes nothing`() throws {
        let base = try Self.base()
        #expect(try Organisation(json: base.json) == base)
        #expect(try Organisation(json: base.json, on: base) == base)
        #expect(try merged(base.json, on: base) == base)
    }

    @Test func `a record with only an id changes nothing`() throws {
        let base = try Self.base()
        let bare = Records.edited(base.json) { members, _ in members.filter { $0.key == "id" || $0.value.isRecords } }
        #expect(try merged(bare, on: base) == base)
    }

    @Test func `a record changes only its stated members, and the original undoes it`() throws {
        let base = try Self.base()
        var random = Seeded(state: 17)
        for seed in 0..<3_000 {
            var isChanged = false
            let change = Records.edited(base.json) { members, path in
                members.compactMap { member in
                    if member.key == "id" { return member }
                    if random.chance(member.value.isRecords ? 20 : 50) { return nil }
                    guard random.chance(50), let other = Records.other(member.value, at: path + [member.key]) else {
                        return member
                    }
                    isChanged = true
                    return JSON.Member(member.key, other)
                }
            }
            let after = try merged(change, on: base)
            #expect(after.json == Records.overlaid(base.json, with: change), "seed \(seed): \(change.compact)")
            #expect(isChanged || after == base)
            let undone = try merged(base.json, on: after)
            #expect(undone.json == base.json, "seed \(seed): \(change.compact)")
        }
    }

    @Test func `null is refused everywhere, with its place`() throws {
        let base = try Self.base()
        var count = 0
        for path in Records.places(base.json) {
            let spoilt = Records.edited(base.json) { members, place in
                members.map { place + [$0.key] == path ? JSON.Member($0.key, .null) : $0 }
            }
            let error = #expect(throws: OrganisationError.self) { try Organisation(json: spoilt, on: base) }
            let shown = path.reduce("") { path, part in
                Int(part.text) != nil ? "\(path)[\(part)]" : path.isEmpty ? part.text : "\(path).\(part)"
            }
            #expect(error?.path == shown && error?.message.hasPrefix("`null` is not a value") == true, "\(shown)")
            count += 1
        }
        #expect(count > 60)
    }

    @Test func `an empty string removes an optional value`() throws {
        let base = try Self.base()
        let text = """
            {"tenants":[{"id":"t","departments":[{"id":"low","parent":""}],
            "tokens":[{"id":"00000000000000000000000000000001","suspended":"","last_active":"","dormant_since":""}]}]}
            """
        let after = try merged(JSONReader.parse(text), on: base)
        #expect(after.tenants[0].departments[1].parent == nil)
        let token = after.tenants[0].tokens[0]
        #expect(token.suspended == nil && token.lastActive == nil && token.dormantSince == nil && token.revoked != nil)
    }

    @Test func `a new record gets defaults, and must state members without one`() throws {
        let base = try Self.base()
        let good = #"{"tenants":[{"id":"t","departments":[{"id":"new","name":"New"}]}]}"#
        let after = try merged(JSONReader.parse(good), on: base)
        #expect(after.tenants[0].departments.last == DepartmentRecord(id: "new", name: "New"))
        let bad = #"{"tenants":[{"id":"t","departments":[{"id":"new"}]}]}"#
        let error = #expect(throws: OrganisationError.self) { try Organisation(json: JSONReader.parse(bad), on: base) }
        #expect(error?.path == "tenants[0].departments[0].name")
        // The same id in another tenant is another record.
        let other = #"{"tenants":[{"id":"s","departments":[{"id":"top"}]}]}"#
        let new = #expect(throws: OrganisationError.self) { try Organisation(json: JSONReader.parse(other), on: base) }
        #expect(new?.path == "tenants[0].departments[0].name")
    }

    @Test func `records may refer to existing ones, and faults have their own places`() throws {
        let base = try Self.base()
        let good =
            #"{"tenants":[{"id":"t","users":[{"id":"v","assignments":[{"id":"a4","department":"low","user_type":"clerk"}]}]}]}"#
        let records = try Organisation(json: JSONReader.parse(good), on: base)
        #expect(throws: Never.self) { try Directory(records.standing(on: base)) }
        let bad = try Organisation(json: JSONReader.parse(good.replacing("low", with: "nowhere")), on: base)
        let error = #expect(throws: OrganisationError.self) { try Directory(bad.standing(on: base)) }
        #expect(error?.path == "tenants[0].users[0].assignments[0].department")
    }
}

/// Operations on records as JSON, independent of the code that reads them.
private enum Records {
    /// The permanent members, which no change states.
    private static let lasting: Set<ExactName> = ["revoked", "removed"]

    static func edited(_ json: JSON, _ path: [ExactName] = [], _ edit: ([JSON.Member], [ExactName]) -> [JSON.Member])
        -> JSON
    {
        switch json {
        case .object(let members):
            .object(edit(members, path).map { .init($0.key, edited($0.value, path + [$0.key], edit)) })
        case .array(let elements):
            .array(elements.enumerated().map { edited($1, path + [ExactName("\($0)")], edit) })
        default: json
        }
    }

    /// The paths of every member of every record.
    static func places(_ json: JSON) -> [[ExactName]] {
        var places: [[ExactName]] = []
        _ = edited(json) { members, path in
            places += members.map { path + [$0.key] }
            return members
        }
        return places
    }

    /// Another valid value of a member; `nil` for one that cannot be changed.
    static func other(_ value: JSON, at path: [ExactName]) -> JSON? {
        switch path.last {
        case "name", "full_name", "email", "device": .string("changed \(path.joined())")
        case "zone": .string("UTC")
        case "active": value == .boolean(true) ? .boolean(false) : .boolean(true)
        case "requires", "permissions": value == .array([]) ? .array([.string("z.z")]) : .array([])
        case "parent": value == .string("") ? .string("side") : .string("")
        case "last_active", "dormant_since", "suspended":
            value == .string("") ? .string("2026-05-05T00:00:00Z") : .string("")
        default: nil
        }
    }

    /// A record overlaid with the other's members; nested records are matched by id.
    static func overlaid(_ base: JSON, with change: JSON) -> JSON {
        switch (base, change) {
        case (.object(let old), .object(let new)):
            .object(
                old.map { member in
                    let stated = new.first { $0.key == member.key }
                    return JSON.Member(
                        member.key, stated.map { overlaid(member.value, with: $0.value) } ?? member.value)
                })
        case (.array(let old), .array(let new)) where base.isRecords && change.isRecords:
            .array(
                old.map { record in
                    new.first { $0["id"] == record["id"] }.map { overlaid(record, with: $0) } ?? record
                })
        default: change
        }
    }
}

extension JSON {
    /// True for a list of records, or a member that contains one.
    fileprivate var isRecords: Bool {
        guard case .array(let elements) = self else { return false }
        return elements.contains { $0["id"] != nil }
    }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
