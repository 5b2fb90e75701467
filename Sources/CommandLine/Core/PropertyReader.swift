internal import Model
internal import Policies

/// Converts words of the command line to the types of the schema. Departments and users are found by id or unique name.
struct PropertyReader {
    let directory: Directory
    let tenant: Int?

    func json(_ text: String, _ type: ValueType, _ name: ExactName) throws(CommandError) -> JSON {
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
            var items: [JSON] = []
            for item in text.split(separator: ",") { items.append(try json(String(item), element, name)) }
            return .array(items)
        default: return .string(text)
        }
    }

    func user(_ text: String) throws(CommandError) -> ExactName {
        let users = directory.users.filter { $0.tenant == tenant }
        return try find(text, "user", users.map { ($0.id, [$0.name, $0.fullName]) })
    }

    private func department(_ text: String) throws(CommandError) -> ExactName {
        let departments = directory.departments.filter { $0.tenant == tenant }
        return try find(text, "department", departments.map { ($0.id, [$0.name]) })
    }

    private func find(
        _ text: String, _ kind: String, _ known: [(id: ExactName, names: [ExactName])]
    ) throws(CommandError) -> ExactName {
        guard tenant != nil else {
            throw .usage("missing required option --tenant: the tenant of the \(kind) `\(text)`")
        }
        if known.contains(where: { $0.id == ExactName(text) }) { return ExactName(text) }
        let exact = known.filter { $0.names.contains(ExactName(text)) }
        let matches = exact.isEmpty ? known.filter { $0.names.contains { $0.reads(like: text) } } : exact
        guard let match = matches.first else {
            let hint = Suggestion.hint(for: text, among: known.flatMap { [$0.id] + $0.names })
            throw CommandError("there is no \(kind) `\(text)`\(hint)")
        }
        guard matches.count == 1 else {
            throw CommandError("more than one \(kind) is named `\(text)`; use an id")
        }
        return match.id
    }
}
