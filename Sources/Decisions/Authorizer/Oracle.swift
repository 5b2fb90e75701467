package import Model
package import Policies

/// Decides as the policies say, and shares nothing with what is held to it.
///
/// Of one world it keeps the loaded policies and the snapshot. Everything else is made anew for each decision: the
/// interpreter, expressions, settings that were read, names that were learned. It asks for each property before it reads
/// it, and runs every policy that applies. Each five hundredth decision also loads the policies anew.
package final class Oracle {
    /// How often the policies are loaded anew.
    package static let loadInterval = 500

    private var policies: PolicySet
    private let directory: Directory
    private let budget: Budget
    private let load: (() -> PolicySet?)?
    private var count = 0

    /// - Parameter load: loads the same policies from where they were loaded from; `nil` to keep those that are given.
    package init(
        policies: PolicySet, directory: Directory, budget: Budget = Budget(), load: (() -> PolicySet?)? = nil
    ) {
        (self.policies, self.directory, self.budget, self.load) = (policies, directory, budget, load)
    }

    /// The decision on a request, on the snapshot this was made with.
    /// - Throws: as `Authorizer.decide`.
    package func decide(_ question: AuthorizationRequest) throws(RequestError) -> Decision {
        try decide(question, on: directory)
    }

    /// The same on another snapshot.
    package func decide(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError) -> Decision {
        count += 1
        if count % Self.loadInterval == 0, let load {
            // Policies that load no more, or as others, can answer for nothing.
            guard let fresh = load(), fresh.version == policies.version else { return .deny("policies_changed") }
            policies = fresh
        }
        let authorizer: Authorizer
        do throws(PolicyError) {
            authorizer = try Authorizer(
                policies: policies, directory: directory, budget: budget, treeOptions: .reference)
        } catch { return .deny("policy_failed") }
        authorizer.explains = true
        return try authorizer.decide(question)
    }
}
