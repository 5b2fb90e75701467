package import Engine
internal import Model

/// The reasons of an exploration in words.
extension Exploration {
    /// A reason why an invariant was not decided, with what to do about it.
    package func words(_ bound: InvariantVerdict.Bound) -> String {
        switch bound {
        case .unexplored(let policy, let reason): "\(policy): \(words(reason))"
        case .failing(let message, let line):
            "its condition fails for some requests" + (line.map { ", on line \($0)" } ?? "") + ": \(message)"
        case .unconfirmed(let candidates):
            "\(counted(candidates, "set")) of facts seemed to contradict it, and no request was found that has them"
        case .searchLimit: "the search was too long: state less at once"
        case .timeout: "the time was over: give more with `--timeout`"
        }
    }

    package func words(_ reason: BranchTree.Unexplored) -> String {
        switch reason {
        case .content(let term): "it reads what `\(table.text(term))` is, which can be anything: compare it instead"
        case .longList(let term, let most):
            "it loops over `\(table.text(term))`; lists with more than \(most) elements were not walked"
        case .timeout: "the time was over before all of its branches were walked"
        case .tooMany(let branches):
            "it has more than \(counted(branches, "branch", "branches")); policies of their own cost the sum of their "
                + "branches, and not the product"
        case .budget: "it uses up its budget on some branches"
        case .unsteady: "it did not do the same twice with the same facts"
        }
    }
}
