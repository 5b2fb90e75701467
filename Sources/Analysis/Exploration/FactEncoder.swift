package import Engine
package import Model
internal import Policies

/// Gives facts their literals: where they have an answer, and which.
package final class FactEncoder {
    package let table: FactTable
    package let formula: Formula
    package let context: DecisionContext
    private var definitions: [FactTable.ID: Literal] = [:]
    /// The terms that were given a literal, with their operands, in the order of their arrival.
    package private(set) var terms: [FactTable.ID] = []
    private var known: Set<FactTable.ID> = []

    package init(_ table: FactTable, _ formula: Formula, _ context: DecisionContext) {
        (self.table, self.formula, self.context) = (table, formula, context)
    }

    /// Takes a term, so that laws are made for it.
    package func note(_ id: FactTable.ID) {
        guard known.insert(id).inserted else { return }
        if table.constant(id) == nil { for operand in table.operands(id) { note(operand) } }
        terms.append(id)
        if let target = table.presenceTarget(id) { note(target) }
    }

    /// True for a term that was taken.
    package func knows(_ id: FactTable.ID) -> Bool { known.contains(id) }

    /// The literal that a term has a value.
    package func defined(_ id: FactTable.ID) -> Literal {
        if let known = definitions[id] { return known }
        note(id)
        let literal: Literal
        if table.constant(id) != nil {
            literal = .always
        } else if table.answersAbsence(id) {
            literal = table.canFail(id) ? formula.literal(.defined(id)) : .always
        } else {
            switch table.ownPresence(id, in: context) {
            case .never: literal = .never
            case .always: literal = formula.all(table.operands(id).map { defined($0) })
            case .perhaps:
                literal = formula.literal(.defined(id))
                // A value that is taken from an absent one is absent, see `Facts.attribute` and `Facts.compare`.
                for operand in table.operands(id) { formula.imply([literal], defined(operand)) }
            }
        }
        definitions[id] = literal
        return literal
    }

    /// The literal that a boolean fact's answer is yes, where it has one.
    package func holds(_ id: FactTable.ID) -> Literal {
        note(id)
        if case .boolean(let value)? = table.constant(id) { return value ? .always : .never }
        if let target = table.presenceTarget(id) { return defined(target) }
        let node = table.node(id)
        switch node.operation {
        case .equal: return equal(node.a, node.b)
        case .less where !mayBeUnordered(node.a) && !mayBeUnordered(node.b): return !atMost(node.b, node.a)
        case .lessEqual where !mayBeUnordered(node.a) && !mayBeUnordered(node.b): return atMost(node.a, node.b)
        case .isWithin:
            guard let holder = table.departmentHolder(node.b) else { return within(node.a, node.b) }
            // A ceiling may leave less of the department.
            let isLeft = formula.any([!limited(holder), formula.literal(.holds(id))])
            return formula.all([within(node.a, node.b), isLeft])
        case .can, .permits:
            if case .string(let name)? = table.constant(node.b) { return permits(node.a, ExactName(name)) }
            return formula.literal(.holds(id))
        default: return formula.literal(.holds(id))
        }
    }

    /// The literal of an answer of a fact.
    /// - Parameter others: the constants of the other branches of the same node.
    package func literal(
        _ answer: BranchTree.FactAnswer, of fact: FactTable.ID, besides others: [FactTable.ID]
    ) -> Literal {
        switch answer {
        case .yes: formula.all([defined(fact), holds(fact)])
        case .no: formula.all([defined(fact), !holds(fact)])
        case .fails: !defined(fact)
        case .constant(let constant): formula.all([defined(fact), equal(fact, constant)])
        case .other: formula.all([defined(fact)] + others.map { !equal(fact, $0) })
        }
    }

    /// True for a number that may be none: a plugin may compute one, and it is then neither before nor after another.
    package func mayBeUnordered(_ id: FactTable.ID) -> Bool {
        table.type(id) == .number
            && (table.node(id).operation == .call || table.operands(id).contains(where: mayBeUnordered))
    }

    /// The greatest number of names of one term that laws are made for.
    package static let mostNames = 256

    /// The names that a term is compared with, or all that it can be.
    func names(of id: FactTable.ID) -> [ExactName] {
        if let names = table.names(of: id, in: context), names.count <= Self.mostNames { return names }
        var found: Set<ExactName> = []
        for other in formula.compared[id] ?? [] {
            if case .string(let text)? = table.constant(other) { found.insert(ExactName(text)) }
        }
        return found.sorted()
    }

    // MARK: Relations

    package func equal(_ one: FactTable.ID, _ other: FactTable.ID) -> Literal {
        note(one)
        note(other)
        if one == other { return mayBeUnordered(one) ? formula.literal(.equal(one, other)) : .always }
        if let value = table.constant(one), let second = table.constant(other) {
            return value.equals(second) ? .always : .never
        }
        for (term, constant) in [(one, other), (other, one)] {
            guard case .boolean(let value)? = table.constant(constant) else { continue }
            return value ? holds(term) : !holds(term)
        }
        return formula.literal(.equal(min(one, other), max(one, other)))
    }

    package func atMost(_ one: FactTable.ID, _ other: FactTable.ID) -> Literal {
        note(one)
        note(other)
        if one == other { return .always }
        if let value = table.constant(one), let second = table.constant(other) {
            return second.isLess(value) ? .never : .always
        }
        return formula.literal(.atMost(one, other))
    }

    package func within(_ one: FactTable.ID, _ other: FactTable.ID) -> Literal {
        note(one)
        note(other)
        return one == other ? .always : formula.literal(.within(one, other))
    }

    /// The literal that a holder acts under a ceiling.
    package func limited(_ holder: FactTable.ID) -> Literal {
        let token =
            table.type(holder) == .actor ? table.attribute(.actorToken, of: holder, .token) : holder
        return formula.all([defined(token), defined(table.attribute(.ceiling, of: token, .ceiling))])
    }

    package func permits(_ holder: FactTable.ID, _ name: ExactName) -> Literal {
        note(holder)
        return formula.literal(.permits(holder, name))
    }

    package func requires(_ department: FactTable.ID, _ name: ExactName) -> Literal {
        note(department)
        return formula.literal(.requires(department, name))
    }
}
