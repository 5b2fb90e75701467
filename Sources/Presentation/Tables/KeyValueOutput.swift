package import Model

/// The fields of one thing: two columns for people, a JSON object for machines.
package struct KeyValueOutput {
    private var rows: [(name: String, lines: [String])] = []
    private var members: [JSON.Member] = []

    package init() {}

    /// - Parameter key: the name of the JSON member; made from the field's name by default.
    package mutating func add(_ name: String, _ value: String, key: String? = nil, json: JSON? = nil) {
        add(name, [value], key: key, json: json ?? .string(value))
    }

    package mutating func add(_ name: String, _ value: ExactName, key: String? = nil, json: JSON? = nil) {
        add(name, value.text, key: key, json: json)
    }

    /// A field of several lines; an empty one shows `–`.
    package mutating func add(_ name: String, _ lines: [String], key: String? = nil, json: JSON) {
        rows.append((name, lines.isEmpty ? ["–"] : lines))
        members.append(.init(ExactName(key ?? name.lowercased().map { $0 == " " ? "_" : String($0) }.joined()), json))
    }

    /// A field for machines only.
    package mutating func add(key: String, _ json: JSON) { members.append(.init(ExactName(key), json)) }

    package var json: JSON { .object(members) }

    /// The fields in two columns, with strong names.
    package var lines: [StyledLine] {
        let width = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
        return rows.flatMap { row in
            row.lines.enumerated().map { index, line in
                let name = index == 0 ? row.name : ""
                let space = String(repeating: " ", count: width - DisplayWidth.of(name) + 2)
                return .sentence("\(name, .strong)\(space)\(line)", hanging: index == 0 ? width + 2 : 0)
            }
        }
    }
}
