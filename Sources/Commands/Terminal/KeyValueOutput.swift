internal import Model

/// The fields of one thing: two columns for people, a JSON object for machines.
struct KeyValueOutput {
    private var rows: [(name: String, lines: [String])] = []
    private var members: [JSON.Member] = []

    /// - Parameter key: the name of the JSON member; made from the field's name by default.
    mutating func add(_ name: String, _ value: String, key: String? = nil, json: JSON? = nil) {
        add(name, [value], key: key, json: json ?? .string(value))
    }

    mutating func add(_ name: String, _ value: ExactName, key: String? = nil, json: JSON? = nil) {
        add(name, value.text, key: key, json: json)
    }

    /// A field of several lines; an empty one shows `–`.
    mutating func add(_ name: String, _ lines: [String], key: String? = nil, json: JSON) {
        rows.append((name, lines.isEmpty ? ["–"] : lines))
        members.append(.init(ExactName(key ?? name.lowercased().map { $0 == " " ? "_" : String($0) }.joined()), json))
    }

    /// A field for machines only.
    mutating func add(key: String, _ json: JSON) { members.append(.init(ExactName(key), json)) }

    var json: JSON { .object(members) }

    func print(_ invocation: Invocation) {
        let terminal = invocation.terminal
        if invocation[.json] {
            terminal.print(json.pretty)
            return
        }
        let width = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
        for row in rows {
            for (index, line) in row.lines.enumerated() {
                let name = index == 0 ? row.name : ""
                let space = String(repeating: " ", count: width - DisplayWidth.of(name) + 2)
                let text = terminal.styled(name, .bold) + space + Terminal.escaped(line)
                terminal.print(Prose.wrapped(text, terminal.streams.columns, hanging: index == 0 ? width + 2 : 0))
            }
        }
    }
}
