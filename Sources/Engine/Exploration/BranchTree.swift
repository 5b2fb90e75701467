package import Model
internal import Policies

/// Every branch of one policy for one kind of decision: a tree of the facts that it reads, with its outcomes as leaves.
///
/// INVARIANT: the policy does for every request what the leaf says that the request's facts lead to, and a leaf
/// `unexplored` stands for anything at all.
package struct BranchTree: Sendable {
    /// The answer of a fact on a branch.
    package enum FactAnswer: Hashable, Sendable {
        case yes
        case no
        /// The fact has no answer, since a value that it needs is absent or cannot be computed.
        case fails
        /// The content of a term is this constant.
        case constant(FactTable.ID)
        /// The content of a term is none of the constants of the other branches.
        case other
    }

    package enum Node: Sendable {
        case fact(FactTable.ID, branches: [(answer: FactAnswer, node: Int)])
        case leaf(Leaf)
    }

    package enum Leaf: Sendable {
        case explored(ExploredOutcome)
        /// Branches that were not walked, with the reason.
        case unexplored(Unexplored)
    }

    /// The reason why branches were not walked.
    package enum Unexplored: Hashable, Sendable {
        /// The content of a term that can be anything was read, and its values cannot all be tried.
        case content(FactTable.ID)
        /// A list with more elements than are walked.
        case longList(FactTable.ID, most: Int)
        /// The policy has more branches than these.
        case tooMany(branches: Int)
        /// The time was over.
        case timeout
        /// The policy exceeded its budget.
        case budget
        /// The same facts had other consequences when they were walked again.
        case unsteady
    }

    package let policy: ExactName
    package internal(set) var nodes: [Node] = []

    /// The leaves, with the numbers of their nodes.
    package var leaves: [(node: Int, leaf: Leaf)] {
        nodes.enumerated().compactMap { number, node in
            if case .leaf(let leaf) = node { (number, leaf) } else { nil }
        }
    }
}

/// The outcome of a policy on one branch.
package struct ExploredOutcome: Sendable {
    package struct Effect: Sendable, Hashable {
        package let kind: PolicyStatement.Effect
        package let text: String
        package let code: ExactName?
        package let line: Int
        /// The decision that an obligation belongs to.
        package let occasion: PolicyStatement.Occasion
    }

    package let effects: [Effect]
    /// The message and the line of the failure, where it failed.
    package let failure: (message: String, line: Int?)?

    package func has(_ kind: PolicyStatement.Effect) -> Bool { effects.contains { $0.kind == kind } }
    /// True when it denies whatever others say.
    package var denies: Bool { failure != nil || has(.deny) }
    package var permits: Bool { has(.permit) }
}
