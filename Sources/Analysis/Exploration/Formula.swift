package import Engine
package import Model

/// A variable of a formula or its negation.
package struct Literal: Hashable, Sendable {
    /// The number of the variable from 1 on, negative for its negation, as solvers write it.
    package let number: Int32

    package static prefix func ! (literal: Literal) -> Literal { Literal(number: -literal.number) }
    /// The literal that always holds.
    static let always = Literal(number: 1)
    static let never = Literal(number: -1)
}

/// The meaning of a variable, for one request on one store.
package enum Atom: Hashable, Sendable {
    /// A fact that only answers yes or no does answer yes.
    case holds(FactTable.ID)
    /// A term has a value.
    case defined(FactTable.ID)
    /// Two terms have the same value; the smaller number first.
    case equal(FactTable.ID, FactTable.ID)
    /// The value of one term is before the other's or the same.
    case atMost(FactTable.ID, FactTable.ID)
    /// A department is another or is below it.
    case within(FactTable.ID, FactTable.ID)
    /// A holder has a permission.
    case permits(FactTable.ID, ExactName)
    /// A department, or one above it, requires a permission.
    case requires(FactTable.ID, ExactName)
    /// A holder has what a department requires but for the permissions that other atoms name.
    case meetsRest(FactTable.ID, FactTable.ID)
    /// The tenant of the request is the one with this number among those that have settings of their own; 0 for any other.
    case tenant(Int)
    /// The branch of a policy's tree leads through a node.
    case reaches(tree: Int, node: Int)
    /// The effect of a policy on branches that were not walked.
    case unknown(tree: Int, denies: Bool)
    /// A part of a formula.
    case part(Int)
}

/// A conjunction of clauses, and the meaning of their variables.
package final class Formula {
    package private(set) var clauses: [[Literal]] = []
    private var numbers: [Atom: Int32] = [:]
    /// The atom of each variable; the first is the variable that always holds.
    package private(set) var atoms: [Atom] = [.part(0)]
    /// For each term, those that atoms compare it with.
    package private(set) var compared: [FactTable.ID: [FactTable.ID]] = [:]
    /// For each holder, the permissions that atoms name.
    package private(set) var permissions: [FactTable.ID: [ExactName]] = [:]
    private var parts = 0

    package init() { clauses.append([.always]) }

    /// The literal of an atom, a new variable for a new atom.
    package func literal(_ atom: Atom) -> Literal {
        if let known = numbers[atom] { return Literal(number: known) }
        let number = Int32(atoms.count + 1)
        numbers[atom] = number
        atoms.append(atom)
        switch atom {
        case .equal(let one, let other), .atMost(let one, let other):
            // The other order of the same two terms may be there already.
            if compared[one]?.contains(other) != true { compared[one, default: []].append(other) }
            if compared[other]?.contains(one) != true { compared[other, default: []].append(one) }
        case .permits(let holder, let name): permissions[holder, default: []].append(name)
        default: break
        }
        return Literal(number: number)
    }

    /// Every variable with its meaning.
    package var variables: [(literal: Literal, atom: Atom)] {
        atoms.enumerated().map { (Literal(number: Int32($0 + 1)), $1) }
    }

    package func has(_ atom: Atom) -> Bool { numbers[atom] != nil }

    /// Adds a clause: one of the literals holds.
    package func add(_ literals: [Literal]) {
        if literals.contains(.always) || literals.contains(where: { literals.contains(!$0) }) { return }
        clauses.append(literals.filter { $0 != .never })
    }

    /// Adds that the second holds where all of the first hold.
    package func imply(_ premises: [Literal], _ conclusion: Literal) {
        add(premises.map { !$0 } + [conclusion])
    }

    /// Adds that two literals hold together.
    package func equate(_ one: Literal, _ other: Literal) {
        imply([one], other)
        imply([other], one)
    }

    private func part() -> Literal {
        parts += 1
        return literal(.part(parts))
    }

    /// The literal that holds where all of some hold.
    package func all(_ literals: [Literal]) -> Literal {
        let needed = Set(literals.filter { $0 != .always })
        if needed.contains(.never) || needed.contains(where: { needed.contains(!$0) }) { return .never }
        guard needed.count > 1 else { return needed.first ?? .always }
        let result = part()
        for literal in needed { imply([result], literal) }
        imply(Array(needed), result)
        return result
    }

    /// The literal that holds where one of some holds.
    package func any(_ literals: [Literal]) -> Literal { !all(literals.map { !$0 }) }

    /// For each of some literals, the one that holds where one of the others holds. As many clauses as there are literals.
    func anyOther(_ literals: [Literal]) -> [Literal] {
        var before: [Literal] = [.never]
        for literal in literals { before.append(any([before.last!, literal])) }
        var after = Literal.never
        var others = [Literal](repeating: .never, count: literals.count)
        for index in literals.indices.reversed() {
            others[index] = any([before[index], after])
            after = any([literals[index], after])
        }
        return others
    }
}
