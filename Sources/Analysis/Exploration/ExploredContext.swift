package import Engine
package import Model
internal import Policies

/// All decisions of one kind as a formula over facts: what policies permit and deny on each of their branches, with the
/// laws of facts.
///
/// The formula is linear in the branches of each policy, never in their product.
package final class ExploredContext {
    /// A policy's branches, and the tenants for which it decides.
    package struct Part {
        package let tree: BranchTree
        /// By tenant; see `tenants`.
        package let isEnabled: [Bool]

        package init(tree: BranchTree, isEnabled: [Bool]) {
            (self.tree, self.isEnabled) = (tree, isEnabled)
        }
    }

    /// The literals of one policy.
    package struct PolicyLiterals {
        /// It decides for the tenant.
        package let isEnabled: Literal
        /// It is known to permit, or to deny or fail; neither says anything of branches that were not walked.
        package let permits: Literal
        package let denies: Literal
        /// The branch was not walked.
        package let isUnexplored: Literal
    }

    package let encoder: FactEncoder
    package let context: DecisionContext
    package let tenants: [ExactName?]
    package private(set) var parts: [Part] = []
    package private(set) var policies: [PolicyLiterals] = []
    private var nodes: [[Literal]] = []
    private var solver: SatisfiabilitySolver?
    /// The most wrong turns of the search for one answer.
    private let conflicts: Int
    private let isOver: @Sendable () -> Bool

    package var formula: Formula { encoder.formula }
    package var table: FactTable { encoder.table }

    package init(
        _ table: FactTable, _ context: DecisionContext, tenants: [ExactName?], conflicts: Int = 200_000,
        isOver: @escaping @Sendable () -> Bool = { false }
    ) {
        self.isOver = isOver
        encoder = FactEncoder(table, Formula(), context)
        self.context = context
        self.tenants = tenants
        self.conflicts = conflicts
    }

    /// Takes a policy's branches.
    /// - Returns: its number here.
    package func add(_ part: Part) -> Int {
        let number = parts.count
        parts.append(part)
        let reached = reached(part.tree, number)
        nodes.append(reached)
        var (permits, denies, unexplored): ([Literal], [Literal], [Literal]) = ([], [], [])
        for (node, leaf) in part.tree.leaves {
            switch leaf {
            case .unexplored: unexplored.append(reached[node])
            case .explored(let outcome):
                if outcome.permits { permits.append(reached[node]) }
                if outcome.denies { denies.append(reached[node]) }
            }
        }
        let isEnabled =
            part.isEnabled.allSatisfy(\.self)
            ? .always
            : formula.any(part.isEnabled.indices.filter { part.isEnabled[$0] }.map { formula.literal(.tenant($0)) })
        policies.append(
            PolicyLiterals(
                isEnabled: isEnabled, permits: formula.any(permits), denies: formula.any(denies),
                isUnexplored: formula.any(unexplored)))
        return number
    }

    /// For each node of a tree, the literal that the branch leads through it.
    private func reached(_ tree: BranchTree, _ number: Int) -> [Literal] {
        var reached = [Literal](repeating: .always, count: tree.nodes.count)
        for (index, node) in tree.nodes.enumerated() {
            guard case .fact(let fact, let branches) = node else { continue }
            let constants = branches.compactMap { branch in
                if case .constant(let constant) = branch.answer { constant } else { nil }
            }
            for branch in branches {
                let answer = encoder.literal(branch.answer, of: fact, besides: constants)
                let literal = formula.literal(.reaches(tree: number, node: branch.node))
                formula.equate(literal, formula.all([reached[index], answer]))
                reached[branch.node] = literal
            }
        }
        return reached
    }

    /// The literal that a policy's branch leads through a node of its tree.
    package func reaches(_ node: Int, of part: Int) -> Literal { nodes[part][node] }

    /// Adds the laws of every fact that was taken.
    /// - Parameter isValid: false to leave out what the core checks before any policy.
    package func addLaws(isValid: Bool = true, without: Set<Law> = []) {
        LawMaker(encoder, tenants: tenants, isValid: isValid, without: without).make()
    }

    // MARK: Decisions

    /// The literal that some policies permit for sure, or perhaps, whatever branches that were not walked do.
    /// - Parameters:
    ///   - numbers: the policies that decide.
    ///   - same: the policies that are compared with themselves: whatever they do on a branch that was not walked, they do on
    ///     both sides.
    package func permit(_ numbers: [Int], perhaps: Bool, same: Set<Int> = []) -> Literal {
        func effect(_ number: Int, denies: Bool) -> Literal {
            let policy = policies[number]
            let known = denies ? policy.denies : policy.permits
            guard policy.isUnexplored != .never else { return formula.all([policy.isEnabled, known]) }
            let unknown: Literal =
                if same.contains(number) {
                    formula.literal(.unknown(tree: number, denies: denies))
                } else {
                    perhaps == denies ? .never : .always
                }
            return formula.all([policy.isEnabled, formula.any([known, formula.all([policy.isUnexplored, unknown])])])
        }
        let permits = formula.any(numbers.map { effect($0, denies: false) })
        return formula.all([permits, !formula.any(numbers.map { effect($0, denies: true) })])
    }

    /// Searches for facts with which some literals hold.
    package func solve(_ goal: [Literal]) -> SatisfiabilitySolver.Result {
        if let solver { solver.add(formula) } else { solver = SatisfiabilitySolver(formula, isOver: isOver) }
        return solver!.solve(assuming: goal, conflicts: conflicts)
    }

    /// True when a literal holds with the facts that were found last.
    package func holds(_ literal: Literal) -> Bool {
        literal == .always || (literal != .never && solver?.holds(literal) == true)
    }
}

extension ExploredContext {
    /// Excludes the branches that were found, so that the next search finds others.
    func exclude(_ found: FoundFacts) {
        var literals: [Literal] = []
        for (number, part) in parts.enumerated() {
            for (node, _) in part.tree.leaves where found.holds(reaches(node, of: number)) {
                literals.append(!reaches(node, of: number))
            }
        }
        formula.add(literals)
    }
}
