/// A statement or an expression of a chunk.
package enum Node: Sendable {
    case statement(Statement)
    case expression(Expression.ID)
}

extension Chunk {
    /// Visits every statement and expression, each before its parts; a visit that returns `false` skips the parts.
    /// Not recursive: a long chain of operators uses the heap, not the stack.
    package func walk(_ visit: (Node) -> Bool) { walk(block, visit) }

    /// Visits a part of the program in the same way.
    package func walk(_ block: Block, _ visit: (Node) -> Bool) {
        var stack: [Node] = []
        add(block, to: &stack)
        stack.reverse()
        while let node = stack.popLast() {
            guard visit(node) else { continue }
            let start = stack.count
            addParts(of: node, to: &stack)
            stack[start...].reverse()
        }
    }

    /// The direct parts of a node, in source order.
    package func parts(of node: Node) -> [Node] {
        var parts: [Node] = []
        addParts(of: node, to: &parts)
        return parts
    }

    private func addParts(of node: Node, to nodes: inout [Node]) {
        switch node {
        case .statement(let statement): addParts(of: statement, to: &nodes)
        case .expression(let id): addParts(of: self[id], to: &nodes)
        }
    }

    private func add(_ block: Block, to nodes: inout [Node]) {
        for statement in block.statements { nodes.append(.statement(statement)) }
    }

    private func add(_ ids: [Expression.ID], to nodes: inout [Node]) {
        for id in ids { nodes.append(.expression(id)) }
    }

    private func addParts(of statement: Statement, to nodes: inout [Node]) {
        switch statement.kind {
        case .empty, .break, .goto, .label: break
        case .local(_, let values), .return(let values): add(values, to: &nodes)
        case .assign(let targets, let values):
            add(targets, to: &nodes)
            add(values, to: &nodes)
        case .call(let call): nodes.append(.expression(call))
        case .block(let block): add(block, to: &nodes)
        case .while(let condition, let block):
            nodes.append(.expression(condition))
            add(block, to: &nodes)
        case .repeat(let block, let condition):
            add(block, to: &nodes)
            nodes.append(.expression(condition))
        case .if(let branches, let otherwise):
            for branch in branches {
                nodes.append(.expression(branch.condition))
                add(branch.block, to: &nodes)
            }
            if let otherwise { add(otherwise, to: &nodes) }
        case .numericFor(_, let values, let block), .genericFor(_, let values, let block):
            add(values, to: &nodes)
            add(block, to: &nodes)
        case .function(let target, let function):
            nodes.append(.expression(target))
            add(self[function].block, to: &nodes)
        case .localFunction(_, let function): add(self[function].block, to: &nodes)
        }
    }

    private func addParts(of expression: Expression, to nodes: inout [Node]) {
        switch expression.kind {
        case .nil, .boolean, .integer, .float, .string, .vararg, .name: break
        case .function(let function): add(self[function].block, to: &nodes)
        case .member(let inner, _), .parenthesized(let inner), .unary(_, let inner): nodes.append(.expression(inner))
        case .call(let base, let arguments), .method(let base, _, let arguments):
            nodes.append(.expression(base))
            add(arguments, to: &nodes)
        case .index(let left, let right), .binary(_, let left, let right, _):
            nodes.append(.expression(left))
            nodes.append(.expression(right))
        case .table(let fields):
            for field in fields {
                switch field {
                case .item(let value), .named(_, let value): nodes.append(.expression(value))
                case .keyed(let key, let value):
                    nodes.append(.expression(key))
                    nodes.append(.expression(value))
                }
            }
        }
    }
}
