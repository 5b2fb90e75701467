package import Model

/// The places of the fields of the table that a program returns, as far as its source shows them.
///
/// It follows variables, and what is assigned to their fields later: `schema.actions["orders.read"] = "read"`.
package struct TablePlaces: Sendable {
    private var places: [[ExactName]: Position] = [:]
    /// The place of the whole table: where it is returned.
    private let whole: Position

    /// A field's name, its place, and its value where the source shows one.
    private struct Field {
        let path: [ExactName]
        let position: Position
        let value: Expression.ID?
    }

    /// The name of a field whose key is computed.
    private static let computed: ExactName = "?"
    /// The deepest tables that are looked into, and the most fields that are noted.
    private static let deepest = 8
    private static let most = 100_000

    package init(_ chunk: Chunk) {
        let result = chunk.block.statements.last
        whole = result?.position ?? Position(line: 1, column: 1, offset: 0)
        guard case .return(let values)? = result?.kind, let value = values.first else { return }
        note(value, at: [], Self.assignments(in: chunk), chunk, depth: 0)
    }

    /// The place of a field; where its key is computed, of that key; else of the nearest table around it.
    package subscript(path: [ExactName]) -> Position {
        var path = path
        while !path.isEmpty {
            if let place = places[path] { return place }
            path.removeLast()
            if let place = places[path + [Self.computed]] { return place }
        }
        return whole
    }

    private mutating func note(
        _ id: Expression.ID, at path: [ExactName], _ assignments: [Declaration.ID: [Field]], _ chunk: Chunk, depth: Int
    ) {
        guard depth < Self.deepest, places.count < Self.most else { return }
        func inside(_ field: Field, _ self: inout TablePlaces) {
            let path = path + field.path
            if self.places[path] == nil { self.places[path] = field.position }
            if let value = field.value { self.note(value, at: path, assignments, chunk, depth: depth + 1) }
        }
        switch chunk[id].kind {
        case .parenthesized(let inner): note(inner, at: path, assignments, chunk, depth: depth + 1)
        case .name(let name):
            guard case .local(let variable) = name.target else { return }
            for field in assignments[variable] ?? [] { inside(field, &self) }
        case .table(let fields):
            var items = 0
            for field in fields {
                if case .item = field { items += 1 }
                inside(Self.field(field, items, in: chunk), &self)
            }
        // A tag such as `optional` around the value.
        case .call(_, let arguments):
            if let first = arguments.first { note(first, at: path, assignments, chunk, depth: depth + 1) }
        default: return
        }
    }

    /// - Parameter item: the number of the field among those without a name.
    private static func field(_ field: Expression.Field, _ item: Int, in chunk: Chunk) -> Field {
        switch field {
        case .named(let name, let value): Field(path: [ExactName(name.name)], position: name.position, value: value)
        case .item(let value): Field(path: ["\(item)"], position: chunk[value].position, value: value)
        case .keyed(let key, let value):
            Field(path: [text(key, in: chunk) ?? computed], position: chunk[key].position, value: value)
        }
    }

    private static func text(_ key: Expression.ID, in chunk: Chunk) -> ExactName? {
        switch chunk[key].kind {
        case .string(let bytes): ExactName(String(decoding: bytes, as: UTF8.self))
        case .integer(let number): "\(number)"
        default: nil
        }
    }

    /// The values that each variable is given, itself and in its fields, by path.
    private static func assignments(in chunk: Chunk) -> [Declaration.ID: [Field]] {
        var fields: [Declaration.ID: [Field]] = [:]
        func note(_ target: Expression.ID, _ value: Expression.ID?) {
            var path: [ExactName] = []
            var position: Position?
            var current = target
            while true {
                switch chunk[current].kind {
                case .member(let base, let name):
                    path.insert(ExactName(name.name), at: 0)
                    position = position ?? name.position
                    current = base
                case .index(let base, let key):
                    path.insert(text(key, in: chunk) ?? computed, at: 0)
                    position = position ?? chunk[key].position
                    current = base
                case .name(let name):
                    guard case .local(let variable) = name.target, let position, path.count <= deepest else { return }
                    fields[variable, default: []].append(Field(path: path, position: position, value: value))
                    return
                default: return
                }
            }
        }
        chunk.walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .local(let names, let values):
                for (name, value) in zip(names, values) {
                    fields[name, default: []].append(Field(path: [], position: chunk[value].position, value: value))
                }
            case .assign(let targets, let values):
                for (index, target) in targets.enumerated() {
                    note(target, index < values.count ? values[index] : nil)
                }
            case .function(let target, _): note(target, nil)
            default: break
            }
            return true
        }
        return fields
    }
}
