package import Decisions
package import Engine
package import Model
package import Policies

/// An authorizer on one directory, for tests that decide many requests on it.
package struct Decider {
    package let authorizer: Authorizer
    package let directory: Directory
    package var detail: Authorizer.Detail

    package init(
        policies: PolicySet, directory: Directory, budget: Budget = Budget(), treeOptions: TreeOptions = TreeOptions(),
        detail: Authorizer.Detail = .statements
    ) throws(PolicyError) {
        authorizer = try Authorizer(policies: policies, budget: budget, treeOptions: treeOptions)
        (self.directory, self.detail) = (directory, detail)
    }

    /// - Parameter other: the directory, where it is not the usual one.
    package func decide(
        _ question: AuthorizationRequest, on other: Directory? = nil
    ) throws(RequestError) -> Decision {
        try authorizer.decide(question, on: other ?? directory, detail: detail)
    }

    package func examine(_ question: AuthorizationRequest) throws(RequestError) -> TracedDecision {
        try authorizer.examine(question, on: directory)
    }

    package var runCount: Int { authorizer.runCount }
}
