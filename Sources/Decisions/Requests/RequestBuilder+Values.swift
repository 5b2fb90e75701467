internal import Engine
internal import Model
internal import Policies

/// Checks the properties of a request against the schema, and puts them into their places.
extension RequestBuilder {
    /// The most elements of a list and entries of a map.
    static let mostElements = 10_000

    /// Puts properties into their columns.
    /// - Parameter place: the path of the record in the request.
    mutating func read(
        _ json: JSON, _ properties: [Schema.Property], _ place: String, _ tenant: Int,
        _ columns: [PropertyLayout.Column], into request: inout ResolvedRequest
    ) throws(RequestError) {
        let members = try members(json, properties, place)
        for (slot, property) in properties.enumerated() {
            let (path, column) = ("\(place).\(property.name)", columns[slot])
            if let parts = property.type.properties, let member = members[slot] {
                request.put(PackedValue(.record, 0), at: column.place)
                try read(member, parts, path, tenant, column.parts, into: &request)
            } else {
                request.put(try value(members[slot], property.type, path, tenant), at: column.place)
            }
        }
    }

    /// The stated members of a record by slot; each that must be there is.
    private mutating func members(
        _ json: JSON, _ properties: [Schema.Property], _ place: String
    ) throws(RequestError) -> [JSON?] {
        guard case .object(let members) = json else { throw RequestError(noObject: json, at: place) }
        var stated = [JSON?](repeating: nil, count: properties.count)
        var unknown: [ExactName] = []
        for member in members {
            guard let slot = properties.slot(member.key) else {
                unknown.append(member.key)
                continue
            }
            // Null is the same as leaving the property out.
            if member.value != .null { stated[slot] = member.value }
        }
        ignored += unknown.map { "\(place).\($0)" }
        for (slot, property) in properties.enumerated() where !property.isOptional && stated[slot] == nil {
            // A list or a map that is left out is empty, where it may be.
            if let empty = property.type.emptyJSON {
                stated[slot] = empty
                continue
            }
            let near = Suggestion.nearest(to: property.name, among: unknown)
            throw RequestError(
                absent: json[property.name], property.type.shownWithArticle, at: "\(place).\(property.name)",
                hint: near.map { "; `\($0)` is not one of its properties" } ?? "")
        }
        return stated
    }

    /// The value of a property, absent where it is not stated.
    private mutating func value(
        _ json: JSON?, _ type: ValueType, _ place: String, _ tenant: Int
    ) throws(RequestError) -> Value {
        guard let json else { return .absent }
        switch (type, json) {
        case (.restricted(let type, let restriction), _):
            let value = try value(json, type, place, tenant)
            try hold(value, to: restriction, place)
            return value
        case (.list(let element), .array(let array)):
            try limit(array.count, "elements", place)
            var list: [Value] = []
            list.reserveCapacity(array.count)
            for (index, member) in array.enumerated() {
                list.append(try value(member, element, "\(place)[\(index)]", tenant))
            }
            return .list(list)
        case (.map(let type), .object(let members)):
            try limit(members.count, "entries", place)
            var entries: [Value.Entry] = []
            for member in members {
                let inner = "\(place)[\(JSON.string(member.key).compact)]"
                entries.append(.init(member.key, try value(member.value, type, inner, tenant)))
            }
            return .map(entries.sorted { $0.key < $1.key })
        case (.record(let properties), .object):
            var entries: [Value.Entry] = []
            for (property, member) in zip(properties, try members(json, properties, place)) {
                let value = try value(member, property.type, "\(place).\(property.name)", tenant)
                entries.append(.init(property.name, value))
            }
            return .record(entries)
        case (.record, _), (.map, _): throw RequestError(noObject: json, at: place)
        case (.department, .string(let id)):
            guard tenant >= 0, let index = directory.department(ExactName(id), tenant: tenant) else {
                throw RequestError(
                    "`\(place)`: this tenant has no department with the id \(ExactName(id).quoted)", property: place)
            }
            return .department(index)
        case (.user, .string(let id)):
            guard tenant >= 0, let index = directory.user(ExactName(id), tenant: tenant) else {
                throw RequestError(
                    "`\(place)`: this tenant has no user with the id \(ExactName(id).quoted)", property: place)
            }
            return .user(index)
        default:
            guard let value = Value(json, as: type) else { throw RequestError(wrong: json, of: type, at: place) }
            return value
        }
    }

    private func limit(_ count: Int, _ parts: String, _ place: String) throws(RequestError) {
        guard count > Self.mostElements else { return }
        throw RequestError("`\(place)` has \(count) \(parts); there are at most \(Self.mostElements)", property: place)
    }

    /// Refuses a value that the schema does not allow.
    private func hold(
        _ value: Value, to restriction: ValueType.Restriction, _ place: String
    ) throws(RequestError) {
        if restriction.allows(value) { return }
        switch (restriction, value) {
        case (.oneOf(let names), .string(let text)):
            let hint = Suggestion.hint(for: ExactName(text), among: names)
            throw RequestError(
                "`\(place)`: \(JSON.string(text).quoted(asText: true)) is none of \(Self.listed(names))\(hint)",
                property: place)
        case (.count(let count), .list(let list)):
            throw RequestError(
                "`\(place)` has \(counted(list.count, "element")); it must have \(count)", property: place)
        case (.keys(let names), .map(let entries)):
            guard let other = entries.first(where: { !names.contains($0.key) }) else { return }
            let hint = Suggestion.hint(for: other.key, among: names)
            throw RequestError(
                "`\(place)`: the key \(other.key.quoted) is none of \(Self.listed(names))\(hint)", property: place)
        default: return
        }
    }

    private static func listed(_ names: [ExactName]) -> String {
        let shown = names.prefix(10).map { "`\($0)`" }.joined(separator: ", ")
        return names.count > 10 ? "\(shown) … (\(names.count) in all)" : shown
    }
}

extension ValueType {
    /// The value of a list or a map that is left out; `nil` for any other, and for a list that cannot be empty.
    var emptyJSON: JSON? {
        switch self {
        case .list: .array([])
        case .map, .restricted(.map, _): .object([])
        default: nil
        }
    }
}
