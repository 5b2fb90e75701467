package import Decisions
package import Model

/// Two decisions on one request side by side: before and after, or by two sets of policies.
package struct DecisionComparison: Sendable {
    package let before: Decision
    package let after: Decision

    package init(before: Decision, after: Decision) {
        self.before = before
        self.after = after
    }

    /// True when permit became deny, or deny became permit.
    package var isTurned: Bool { before.isPermitted != after.isPermitted }

    /// True when anything differs: the code, a reason, an advice, an obligation or a failure.
    package var isDifferent: Bool {
        isTurned || before.code != after.code || before.policyCode != after.policyCode || !gone.isEmpty || !new.isEmpty
            || before.failures != after.failures
    }

    /// The statements of the first decision that the second does not have; line numbers do not count.
    package var gone: [PolicyStatement] { Self.difference(before, after) }

    package var new: [PolicyStatement] { Self.difference(after, before) }

    private static func difference(_ one: Decision, _ other: Decision) -> [PolicyStatement] {
        let known = other.spoken
        return one.spoken.filter { statement in !known.contains { $0.isSame(as: statement) } }
    }
}

extension Decision {
    fileprivate var spoken: [PolicyStatement] { reasons + advice + obligations + overruled + observed }
}

extension PolicyStatement {
    fileprivate func isSame(as other: PolicyStatement) -> Bool {
        var twin = other
        twin.line = line
        return self == twin
    }
}

/// Two authorizers that decide every request: as things are, and as they would be.
///
/// For `try PATH` the second has other policies; for `suppose` it has another snapshot, other settings, or both.
package struct PairedAuthorizers {
    package let before: (authorizer: Authorizer, directory: Directory)
    package let after: (authorizer: Authorizer, directory: Directory)

    package init(
        before: (authorizer: Authorizer, directory: Directory), after: (authorizer: Authorizer, directory: Directory)
    ) {
        self.before = before
        self.after = after
    }

    /// - Parameter changed: the request as it would be; `nil` for the same request.
    package func ask(_ question: AuthorizationRequest, changed: AuthorizationRequest? = nil) throws(RequestError)
        -> DecisionComparison
    {
        DecisionComparison(
            before: try before.authorizer.decide(question, on: before.directory),
            after: try after.authorizer.decide(changed ?? question, on: after.directory))
    }
}
