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

/// The findings on all branches.
package struct DeepFindings: Sendable {
    package internal(set) var findings: [DeepFinding] = []
    /// False when the time or the limit of a search ended before every policy was compared with the others: then there may
    /// be more.
    package internal(set) var isComplete = true
}

extension Exploration {
    /// The findings for every kind of decision.
    ///
    /// A branch that was not walked may do anything, so that nothing is said of a policy that has one which matters.
    package func deepFindings() -> DeepFindings {
        var found = DeepFindings()
        for context in contexts { addFindings(context, to: &found) }
        return found
    }

    private func addFindings(_ context: DecisionContext, to found: inout DeepFindings) {
        let (explored, numbers) = explored(context)
        explored.addLaws()
        let formula = explored.formula
        func never(_ goal: [Literal]) -> Bool {
            let result = explored.solve(goal)
            if result == .unknown { found.isComplete = false }
            return result == .unsatisfiable
        }
        func note(_ kind: DeepFinding.Kind, _ index: Int, and other: Int? = nil) {
            found.findings.append(
                .init(
                    kind: kind, policy: set.policies[numbers[index]].id,
                    other: other.map { set.policies[numbers[$0]].id },
                    context: context))
        }
        func effect(_ known: KeyPath<ExploredContext.PolicyLiterals, Literal>, perhaps: Bool) -> [Literal] {
            explored.policies.map { policy in
                let known = policy[keyPath: known]
                return formula.all([policy.isEnabled, perhaps ? formula.any([known, policy.isUnexplored]) : known])
            }
        }
        let (denies, mayDeny) = (effect(\.denies, perhaps: false), effect(\.denies, perhaps: true))
        let (permits, mayPermit) = (effect(\.permits, perhaps: false), effect(\.permits, perhaps: true))
        let (othersDeny, othersPermit) = (formula.anyOther(denies), formula.anyOther(permits))
        let othersMayPermit = formula.anyOther(mayPermit)
        let anyDeny = formula.any(mayDeny)
        // The policies that deny, and whose denies are all denied by others: only two of these can deny the same.
        var shadowed: [Int] = []
        for index in numbers.indices {
            guard !isOver else {
                found.isComplete = false
                return
            }
            // It takes a permit of the others away, or gives one that none of them gives.
            let takes = formula.all([mayDeny[index], othersMayPermit[index], !othersDeny[index]])
            let gives = formula.all([mayPermit[index], !othersPermit[index], !othersDeny[index]])
            let isDecisive = !never([formula.any([takes, gives])])
            if !isDecisive { note(.neverDecisive, index) }
            if !never([mayDeny[index]]), never([mayDeny[index], !othersDeny[index]]) {
                shadowed.append(index)
                if isDecisive { note(.shadowedDeny, index) }
            }
            if isDecisive, !never([mayPermit[index]]), !never([anyDeny]), never([mayPermit[index], anyDeny]) {
                note(.unlimitedPermit, index)
            }
        }
        for (place, one) in shadowed.enumerated() {
            for other in shadowed[(place + 1)...] {
                guard !isOver else {
                    found.isComplete = false
                    return
                }
                if never([mayDeny[one], !denies[other]]), never([mayDeny[other], !denies[one]]) {
                    note(.sameDenies, one, and: other)
                }
            }
        }
    }
}
