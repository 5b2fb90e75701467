internal import Model
internal import Syntax

/// The places of the declarations in a plugin's file, and the comments before them.
struct PluginOutline {
    private let positions: [ExactName: Position]
    /// The place where the file returns its table.
    private let whole: Position
    private let comments: Comments

    init(_ chunk: Chunk) {
        whole = chunk.block.statements.last?.position ?? Position(line: 1, column: 1, offset: 0)
        comments = Comments(chunk.source)
        var positions: [ExactName: Position] = [:]
        func note(_ name: ExactName, _ position: Position) { if positions[name] == nil { positions[name] = position } }
        func walk(_ id: Expression.ID, _ path: ExactName, _ depth: Int) {
            guard depth < 4, case .table(let fields) = chunk[id].kind else { return }
            for case .named(let name, let value) in fields {
                note(path.isEmpty ? ExactName(name.name) : "\(path).\(name.name)", name.position)
                walk(value, path.isEmpty ? ExactName(name.name) : "\(path).\(name.name)", depth + 1)
                note(ExactName(name.name), name.position)
            }
        }
        // A table may be anywhere: its declarations are found by the names inside.
        for expression in chunk.expressions {
            guard case .table(let fields) = expression.kind else { continue }
            for case .named(let name, let value) in fields { walk(value, ExactName(name.name), 1) }
            for case .named(let name, _) in fields { note(ExactName(name.name), name.position) }
        }
        self.positions = positions
    }

    func line(_ name: String) -> Int? { positions[ExactName(name)]?.line }

    /// The place of a declaration, or of the nearest one around it; where the file returns its table, for none.
    func place(_ name: String) -> Position {
        var path = name.split(separator: ".", omittingEmptySubsequences: false)
        while !path.isEmpty {
            if let place = positions[ExactName(path.joined(separator: "."))] { return place }
            path.removeLast()
        }
        return whole
    }

    /// The comment directly before a declaration, as one paragraph.
    func comment(before name: String) -> String {
        guard let line = line(name) else { return "" }
        return comments.paragraph(above: line - 1)
    }

    /// The comment at the beginning of the file.
    var heading: String { comments.heading }
}
