internal import Engine
package import Model
package import Policies

/// The reference for decisions. It shares no state with the authorizer that is compared with it.
///
/// It keeps the loaded policies. Everything else is made anew for each decision: the interpreter,
/// expressions, settings, names. It checks the presence of each property before reading it, and runs every policy that
/// applies. Every five hundredth decision also loads the policies again.
package final class Oracle {
    /// The number of decisions between two loads of the policies.
    private static let loadInterval = 500

    private var policies: PolicySet
    private let budget: Budget
    private let load: (() -> PolicySet?)?
    private var count = 0

    /// - Parameter load: loads the same policies again from their source; `nil` to keep the given ones.
    package init(policies: PolicySet, budget: Budget = Budget(), load: (() -> PolicySet?)? = nil) {
        (self.policies, self.budget, self.load) = (policies, budget, load)
    }

    /// The decision on a request, with the facts that were read.
    /// - Throws: as `Authorizer.decide`.
    package func decide(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError) -> Decision {
        count += 1
        if count % Self.loadInterval == 0, let load {
            // Policies that no longer load, or have changed, are not a reference.
            guard let fresh = load(), fresh.version == policies.version else { return .deny("policies_changed") }
            policies = fresh
        }
        let authorizer: Authorizer
        do throws(PolicyError) {
            authorizer = try Authorizer(policies: policies, budget: budget, treeOptions: .reference)
        } catch { return .deny("policy_failed") }
        return try authorizer.decide(question, on: directory, detail: .trace)
    }
}
