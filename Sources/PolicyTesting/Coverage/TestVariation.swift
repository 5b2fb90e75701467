internal import Engine
internal import Lua
internal import Model
internal import Policies

/// Changes tests: the actor, the request, the time and the settings, with values from the directory, the schema and the
/// policy.
struct TestVariation {
    private let schema: Schema
    private let policy: Policy
    /// The numbers and strings in the policy's source, and the neighbours of the numbers.
    private let literals: [LuaValue]
    /// The free texts of a token that the policy reads.
    private let notes: [ExactName]

    private static let most = PropertyValues.most

    init(_ policy: Policy, schema: Schema, words: ConditionWords.Reader) {
        self.policy = policy
        self.schema = schema
        literals = words.literals
        notes = ["description", "contact"].filter(words.reads)
    }

    /// Values to set at places of a test; `nil` removes one.
    typealias Change = [(path: [ExactName], value: LuaValue?)]

    /// Every change of one thing that a test may have, in an order that depends on nothing else.
    func changes(of table: LuaValue, in base: TestOrganisation) -> [Change] {
        guard let fields = try? TestTable(table, at: "test"), let values = values(of: fields, base) else { return [] }
        return changes(of: table, values).map { opened($0, table) }
    }

    /// Those changes that concern what a condition is about, the most promising first.
    static func relevant(_ changes: [Change], to words: ConditionWords) -> [Change] {
        var counts: [[ExactName]: Int] = [:]
        let ranked = changes.enumerated().compactMap { index, change -> (Change, order: (Int, Int, Int))? in
            let relevance = change.map { words.relevance(of: $0.path, $0.value) }.max() ?? 0
            guard relevance > 0 else { return nil }
            // Places take turns, so that one with many values does not come before all others.
            let turn = counts[change.flatMap(\.path), default: 0]
            counts[change.flatMap(\.path)] = turn + 1
            return (change, (-relevance, turn, index))
        }
        return ranked.sorted { $0.order < $1.order }.map(\.0)
    }

    static func applying(_ change: Change, to table: LuaValue) -> LuaValue {
        change.reduce(table) { $0.with($1.path, $1.value) }
    }

    private func values(of test: TestTable, _ base: TestOrganisation) -> PropertyValues? {
        let id = try? test.name("tenant")
        let tenants = base.organisation.tenants
        guard let tenant = tenants.first(where: { $0.id == id }) ?? tenants.first else { return nil }
        var values = PropertyValues(tenant: tenant, now: Self.time(of: test, base))
        for literal in literals {
            switch literal {
            case .integer(let value): values.numbers += [value &- 1, value, value &+ 1].map(LuaValue.integer)
            case .number(let value): values.numbers += [value - 1, value, value + 1].map(LuaValue.number)
            case .string: values.strings.append(literal)
            default: break
            }
        }
        return values
    }

    private static func time(of test: TestTable, _ base: TestOrganisation) -> Instant {
        (try? test.string("at")).flatMap { $0 }.flatMap { Instant($0) } ?? base.now
    }

    private func changes(of table: LuaValue, _ values: PropertyValues) -> [Change] {
        let tenant = values.tenant
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
            changes += values.strings.map { [([part, "name"], $0)] }
            for note in notes { changes += (values.strings + [nil]).map { [([part, note], $0)] } }
        }
        changes += asked(table, values)
        changes += times(table, values.now)
        for (name, setting) in policy.settings.sorted(by: { $0.key < $1.key }) {
            changes += values.values(setting.type).map { [(["settings", policy.id, name], $0)] }
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

    private func asked(_ table: LuaValue, _ values: PropertyValues) -> [Change] {
        var changes: [Change] = []
        if let name = table.actionName {
            for action in schema.actionRecords {
                var change: Change = [(["action"], self.action(action, table["action"], values))]
                // The action may be on another type of resource.
                if let type = table["resource"]?["type"]?.name,
                    schema.actions[action.name]?.applies(to: type) == false,
                    let other = schema.resources(of: action.name).first
                {
                    change.append((["resource"], resource(other, table["resource"] ?? .table([]), values)))
                }
                changes.append(change)
            }
            if let action = schema.action(name) { changes += properties(["action"], action, values) }
        }
        if let resource = table["resource"], let name = resource["type"]?.name {
            changes += schema.resources.map { type in [(["resource"], self.resource(type, resource, values))] }
            if let type = schema.resources.first(where: { $0.name == name }) {
                changes += properties(["resource"], type, values)
            }
            changes += values.strings.map { [(["resource", "id"], $0)] }
            changes.append([(["resource"], .boolean(false))])
        }
        changes += properties(["context"], schema.context, values)
        if let name = table["subject"]?["type"]?.name,
            let type = schema.subjects.first(where: { $0.name == name })
        {
            changes += properties(["subject", "properties"], type, values)
            changes += values.strings.map { [(["subject", "id"], $0)] }
        }
        return changes
    }

    /// Another action, with the properties that both have and those that it requires.
    private func action(_ action: Schema.RecordType, _ old: LuaValue?, _ values: PropertyValues) -> LuaValue {
        let own = values.required(action) { name in old.flatMap { $0[name] } }
        return own.isEmpty ? .string(action.name) : LuaValue(named: [("name", .string(action.name))] + own)
    }

    /// The change of a property of an action whose test gives its name alone: it becomes a table.
    private func opened(_ change: Change, _ table: LuaValue) -> Change {
        guard change.contains(where: { $0.path.count == 2 && $0.path[0] == "action" }),
            case .string(let name)? = table["action"]
        else { return change }
        return [(["action"], LuaValue(named: [("name", .string(name))]))] + change
    }

    /// A resource of another type, with the properties that both have and those that the type requires.
    private func resource(_ type: Schema.RecordType, _ old: LuaValue, _ values: PropertyValues) -> LuaValue {
        var fields: [(ExactName, LuaValue)] = [("type", .string(type.name))]
        if let id = old["id"] { fields.append(("id", id)) }
        return LuaValue(named: fields + values.required(type) { old[$0] })
    }

    private func properties(_ path: [ExactName], _ type: Schema.RecordType, _ values: PropertyValues) -> [Change] {
        type.properties.flatMap { property -> [Change] in
            let values: [LuaValue?] = values.values(property.type) + (property.isOptional ? [nil] : [])
            return values.map { [(path + [property.name], $0)] }
        }
    }

    // MARK: Times

    private func times(_ table: LuaValue, _ now: Instant) -> [Change] {
        var changes: [Change] = PropertyValues.hours.map { [(["at"], .string(now.adding(hours: $0).description))] }
        guard table["token"]?.isRecord == true else { return changes }
        for name in ["expires", "created", "last_active", "dormant_since"] as [ExactName] {
            changes += PropertyValues.hours.map {
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
        _ table: LuaValue, in base: TestOrganisation, left: OrderedValue, right: OrderedValue,
        to place: OrderedValue.Place
    ) -> [LuaValue] {
        guard let fields = try? TestTable(table, at: "test") else { return [] }
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
        // So does a time of day, and a length of time up to now.
        if let distance = Self.distance(left, right) {
            for moved in [distance, -distance] {
                let at = Instant(microseconds: now.microseconds + moved + Int64(step) * 1_000_000)
                changes.append([(["at"], .string(at.description))])
            }
        }
        return changes.map { Self.applying(opened($0, table), to: table) }
    }

    /// The microseconds from one time of day to another, or from one length of time to another; `nil` for other values.
    private static func distance(_ left: OrderedValue, _ right: OrderedValue) -> Int64? {
        switch (left, right) {
        case (.time(let one), .time(let other)): other.microseconds - one.microseconds
        case (.duration(let one), .duration(let other)): other.microseconds - one.microseconds
        default: nil
        }
    }

    private func places(for value: OrderedValue, in table: LuaValue) -> [Change] {
        var changes: [Change] = []
        func add(_ type: ValueType, _ literal: LuaValue) {
            var records: [([ExactName], Schema.RecordType)] = [(["context"], schema.context)]
            if let action = table.actionName.flatMap(schema.action) { records.append((["action"], action)) }
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
        case .time(let time): add(.time, .string(time.description))
        case .duration(let span): add(.duration, .string(span.description))
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
        case .time(let time): .time(TimeOfDay(microseconds: time.microseconds + Int64(steps) * 1_000_000))
        case .duration(let span):
            TimeSpan(microseconds: span.microseconds + Int64(steps) * 1_000_000).map(OrderedValue.duration)
        }
    }
}

extension LuaValue {
    /// The value of a table under a name.
    fileprivate subscript(name: ExactName) -> LuaValue? {
        guard case .table(let entries) = self else { return nil }
        return entries.first { $0.key == .string(name) }?.value
    }

    /// The name of the action of a test.
    fileprivate var actionName: ExactName? { self["action"].flatMap { $0.name ?? $0["name"]?.name } }

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
