internal import Lua
internal import Model

/// A table of a test file, read by names; an unknown name is a mistake.
struct TestTable {
    /// The path of the table as its author would write it: `resource`, `expect`.
    let path: String
    private let fields: [(name: ExactName, value: LuaValue)]

    init(_ value: LuaValue, at path: String) throws(TestFault) {
        guard case .table(let entries) = value else {
            throw TestFault("`\(path)` must be a table, got \(value.kindInWords)")
        }
        var fields: [(name: ExactName, value: LuaValue)] = []
        for entry in entries {
            guard let name = entry.key.name else {
                throw TestFault("`\(path)` must have names as keys, got \(entry.key.kindInWords)")
            }
            fields.append((name, entry.value))
        }
        self.path = path
        self.fields = fields
    }

    var names: [ExactName] { fields.map(\.name) }
    var isEmpty: Bool { fields.isEmpty }

    subscript(name: ExactName) -> LuaValue? {
        fields.first { $0.name == name }?.value
    }

    /// - Throws: when the table has a name that is not among the known ones.
    func refuseOthers(than known: [ExactName]) throws(TestFault) {
        for field in fields where !known.contains(field.name) {
            throw TestFault("`\(path)` has no key `\(field.name)`" + Suggestion.hint(for: field.name, among: known))
        }
    }

    func string(_ name: ExactName) throws(TestFault) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else {
            throw TestFault("`\(path).\(name)` must be a string, got \(value.kindInWords)")
        }
        return text
    }

    func name(_ name: ExactName) throws(TestFault) -> ExactName? { try string(name).map { ExactName($0) } }

    func boolean(_ name: ExactName) throws(TestFault) -> Bool? {
        guard let value = self[name] else { return nil }
        guard case .boolean(let flag) = value else {
            throw TestFault("`\(path).\(name)` must be true or false, got \(value.kindInWords)")
        }
        return flag
    }

    func table(_ name: ExactName) throws(TestFault) -> TestTable? {
        guard let value = self[name] else { return nil }
        return try TestTable(value, at: name.text)
    }

    /// One of some words.
    func choice(_ name: ExactName, among known: [String]) throws(TestFault) -> String? {
        guard let text = try string(name) else { return nil }
        guard known.contains(text) else {
            let choices = known.map { "`\($0)`" }.joined(separator: ", ")
            throw TestFault(
                "`\(path).\(name)` must be one of \(choices), got `\(text)`" + Suggestion.hint(for: text, among: known))
        }
        return text
    }

    /// A list of permissions; empty when it is absent.
    func permissions(_ name: ExactName) throws(TestFault) -> [ExactName] {
        guard let value = self[name] else { return [] }
        guard case .array(let items) = try value.items(at: "\(path).\(name)") else {
            throw TestFault("`\(path).\(name)` must be a list of permissions")
        }
        var permissions: [ExactName] = []
        for item in items {
            guard case .string(let text) = item, PermissionSet.fault(text, wildcard: true) == nil else {
                throw TestFault("`\(path).\(name)` must be a list of permissions, got \(item.compact)")
            }
            permissions.append(ExactName(text))
        }
        return permissions
    }

    /// An instant: `2026-11-22T12:00:00Z`, or a day, which means its first instant in the zone.
    func instant(_ name: ExactName, in zone: Zone) throws(TestFault) -> Instant? {
        guard let text = try string(name) else { return nil }
        if let instant = Instant(text) { return instant }
        guard let day = Date(text) else {
            throw TestFault("`\(path).\(name)` must be a time such as `2026-11-22T12:00:00Z` or a day, got `\(text)`")
        }
        return zone.start(of: day)
    }

    func date(_ name: ExactName) throws(TestFault) -> Date? {
        guard let text = try string(name) else { return nil }
        guard let day = Date(text) else {
            throw TestFault("`\(path).\(name)` must be a day such as `2026-11-22`, got `\(text)`")
        }
        return day
    }

    /// Every entry as a member of a JSON object, sorted by name.
    func members(without excluded: [ExactName] = []) throws(TestFault) -> [JSON.Member] {
        var members: [JSON.Member] = []
        for field in fields where !excluded.contains(field.name) {
            members.append(JSON.Member(field.name, try field.value.json(at: "\(path).\(field.name)")))
        }
        return members.sorted { $0.key < $1.key }
    }
}

extension LuaValue {
    var kindInWords: String {
        switch self {
        case .nil: "nothing"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .table: "a table"
        case .function: "a function"
        default: "something else"
        }
    }

    /// The same as `json`, except that an empty table is a list.
    func items(at path: String) throws(TestFault) -> JSON {
        if case .table(let entries) = self, entries.isEmpty { return .array([]) }
        return try json(at: path)
    }

    /// The value as JSON; a table whose keys are 1, 2, 3 … is a list.
    func json(at path: String) throws(TestFault) -> JSON {
        switch self {
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .table(let entries):
            if !entries.isEmpty, entries.indices.allSatisfy({ entries[$0].key == .integer(Int64($0 + 1)) }) {
                var list: [JSON] = []
                for entry in entries { list.append(try entry.value.json(at: path)) }
                return .array(list)
            }
            return .object(try TestTable(self, at: path).members())
        default:
            throw TestFault("`\(path)` must be data, got \(kindInWords)")
        }
    }
}
