package import Engine
package import Model
internal import Policies

/// Something that a policy set does for no request at all, which only all branches together show.
package struct DeepFinding: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Without the policy, every decision would be the same.
        case neverDecisive
        /// Whenever the policy denies, another one does, too.
        case shadowedDeny
        /// Two policies deny exactly the same requests.
        case sameDenies
        /// No policy denies anything that the policy permits, though some deny.
        case unlimitedPermit
    }

    package let kind: Kind
    package let policy: ExactName
    /// The other policy of two.
    package let other: ExactName?
    package let context: DecisionContext

    package var kindOfDecision: DecisionKind { context.kind }
}

extension Exploration {
    /// The findings for every kind of decision.
    ///
    /// A branch that was not walked may do anything, so that nothing is said of a policy that has one which matters.
    package func deepFindings() -> [DeepFinding] { contexts.flatMap(deepFindings) }

    private func deepFindings(_ context: DecisionContext) -> [DeepFinding] {
        let (explored, numbers) = explored(context)
        explored.addLaws()
        let all = Array(numbers.indices)
        let formula = explored.formula
        var findings: [DeepFinding] = []
        func never(_ goal: [Literal]) -> Bool { explored.solve(goal) == .unsatisfiable }
        func id(_ index: Int) -> ExactName { set.policies[numbers[index]].id }
        func denies(_ index: Int) -> Literal {
            let policy = explored.policies[index]
            return formula.all([policy.isEnabled, policy.denies])
        }
        func mayDeny(_ index: Int) -> Literal {
            let policy = explored.policies[index]
            return formula.all([policy.isEnabled, formula.any([policy.denies, policy.isUnexplored])])
        }
        let anyDeny = formula.any(all.map(mayDeny))
        for index in all {
            guard !isOver else { return findings }
            let policy = explored.policies[index]
            let others = all.filter { $0 != index }
            let mayPermit = formula.all([policy.isEnabled, formula.any([policy.permits, policy.isUnexplored])])
            let othersWouldPermit = explored.permit(others, perhaps: true)
            let othersDeny = formula.any(others.map(denies))
            let othersPermit = formula.any(
                others.map { formula.all([explored.policies[$0].isEnabled, explored.policies[$0].permits]) })
            // It takes a permit of the others away, or gives one that none of them gives.
            let takes = formula.all([mayDeny(index), othersWouldPermit])
            let gives = formula.all([mayPermit, !othersPermit, !othersDeny])
            let isDecisive = formula.any([takes, gives])
            if never([isDecisive]) {
                findings.append(.init(kind: .neverDecisive, policy: id(index), other: nil, context: context))
                continue
            }
            if !never([mayDeny(index)]), never([mayDeny(index), !othersDeny]) {
                findings.append(.init(kind: .shadowedDeny, policy: id(index), other: nil, context: context))
            }
            if !never([mayPermit]), !never([anyDeny]), never([mayPermit, anyDeny]) {
                findings.append(.init(kind: .unlimitedPermit, policy: id(index), other: nil, context: context))
            }
        }
        for (index, one) in all.enumerated() where !never([mayDeny(one)]) {
            guard !isOver else { return findings }
            for other in all[(index + 1)...]
            where never([mayDeny(one), !denies(other)]) && never([mayDeny(other), !denies(one)]) {
                findings.append(.init(kind: .sameDenies, policy: id(one), other: id(other), context: context))
            }
        }
        return findings
    }
}
