package import Engine
package import Model
package import Policies

/// The result of an exploration for one invariant.
package struct InvariantVerdict: Sendable {
    package enum Result: Sendable {
        /// It holds for every request on every store.
        case proved(Proof)
        /// A request for which it is wrong, and its decision, which the engine has made.
        case refuted(Example, Decision)
        /// Neither was shown, for these reasons.
        case bounded([Bound])
    }

    package enum Proof: Sendable {
        /// No branch of the policies contradicts it.
        case everyBranch
        /// The core refuses every request that it is about, before any policy.
        case core
        /// No request, on no store, is as its condition says: it may say something else than was meant.
        case vacuous
    }

    /// A reason why nothing was shown.
    package enum Bound: Sendable, Hashable {
        /// A policy has branches that were not walked.
        case unexplored(policy: ExactName, BranchTree.Unexplored)
        /// The invariant's condition fails for some requests.
        case failing(message: String, line: Int?)
        /// Facts seemed to contradict it, and no request was found that has them.
        case unconfirmed(candidates: Int)
        /// The limit of the search was reached.
        case searchLimit
        case timeout
    }

    package let invariant: Invariant
    package let result: Result
    /// The branches of the policies and of the condition that were considered, and the number of policies.
    package let branches: Int
    package let policies: Int
}
