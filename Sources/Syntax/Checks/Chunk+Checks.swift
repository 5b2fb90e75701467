/// Properties of a program that checks need.
extension Chunk {
    /// The number of the expression at an index.
    package func id(_ index: Int) -> Expression.ID { Expression.ID(index: index) }

    /// The line and column of an offset. Cost: linear in the offset.
    package func position(at offset: Int) -> Position {
        let before = source.prefix(offset)
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return Position(line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: offset - start + 1, offset: offset)
    }

    /// The indices of the declarations whose variables are read somewhere; being assigned to is not a read.
    package var readDeclarations: Set<Int> {
        var targets: Set<Expression.ID> = []
        walk { node in
            if case .statement(let statement) = node, case .assign(let assigned, _) = statement.kind {
                targets.formUnion(assigned)
            }
            return true
        }
        var read: Set<Int> = []
        for (index, expression) in expressions.enumerated() {
            if case .name(let name) = expression.kind, case .local(let id) = name.target,
                !targets.contains(Expression.ID(index: index))
            {
                read.insert(id.index)
            }
        }
        return read
    }

    /// True when a variable is read somewhere.
    /// - Parameter read: `readDeclarations`.
    package func isRead(_ variable: Declaration.ID, among read: Set<Int>) -> Bool { read.contains(variable.index) }

    /// The blocks of a statement, without those of functions.
    package func blocks(of statement: Statement) -> [Block] {
        switch statement.kind {
        case .block(let block), .while(_, let block), .repeat(let block, _), .numericFor(_, _, let block),
            .genericFor(_, _, let block):
            [block]
        case .if(let branches, let otherwise): branches.map(\.block) + (otherwise.map { [$0] } ?? [])
        default: []
        }
    }

    /// True when a block always returns, or raises by `error`.
    package func returns(_ block: Block) -> Bool { block.statements.contains(where: returns) }

    package func returns(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .return: return true
        case .block(let block): return returns(block)
        case .if(let branches, let otherwise):
            return otherwise.map(returns) == true && branches.allSatisfy { returns($0.block) }
        case .call(let call):
            guard case .call(let callee, _) = self[call].kind, case .name(let name) = self[callee].kind else {
                return false
            }
            return name.target == .global && name.name == "error"
        default: return false
        }
    }
}
