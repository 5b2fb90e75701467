/// A well-formed Lua program: its source, its statements and the declarations its names refer to.
package struct Chunk: Sendable {
    package let source: [UInt8]
    package let block: Block
    /// Every expression, each after its parts.
    package let expressions: [Expression]
    package let functions: [Function]
    package let declarations: [Declaration]
    /// Every use of a global name, in source order.
    package let globals: [GlobalUse]
    private let labels: [Identifier]

    /// Reads a program exactly as Lua 5.4 does, and skips a first line that begins with `#`.
    package static func parse(_ source: [UInt8]) throws(SyntaxError) -> Chunk {
        var parser = try Parser(source)
        let block = try parser.chunk()
        return Chunk(
            source: source, block: block, expressions: parser.expressions, functions: parser.functions,
            declarations: parser.scopes.declarations, globals: parser.names, labels: parser.labels)
    }

    /// The names of the members and the methods that the source reads of anything.
    package var memberNames: [String] {
        expressions.compactMap { expression in
            switch expression.kind {
            case .member(_, let name), .method(_, let name, _): name.name
            default: nil
            }
        }
    }

    package subscript(_ id: Expression.ID) -> Expression { expressions[id.index] }

    package subscript(_ id: Function.ID) -> Function { functions[id.index] }

    package subscript(_ id: Declaration.ID) -> Declaration { declarations[id.index] }

    /// Every name that is declared as a variable, parameter, attribute or label, in source order.
    package var declaredNames: [(name: String, position: Position)] {
        var names = labels.map { (name: $0.name, position: $0.position) }
        for declaration in declarations where declaration.kind != .hiddenSelf {
            names.append((declaration.name, declaration.position))
            if let attribute = declaration.attribute { names.append((attribute.name, attribute.position)) }
        }
        return names.sorted { $0.position < $1.position }
    }
}
