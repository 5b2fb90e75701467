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
        case .list(let element):
            if text.drop(while: \.isWhitespace).hasPrefix("[") { return try list(text, element, name) }
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
        return .array(
            try items.map { item throws(CommandError) in
                // Departments and users may be named, as in a list with commas.
                if case .string(let text) = item { return try json(text, element, name) }
                return try json(item.compact, element, name)
            })
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
        case .boolean, .number, .instant, .date, .ip, .list: true
        default: false
        }
    }
}
