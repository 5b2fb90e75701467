internal import Engine
internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// Changes tests: the actor, the request, the time and the settings, with values from the directory, the schema and the
/// policy.
struct TestVariation {
    private let schema: Schema
    private let policy: Policy
    /// The numbers and strings in the policy's source, and the neighbours of the numbers.
    private let numbers: [LuaValue]
    private let texts: [LuaValue]
    /// The free texts of a token that the policy names.
    private let notes: [ExactName]

    /// The greatest number of names that are tried.
    private static let most = 30

    init(_ policy: Policy, schema: Schema, source: [String]) {
        self.policy = policy
        self.schema = schema
        var numbers: [LuaValue] = [.integer(0), .integer(1), .integer(1_000_000)]
        var texts: [LuaValue] = [.string("x")]
        let bytes = Array(source.joined(separator: "\n").utf8)
        for expression in (try? Chunk.parse(bytes))?.expressions ?? [] {
            switch expression.kind {
            case .integer(let value): numbers += [value &- 1, value, value &+ 1].map(LuaValue.integer)
            case .float(let value): numbers += [value - 1, value, value + 1].map(LuaValue.number)
            case .string(let bytes): texts.append(.string(String(decoding: bytes, as: UTF8.self)))
            default: break
            }
        }
        self.numbers = numbers
        self.texts = texts
        notes = ["description", "contact"].filter { note in source.contains { $0.contains(note.text) } }
    }

    /// Values to set at places of a test; `nil` removes one.
    private typealias Change = [(path: [ExactName], value: LuaValue?)]

    /// The test with one change, chosen at random; `nil` when there is nothing to change.
    func changed(_ table: LuaValue, in plan: TestPlan, _ random: inout SeededGenerator) -> LuaValue? {
        guard let fields = try? TestTable(table, at: "test"), let base = try? plan.directories.base(of: fields)
        else { return nil }
        let id = try? fields.name("tenant")
        let tenants = base.organisation.tenants
        guard let tenant = tenants.first(where: { $0.id == id }) ?? tenants.first else { return nil }
        let now = Self.time(of: fields, base)
        let changes = changes(of: table, tenant, now)
        guard let change = changes.randomElement(using: &random) else { return nil }
        return change.reduce(table) { $0.with($1.path, $1.value) }
    }

    private static func time(of test: TestTable, _ base: TestOrganisation) -> Instant {
        (try? test.string("at")).flatMap { $0 }.flatMap { Instant($0) } ?? base.now
    }

    private func changes(of table: LuaValue, _ tenant: TenantRecord, _ now: Instant) -> [Change] {
        var changes: [Change] = []
        for part in ["token", "actor", "proposed"] as [ExactName] where table[part]?.isRecord == true {
            changes += people(part, table[part]!, tenant)
        }
        if table["token"]?.isRecord == true, table["actor"] != nil {
            for user in tenant.users.prefix(Self.most) {
                changes += self.user(user, "token").map { $0 + (self.user(user, "actor").first ?? []) }
            }
        }
        if table["actor"] != nil {
            changes.append([(["actor"], .string("operator"))])
            for user in tenant.users.prefix(Self.most) { changes += self.user(user, "actor") }
            if table["actor"]?.isRecord == true {
                changes += [nil, "api", "mobile"].map { [(["actor", "via"], $0.map(LuaValue.string))] }
            }
        }
        for part in ["token", "proposed"] as [ExactName] where table[part]?.isRecord == true {
            changes += ["api", "mobile"].map { [([part, "kind"], .string($0))] }
            for note in notes {
                changes += (texts + [nil]).map { [([part, note], $0)] }
            }
        }
        changes += asked(table, tenant, now)
        changes += times(table, now)
        for (name, setting) in policy.settings.sorted(by: { $0.key < $1.key }) {
            changes += values(setting.type, tenant, now).map { [(["settings", policy.id, name], $0)] }
        }
        return changes
    }

    // MARK: Actors

    private func people(_ part: ExactName, _ own: LuaValue, _ tenant: TenantRecord) -> [Change] {
        var changes: [Change] = []
        let type = own["user_type"] ?? tenant.userTypes.first.map { .string($0.id) }
        let department = own["department"] ?? tenant.departments.first.map { .string($0.id) }
        for other in tenant.departments.prefix(Self.most) {
            changes.append([
                ([part, "user"], nil), ([part, "user_type"], type), ([part, "department"], .string(other.name)),
            ])
        }
        for other in tenant.userTypes.prefix(Self.most) {
            changes.append([
                ([part, "user"], nil), ([part, "department"], department), ([part, "user_type"], .string(other.name)),
            ])
        }
        for user in tenant.users.prefix(Self.most) { changes += self.user(user, part) }
        guard own["user"] == nil else { return changes }
        for permission in schema.actionNames + ["*"] + policy.grants {
            changes.append([([part, "permissions"], LuaValue(list: [.string(permission)]))])
        }
        changes.append([([part, "permissions"], nil)])
        return changes
    }

    private func user(_ user: UserRecord, _ part: ExactName) -> [Change] {
        user.assignments.filter { !$0.isRemoved }.map { assignment in
            [
                ([part, "user"], .string(user.name)), ([part, "department"], .string(assignment.department)),
                ([part, "user_type"], .string(assignment.userType)), ([part, "permissions"], nil),
            ]
        }
    }

    // MARK: Requests

    private func asked(_ table: LuaValue, _ tenant: TenantRecord, _ now: Instant) -> [Change] {
        var changes: [Change] = []
        if table["action"] != nil {
            changes += schema.actionNames.map { [(["action"], .string($0))] }
        }
        if let resource = table["resource"], let name = resource["type"]?.name {
            changes += schema.resources.map { type in [(["resource"], self.resource(type, resource, tenant, now))] }
            if let type = schema.resources.first(where: { $0.name == name }) {
                changes += properties(["resource"], type, tenant, now)
            }
        }
        changes += properties(["context"], schema.context, tenant, now)
        if let name = table["subject"]?["type"]?.name,
            let type = schema.subjects.first(where: { $0.name == name })
        {
            changes += properties(["subject", "properties"], type, tenant, now)
        }
        return changes
    }

    /// A resource of another type, with the properties that both have and those that the type requires.
    private func resource(
        _ type: Schema.RecordType, _ old: LuaValue, _ tenant: TenantRecord, _ now: Instant
    ) -> LuaValue {
        var fields: [(ExactName, LuaValue)] = [("type", .string(type.name))]
        if let id = old["id"] { fields.append(("id", id)) }
        for property in type.properties {
            if let value = old[property.name] ?? (property.isOptional ? nil : values(property.type, tenant, now).first)
            {
                fields.append((property.name, value))
            }
        }
        return LuaValue(named: fields)
    }

    private func properties(
        _ path: [ExactName], _ type: Schema.RecordType, _ tenant: TenantRecord, _ now: Instant
    ) -> [Change] {
        type.properties.flatMap { property -> [Change] in
            let values: [LuaValue?] = values(property.type, tenant, now) + (property.isOptional ? [nil] : [])
            return values.map { [(path + [property.name], $0)] }
        }
    }

    private func values(_ type: ValueType, _ tenant: TenantRecord, _ now: Instant) -> [LuaValue] {
        switch type {
        case .boolean: [.boolean(true), .boolean(false)]
        case .number: numbers
        case .string: texts
        case .department: tenant.departments.prefix(Self.most).map { .string($0.id) }
        case .user: tenant.users.prefix(Self.most).map { .string($0.id) }
        case .instant: Self.hours.map { .string(now.adding(hours: $0).description) }
        case .date: Self.hours.map { .string(Zone.utc.date(of: now.adding(hours: $0)).description) }
        case .ip: ["10.0.0.1", "192.168.0.1", "203.0.113.9", "::1"].map(LuaValue.string) + texts
        case .list(let element):
            [LuaValue(list: [])] + values(element, tenant, now).map { LuaValue(list: [$0]) }
        default: []
        }
    }

    // MARK: Times

    private static let hours: [Int64] = [-8_760, -24, -1, 0, 1, 6, 12, 18, 24, 48, 72, 96, 120, 8_760]

    private func times(_ table: LuaValue, _ now: Instant) -> [Change] {
        var changes: [Change] = Self.hours.map { [(["at"], .string(now.adding(hours: $0).description))] }
        guard table["token"]?.isRecord == true else { return changes }
        for name in ["expires", "created", "last_active", "dormant_since"] as [ExactName] {
            changes += Self.hours.map {
                [(["token", "last_day"], nil), (["token", name], .string(now.adding(hours: $0).description))]
            }
        }
        changes.append([(["token", "last_active"], nil)])
        changes.append([(["token", "dormant_since"], nil)])
        return changes
    }

    // MARK: Beside a boundary

    /// The test with values that may bring one side of a comparison just below, at or just above the other.
    func stepped(
        _ table: LuaValue, in plan: TestPlan, left: OrderedValue, right: OrderedValue, to place: OrderedValue.Place
    ) -> [LuaValue] {
        guard let fields = try? TestTable(table, at: "test"), let base = try? plan.directories.base(of: fields)
        else { return [] }
        let now = Self.time(of: fields, base)
        let step = place.rawValue - 1
        let wanted = [right.stepped(step), left.stepped(-step)].compactMap(\.self)
        var changes = wanted.flatMap { places(for: $0, in: table) }
        // A part of the time, such as its hour, changes with the time.
        if case (.integer(let one), .integer(let other)) = (left, right), one.magnitude < 10_000,
            other.magnitude < 10_000
        {
            let distance = other + Int64(step) - one
            changes += [1, 24, 24 * 30].map { [(["at"], .string(now.adding(hours: distance * $0).description))] }
        }
        return changes.map { change in change.reduce(table) { $0.with($1.path, $1.value) } }
    }

    private func places(for value: OrderedValue, in table: LuaValue) -> [Change] {
        var changes: [Change] = []
        func add(_ type: ValueType, _ literal: LuaValue) {
            var records: [([ExactName], Schema.RecordType)] = [(["context"], schema.context)]
            if let name = table["resource"]?["type"]?.name {
                records += schema.resources.filter { $0.name == name }.map { (["resource"], $0) }
            }
            if let name = table["subject"]?["type"]?.name {
                records += schema.subjects.filter { $0.name == name }.map { (["subject", "properties"], $0) }
            }
            for (path, record) in records {
                changes += record.properties.filter { $0.type == type }.map { [(path + [$0.name], literal)] }
            }
            for (name, setting) in policy.settings.sorted(by: { $0.key < $1.key }) where setting.type == type {
                changes.append([(["settings", policy.id, name], literal)])
            }
        }
        switch value {
        case .integer(let value): add(.number, .integer(value))
        case .number(let value): add(.number, .number(value))
        case .date(let date):
            let text = LuaValue.string(date.description)
            for part in ["proposed", "token"] as [ExactName] where table[part]?.isRecord == true {
                changes.append([([part, "expires"], nil), ([part, "last_day"], text)])
            }
            add(.date, text)
            changes.append([(["at"], .string("\(date.description)T12:00:00Z"))])
        case .instant(let instant):
            let text = LuaValue.string(instant.description)
            for part in ["proposed", "token"] as [ExactName] where table[part]?.isRecord == true {
                changes.append([([part, "last_day"], nil), ([part, "expires"], text)])
                changes.append([([part, "created"], text)])
            }
            for name in ["last_active", "dormant_since"] as [ExactName] where table["token"]?.isRecord == true {
                changes.append([(["token", name], text)])
            }
            add(.instant, text)
            changes.append([(["at"], text)])
        }
        return changes
    }
}

extension OrderedValue {
    /// The value after a number of steps: days, seconds, or ones.
    fileprivate func stepped(_ steps: Int) -> OrderedValue? {
        switch self {
        case .integer(let value): .integer(value &+ Int64(steps))
        case .number(let value): .number(value + Double(steps))
        case .date(let date): date.adding(Period(days: steps)).map(OrderedValue.date)
        case .instant(let instant):
            .instant(Instant(microseconds: instant.microseconds + Int64(steps) * 1_000_000))
        }
    }
}

extension LuaValue {
    /// The value of a table under a name.
    fileprivate subscript(name: ExactName) -> LuaValue? {
        guard case .table(let entries) = self else { return nil }
        return entries.first { $0.key == .string(name) }?.value
    }

    fileprivate var isRecord: Bool { if case .table = self { !isList } else { false } }

    /// The table with a value set at a path, with tables added on the way; `nil` removes the value.
    fileprivate func with(_ path: [ExactName], _ value: LuaValue?) -> LuaValue {
        guard let name = path.first else { return value ?? self }
        guard case .table(let entries) = self else { return self }
        let rest = Array(path.dropFirst())
        guard value != nil || self[name] != nil else { return self }
        let old = self[name].flatMap { $0.isRecord ? $0 : nil } ?? .table([])
        let inner = rest.isEmpty ? value : old.with(rest, value)
        var kept = entries
        if let index = kept.firstIndex(where: { $0.key == .string(name) }) {
            if let inner { kept[index] = Entry(key: .string(name), value: inner) } else { kept.remove(at: index) }
        } else if let inner {
            kept.append(Entry(key: .string(name), value: inner))
        }
        return .table(kept)
    }
}
