internal import Lua
internal import Model
internal import Policies

/// Values that the properties of a schema can have in a tenant, as tests write them.
struct PropertyValues {
    let tenant: TenantRecord
    let now: Instant
    var numbers: [LuaValue] = [.integer(0), .integer(1), .integer(1_000_000)]
    var strings: [LuaValue] = [.string("x")]

    /// The most names of one kind.
    static let most = 30
    /// Distances from now, in hours: an hour, days, a year.
    static let hours: [Int64] = [-8_760, -24, -1, 0, 1, 6, 12, 18, 24, 48, 72, 96, 120, 8_760]
    private static let addresses: [LuaValue] = ["10.0.0.1", "192.168.0.1", "203.0.113.9", "::1"].map(LuaValue.string)

    /// The strings of the policy that are written as values of a type are.
    private func written(_ type: ValueType) -> [LuaValue] {
        strings.filter { string in
            if case .string(let text) = string { (try? Value(text, in: type)) != nil } else { false }
        }
    }

    /// Values of a type; empty when the tenant has none, such as no user.
    func values(_ type: ValueType) -> [LuaValue] {
        switch type {
        case .boolean: [.boolean(true), .boolean(false)]
        case .number: numbers
        case .string: strings
        case .department: tenant.departments.prefix(Self.most).map { .string($0.id) }
        case .user: tenant.users.prefix(Self.most).map { .string($0.id) }
        case .instant: Self.hours.map { .string(now.adding(hours: $0).description) } + written(type)
        case .date:
            Self.hours.map { .string(Zone.utc.date(of: now.adding(hours: $0)).description) } + written(type)
        case .time: ["12:00", "00:00", "06:00", "18:00", "23:59"].map(LuaValue.string) + written(type)
        case .duration: ["PT1H", "PT0S", "P1D", "P30D", "P366D"].map(LuaValue.string) + written(type)
        case .network: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"].map(LuaValue.string) + written(type)
        case .ip: Self.addresses + strings.compactMap(\.address)
        case .list(let element): [LuaValue(list: [])] + values(element).map { LuaValue(list: [$0]) }
        case .map(let type):
            [LuaValue(named: [])]
                + values(type).prefix(Self.most).flatMap { value in keys.map { LuaValue(named: [($0, value)]) } }
        case .record(let properties): records(properties)
        case .restricted(_, .oneOf(let names)): names.map { .string($0) }
        case .restricted(.list(let element), .count(let count)):
            values(element).map { LuaValue(list: [LuaValue](repeating: $0, count: count)) }
        case .restricted(.map(let type), .keys(let keys)):
            [LuaValue(named: [])]
                + values(type).prefix(Self.most).flatMap { value in keys.map { LuaValue(named: [($0, value)]) } }
        case .restricted(let type, _): values(type)
        default: []
        }
    }

    /// The strings of the policy, as keys of maps.
    private var keys: [ExactName] {
        strings.prefix(8).compactMap { if case .string(let text) = $0 { ExactName(text) } else { nil } }
    }

    /// The record with what it must have, and others with one property that has another value or is left out.
    private func records(_ properties: [Schema.Property]) -> [LuaValue] {
        let type = Schema.RecordType(name: "", properties: properties)
        var records = [LuaValue(named: required(type))]
        for property in properties {
            for value in values(property.type).prefix(Self.most) {
                records.append(LuaValue(named: required(type) { $0 == property.name ? value : nil }))
            }
        }
        return records
    }

    /// The properties that a record must have, those that are given first, and made-up ones for the others.
    func required(_ type: Schema.RecordType, given: (ExactName) -> LuaValue? = { _ in nil }) -> [(ExactName, LuaValue)]
    {
        type.properties.compactMap { property in
            let value = given(property.name) ?? (property.isOptional ? nil : values(property.type).first)
            return value.map { (property.name, $0) }
        }
    }
}

extension LuaValue {
    /// A string that is an address, or the first address of a network.
    fileprivate var address: LuaValue? {
        guard case .string(let text) = self, let first = text.split(separator: "/").first.map(String.init) else {
            return nil
        }
        return IPAddress(first).map { _ in .string(first) }
    }
}
