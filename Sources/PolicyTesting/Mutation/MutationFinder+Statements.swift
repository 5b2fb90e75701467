internal import Model
internal import Policies
internal import Syntax

/// Changes of statements: branches, loops and effects.
extension MutationFinder {
    mutating func find(_ statement: Statement) {
        switch statement.kind {
        case .if(let branches, let otherwise): find(statement, branches, otherwise)
        case .while(let condition, let block):
            remove(statement, "without this loop", unless: block.statements.isEmpty, scope: range(condition))
        case .numericFor(_, let values, let block), .genericFor(_, let values, let block):
            remove(
                statement, "without this loop", unless: block.statements.isEmpty,
                scope: statement.start..<chunk[values[values.count - 1]].end)
        case .repeat(_, let condition): holdAlways(condition, "with one pass of this loop")
        case .call(let call): removeEffect(call, statement)
        case .return(let values):
            if values.count == 1 { removeEffect(values[0], statement) }
        default: break
        }
    }

    private mutating func remove(_ statement: Statement, _ words: String, unless isEmpty: Bool, scope: Range<Int>) {
        guard !isEmpty else { return }
        let range = statement.start..<statement.end
        let filling = filling(after: range)
        add(.branch, statement.position, words, filling.isEmpty ? lines(of: range) : range, filling, scope: scope)
    }

    // MARK: Branches

    private mutating func find(_ statement: Statement, _ branches: [Statement.Branch], _ otherwise: Block?) {
        for (index, branch) in branches.enumerated() {
            let isLast = index == branches.count - 1 && otherwise == nil
            let condition = chunk[branch.condition]
            // Nothing happens in this branch, and nothing after it.
            if isLast, doesNothing(branch.block, in: statement) { continue }
            let words = "without the branch of \(quoted(range(branch.condition)))"
            if branches.count == 1, otherwise == nil {
                // Without its only effect, the branch is as good as removed.
                let isEffect = branch.block.statements.count == 1 && isEffect(branch.block.statements[0])
                remove(
                    statement, words, unless: branch.block.statements.isEmpty || isEffect,
                    scope: range(branch.condition))
            } else if index > 0 {
                add(
                    .branch, condition.position, words, branches[index - 1].block.end..<branch.block.end, "",
                    scope: range(branch.condition))
            } else if case .boolean(false) = condition.kind {
                continue
            } else {
                add(
                    .branch, condition.position, words, range(branch.condition), "false", scope: range(branch.condition)
                )
            }
            holdAlways(branch.condition, "without the condition \(quoted(range(branch.condition)))")
        }
        guard let otherwise, let first = otherwise.statements.first, !doesNothing(otherwise, in: statement) else {
            return
        }
        add(
            .branch, first.position, "without the branch of `else`",
            branches[branches.count - 1].block.end..<otherwise.end, "", scope: first.start..<first.end)
    }

    /// Makes a condition hold always.
    private mutating func holdAlways(_ condition: Expression.ID, _ words: String) {
        if case .boolean(true) = chunk[condition].kind { return }
        add(.condition, chunk[condition].position, words, range(condition), "true", scope: range(condition))
    }

    /// True when a branch only ends a function that ends anyway.
    private func doesNothing(_ block: Block, in statement: Statement) -> Bool {
        guard isTail(statement) else { return false }
        return block.statements.allSatisfy { inner in
            if case .return(let values) = inner.kind { values.isEmpty } else { false }
        }
    }

    // MARK: Effects

    private func isEffect(_ statement: Statement) -> Bool {
        guard case .call(let call) = statement.kind else { return false }
        return effect(call) != nil
    }

    /// The effect that an expression calls, and its arguments.
    func effect(_ id: Expression.ID) -> (
        effect: PolicyStatement.Effect, callee: Expression.ID, arguments: [Expression.ID]
    )? {
        guard case .call(let callee, let arguments) = chunk[id].kind, case .name(let name) = chunk[callee].kind,
            name.target == .global, let effect = PolicyStatement.Effect(rawValue: name.name)
        else { return nil }
        return (effect, callee, arguments)
    }

    private mutating func removeEffect(_ call: Expression.ID, _ statement: Statement) {
        guard let effect = effect(call)?.effect else { return }
        let scope = statement.start..<statement.end
        let words = "without `\(effect.rawValue)`"
        if case .return = statement.kind {
            add(.effectRemoved, chunk[call].position, words, chunk[call].start..<chunk[call].end, "", scope: scope)
            return
        }
        let filling = filling(after: scope)
        add(
            .effectRemoved, statement.position, words, filling.isEmpty ? lines(of: scope) : scope, filling, scope: scope
        )
    }

    /// Changes the effect of a call, and removes the parts of its details.
    mutating func changeEffect(_ id: Expression.ID) {
        guard let (effect, callee, arguments) = effect(id), let first = arguments.first else { return }
        let other: PolicyStatement.Effect? =
            switch effect {
            case .permit, .advise: .deny
            // A permit that is not granted fails: that would be noticed anyway.
            case .deny: declaration?.grants.isEmpty == false ? .permit : nil
            case .oblige: nil
            }
        if let other {
            add(
                .effectChanged, chunk[callee].position, "`\(other.rawValue)` instead of `\(effect.rawValue)`",
                range(id),
                "\(other.rawValue)(\(text(range(first))))", scope: range(id))
        }
        guard arguments.count == 2, case .table(let fields) = chunk[arguments[1]].kind else { return }
        for (index, field) in fields.enumerated() {
            guard case .named(let name, _) = field else { continue }
            let words = "without `\(name.name)`"
            if fields.count == 1 {
                add(
                    .detail, name.position, words, chunk[first].end..<chunk[arguments[1]].end, "", scope: range(id))
            } else {
                add(.detail, name.position, words, removal(of: index, from: fields), "", scope: range(id))
            }
        }
    }

    // MARK: Fields

    /// The bytes to remove for one field of a table with several.
    func removal(of index: Int, from fields: [Expression.Field]) -> Range<Int> {
        let own = place(of: fields[index])
        if index + 1 < fields.count { return own.lowerBound..<place(of: fields[index + 1]).lowerBound }
        if index > 0 { return place(of: fields[index - 1]).upperBound..<own.upperBound }
        // The comma after an only field goes with it.
        let rest = chunk.source[own.upperBound...]
        let next = rest.firstIndex { !" \t\r\n".utf8.contains($0) }
        return own
            .lowerBound..<(next.map { ",;".utf8.contains(chunk.source[$0]) ? $0 + 1 : own.upperBound } ?? own.upperBound)
    }

    private func place(of field: Expression.Field) -> Range<Int> {
        switch field {
        case .item(let value): range(value)
        case .named(let name, let value): name.position.offset..<chunk[value].end
        case .keyed(let key, let value):
            (chunk.source[..<chunk[key].start].lastIndex(of: UInt8(ascii: "[")) ?? chunk[key].start)..<chunk[value].end
        }
    }
}
