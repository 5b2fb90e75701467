internal import Model
internal import Policies

/// Converts words of the command line to the types of the schema. Departments and users are found by id or unique name.
struct PropertyReader {
    let directory: Directory
    let tenant: Int?

    func json(_ text: String, _ type: ValueType, _ name: ExactName) throws(CommandError) -> JSON {
        // Null is the same as leaving the property out. For a string it is a text like any other.
        if text == "null", type.hasNull { return .null }
        switch type {
        case .boolean:
            guard text == "true" || text == "false" else {
                throw .usage("`\(name)` must be true or false, got `\(text)`")
            }
            return .boolean(text == "true")
        case .number:
            guard let number = JSONReader.number(text) else {
                throw .usage(
                    "`\(name)` must be a number as in JSON, an integer within 64 bits, got `\(text)`")
            }
            return number
        case .department: return .string(try department(text))
        case .user: return .string(try user(text))
        case .restricted(let type, _): return try json(text, type, name)
        case .record, .map: return try object(text, type, name)
        case .list(let element):
            if text.drop(while: \.isWhitespace).hasPrefix("[") { return try list(text, element, name) }
            guard element.parts == nil, !element.hasParts else {
                throw .usage(
                    "`\(name)` is \(type.withArticle): write it as JSON, [{\"name\": \"value\"}], got `\(text)`")
            }
            var items: [JSON] = []
            for item in text.split(separator: ",") { items.append(try json(String(item), element, name)) }
            return .array(items)
        default: return .string(text)
        }
    }

    /// A list in JSON, which may have commas in its elements.
    private func list(_ text: String, _ element: ValueType, _ name: ExactName) throws(CommandError) -> JSON {
        guard case .array(let items)? = try? JSONReader.parse(Array(text.utf8)) else {
            throw .usage("`\(name)` must be a list, `a,b` or as JSON [\"a\", \"b\"], got `\(text)`")
        }
        return try array(items, element, name)
    }

    private func array(_ items: [JSON], _ element: ValueType, _ name: ExactName) throws(CommandError) -> JSON {
        .array(try items.map { item throws(CommandError) in try value(item, element, name) })
    }

    /// A record or a map in JSON.
    private func object(_ text: String, _ type: ValueType, _ name: ExactName) throws(CommandError) -> JSON {
        guard case .object(let members)? = try? JSONReader.parse(Array(text.utf8)) else {
            let part =
                type.properties?.first.map { "; write one of its properties as `\(name).\($0.name)=`" } ?? ""
            throw .usage(
                "`\(name)` is \(type.withArticle): write it as JSON, {\"name\": \"value\"}, got `\(text)`\(part)")
        }
        return try object(members, type, name)
    }

    private func object(
        _ members: [JSON.Member], _ type: ValueType, _ name: ExactName
    ) throws(CommandError) -> JSON {
        .object(
            try members.map { member throws(CommandError) in
                let inner: ExactName = "\(name).\(member.key)"
                var type = type
                if let properties = type.properties {
                    guard let slot = properties.slot(member.key) else {
                        let hint = Suggestion.hint(for: member.key, among: properties.map(\.name))
                        throw .usage("`\(name)` has no property `\(member.key)`\(hint)")
                    }
                    type = properties[slot].type
                } else if case .map(let value) = type.plain {
                    type = value
                }
                return .init(member.key, try value(member.value, type, inner))
            })
    }

    /// A value inside one that is written in JSON. It is what a request in JSON would bring, but that departments and
    /// users may be named, as in a list with commas.
    private func value(_ json: JSON, _ type: ValueType, _ name: ExactName) throws(CommandError) -> JSON {
        switch (json, type.plain) {
        case (.string(let text), .department): .string(try department(text))
        case (.string(let text), .user): .string(try user(text))
        case (.array(let items), .list(let element)): try array(items, element, name)
        case (.object(let members), .record), (.object(let members), .map): try object(members, type, name)
        default: json
        }
    }

    func user(_ text: String) throws(CommandError) -> ExactName {
        directory.users[try names(for: text, "user").user(text)].id
    }

    private func department(_ text: String) throws(CommandError) -> ExactName {
        directory.departments[try names(for: text, "department").department(text)].id
    }

    private func names(for text: String, _ kind: String) throws(CommandError) -> NameResolver {
        guard let tenant else {
            throw .usage("missing required option --tenant: the tenant of the \(kind) `\(text)`")
        }
        return NameResolver(directory: directory, tenant: tenant)
    }
}

extension ValueType {
    /// True for a type of which `null` is no value on the command line.
    fileprivate var hasNull: Bool {
        switch self {
        case .boolean, .number, .instant, .date, .ip, .list, .map, .record: true
        default: false
        }
    }
}
