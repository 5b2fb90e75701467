extension Value {
    /// The value for people: names of departments and users, not their ids.
    /// - Parameter directory: the directory it was read from.
    package func words(in directory: Directory) -> String {
        switch self {
        case .absent: return "(absent)"
        case .boolean(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .string(let value): return value
        case .instant(let value): return value.description
        case .date(let value): return value.description
        case .time(let value): return value.description
        case .duration(let value): return value.description
        case .department(let index): return directory.departments[index].name.text
        case .user(let index): return directory.users[index].name.text
        case .userType(let index): return directory.userTypes[index].name.text
        case .ip(let value): return value.description
        case .network(let value): return value.description
        case .list(let list):
            let more = list.count > 100 ? ", …" : ""
            return "[\(list.prefix(100).map { $0.words(in: directory) }.joined(separator: ", "))\(more)]"
        case .map(let entries), .record(let entries):
            let more = entries.count > 100 ? ", …" : ""
            let shown = entries.prefix(100).compactMap { entry -> String? in
                if case .absent = entry.value { return nil }
                return "\(entry.key): \(entry.value.words(in: directory))"
            }
            return "{\(shown.joined(separator: ", "))\(more)}"
        case .entity: return "(there)"
        case .failure(let message): return "(\(message))"
        }
    }

    /// The value as in a request: departments and users by their ids; `nil` for a value that no request can contain.
    package func json(in directory: Directory) -> JSON? {
        switch self {
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .department(let index): return .string(directory.departments[index].id)
        case .user(let index): return .string(directory.users[index].id)
        case .userType(let index): return .string(directory.userTypes[index].id)
        case .string, .instant, .date, .time, .duration, .ip, .network: return .string(words(in: directory))
        case .list(let list):
            let elements = list.map { $0.json(in: directory) }
            return elements.contains { $0 == nil } ? nil : .array(elements.compactMap(\.self))
        case .map(let entries), .record(let entries):
            var members: [JSON.Member] = []
            for entry in entries {
                // A property that is left out.
                if case .absent = entry.value { continue }
                guard let value = entry.value.json(in: directory) else { return nil }
                members.append(.init(entry.key, value))
            }
            return .object(members)
        case .absent, .entity, .failure: return nil
        }
    }
}
