internal import Model

/// One thing told field by field: for people in two columns, for machines as a JSON object.
struct KeyValueOutput {
    private var rows: [(name: String, lines: [String])] = []
    private var members: [JSON.Member] = []

    /// - Parameter key: the member's name; made from the name when left out.
    mutating func add(_ name: String, _ value: String, key: String? = nil, json: JSON? = nil) {
        add(name, [value], key: key, json: json ?? .string(value))
    }

    mutating func add(_ name: String, _ value: ExactName, key: String? = nil, json: JSON? = nil) {
        add(name, value.text, key: key, json: json)
    }

    /// A field of several lines; of none, it is told as `–`.
    mutating func add(_ name: String, _ lines: [String], key: String? = nil, json: JSON) {
        rows.append((name, lines.isEmpty ? ["–"] : lines))
        members.append(.init(ExactName(key ?? name.lowercased().map { $0 == " " ? "_" : String($0) }.joined()), json))
    }

    /// Something for machines only.
    mutating func add(key: String, _ json: JSON) { members.append(.init(ExactName(key), json)) }

    var json: JSON { .object(members) }

    func print(_ invocation: Invocation) {
        let terminal = invocation.terminal
        if invocation.has("json") {
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
