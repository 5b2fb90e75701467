internal import Engine
package import Model
internal import Policies

/// The decision table of one policy for one kind of decision: every branch that can happen, and what the policy does on it.
package struct DecisionTable: Sendable {
    package struct Row: Sendable {
        /// The conditions of the branch, in words: `token.kind == api`. Those that follow from the others are left out.
        package let conditions: [String]
        package let outcome: Outcome
    }

    package enum Outcome: Sendable {
        /// The effects in their order, with the code of a deny, and the line.
        case effects([(effect: String, text: String, code: ExactName?, line: Int)])
        case failure(message: String, line: Int?)
        /// A branch that was not walked, with the reason.
        case unexplored(String)
    }

    package let policy: ExactName
    package let kind: DecisionKind
    /// The name of the external subject; `nil` for a token, and in administration.
    package let subject: ExactName?
    package let isEnabled: Bool
    package let rows: [Row]
    /// The branches that the laws of facts exclude.
    package let excluded: Int
}

extension FactTable {
    /// A fact with its answer in words, as policies write it.
    func words(_ fact: ID, _ answer: BranchTree.FactAnswer) -> String {
        let node = node(fact)
        switch answer {
        case .yes: return text(fact)
        case .constant(let constant): return "\(text(fact)) == \(text(constant))"
        case .other: return "\(text(fact)) is anything else"
        case .fails: return "`\(text(fact))` cannot be told"
        case .no:
            func infix(_ word: String) -> String { "\(text(node.a)) \(word) \(text(node.b))" }
            switch node.operation {
            case .equal: return infix("~=")
            case .less: return infix(">=")
            case .lessEqual: return infix(">")
            default: return "not \(text(fact))"
            }
        }
    }
}

extension Exploration {
    /// The decision tables of policies, in the order of their ids, then of the kinds of decision.
    /// - Parameter ids: the policies; `nil` for all.
    package func tables(of ids: Set<ExactName>? = nil) -> [DecisionTable] {
        var tables: [DecisionTable] = []
        for (number, policy) in set.policies.enumerated() where ids?.contains(policy.id) ?? true {
            for context in DecisionContext.all(of: policy.shape, schema: set.schema) {
                let explored = ExploredContext(table, context, tenants: tenants, isOver: options.limits.isOver)
                let isEnabled = isEnabled(number)
                _ = explored.add(.init(tree: tree(of: number, in: context), isEnabled: isEnabled))
                explored.addLaws()
                let (rows, excluded) = rows(explored)
                tables.append(
                    DecisionTable(
                        policy: policy.id, kind: context.kind,
                        subject: context.subject.map { set.schema.subjects[$0].name },
                        isEnabled: isEnabled.contains(true) && !policy.isObserving, rows: rows, excluded: excluded))
            }
        }
        return tables
    }

    private func rows(_ explored: ExploredContext) -> ([DecisionTable.Row], excluded: Int) {
        let tree = explored.parts[0].tree
        var rows: [DecisionTable.Row] = []
        var excluded = 0
        func visit(_ node: Int, _ path: [(fact: FactTable.ID, answer: BranchTree.FactAnswer, literal: Literal)]) {
            switch tree.nodes[node] {
            case .leaf(let leaf):
                guard explored.solve(path.map(\.literal)) != .unsatisfiable else {
                    excluded += 1
                    return
                }
                rows.append(.init(conditions: conditions(path, explored), outcome: outcome(leaf)))
            case .fact(let fact, let branches):
                let constants = branches.compactMap { if case .constant(let id) = $0.answer { id } else { nil } }
                for branch in branches {
                    let literal = explored.encoder.literal(branch.answer, of: fact, besides: constants)
                    visit(branch.node, path + [(fact, branch.answer, literal)])
                }
            }
        }
        visit(0, [])
        return (rows, excluded)
    }

    private func outcome(_ leaf: BranchTree.Leaf) -> DecisionTable.Outcome {
        switch leaf {
        case .unexplored(let reason): .unexplored(words(reason))
        case .explored(let outcome):
            if let failure = outcome.failure {
                .failure(message: failure.message, line: failure.line)
            } else {
                .effects(outcome.effects.map { ($0.kind.rawValue, $0.text, $0.code, $0.line) })
            }
        }
    }

    /// The answers on a path that the others do not imply, in words.
    private func conditions(
        _ path: [(fact: FactTable.ID, answer: BranchTree.FactAnswer, literal: Literal)], _ explored: ExploredContext
    ) -> [String] {
        explored.needed(path.map { (table.words($0.fact, $0.answer), $0.literal) }).map(\.words)
    }
}

extension ExploredContext {
    /// The conditions that neither the laws nor the other conditions imply.
    func needed(_ path: [(words: String, literal: Literal)]) -> [(words: String, literal: Literal)] {
        var kept = path
        for condition in path {
            guard let place = kept.firstIndex(where: { $0.literal == condition.literal }) else { continue }
            var others = kept
            others.remove(at: place)
            if solve(others.map(\.literal) + [!condition.literal]) == .unsatisfiable { kept = others }
        }
        return kept
    }
}
