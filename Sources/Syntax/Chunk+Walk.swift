/// A statement or an expression of a chunk.
package enum Node: Sendable {
    case statement(Statement)
    case expression(Expression.ID)
}

extension Chunk {
    /// Visits every statement and expression, each before its parts; a visit that answers `false` skips the parts.
    /// The stack is the heap's, however long a chain of operators is.
    package func walk(_ visit: (Node) -> Bool) { walk(block, visit) }

    /// Visits a part of the program in the same way.
    package func walk(_ block: Block, _ visit: (Node) -> Bool) {
        var stack = nodes(block).reversed() as [Node]
        while let node = stack.popLast() {
            if visit(node) { stack.append(contentsOf: parts(of: node).reversed()) }
        }
    }

    /// The direct parts of a node, in source order.
    package func parts(of node: Node) -> [Node] {
        switch node {
        case .statement(let statement): parts(statement)
        case .expression(let id): parts(self[id])
        }
    }

    private func nodes(_ block: Block) -> [Node] { block.statements.map(Node.statement) }

    private func nodes(_ ids: [Expression.ID]) -> [Node] { ids.map(Node.expression) }

    private func parts(_ statement: Statement) -> [Node] {
        switch statement.kind {
        case .empty, .break, .goto, .label: []
        case .local(_, let values), .return(let values): nodes(values)
        case .assign(let targets, let values): nodes(targets + values)
        case .call(let call): [.expression(call)]
        case .block(let block): nodes(block)
        case .while(let condition, let block): [.expression(condition)] + nodes(block)
        case .repeat(let block, let condition): nodes(block) + [.expression(condition)]
        case .if(let branches, let otherwise):
            branches.flatMap { [.expression($0.condition)] + nodes($0.block) } + (otherwise.map(nodes) ?? [])
        case .numericFor(_, let values, let block), .genericFor(_, let values, let block):
            nodes(values) + nodes(block)
        case .function(let target, let function): [.expression(target)] + nodes(self[function].block)
        case .localFunction(_, let function): nodes(self[function].block)
        }
    }

    private func parts(_ expression: Expression) -> [Node] {
        switch expression.kind {
        case .nil, .boolean, .integer, .float, .string, .vararg, .name: []
        case .function(let function): nodes(self[function].block)
        case .index(let base, let key): nodes([base, key])
        case .member(let base, _): nodes([base])
        case .call(let base, let arguments), .method(let base, _, let arguments): nodes([base] + arguments)
        case .parenthesized(let inner), .unary(_, let inner): nodes([inner])
        case .binary(_, let left, let right, _): nodes([left, right])
        case .table(let fields):
            fields.flatMap { field -> [Node] in
                switch field {
                case .item(let value), .named(_, let value): nodes([value])
                case .keyed(let key, let value): nodes([key, value])
                }
            }
        }
    }
}
