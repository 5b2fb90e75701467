internal import Engine
internal import Model
internal import Policies
internal import Syntax

/// The code that one test reaches.
struct TestReach: Sendable {
    /// The code that a test reaches of one policy or library.
    enum Part: Sendable {
        /// The numbers of the coverage sites.
        case sites(Set<Int>)
        /// The sites are not known: the policy was stopped, or it failed, or reports too little.
        case unknown
    }

    /// By the policy's id, or the library's name; without those of which nothing runs.
    var parts: [ExactName: Part] = [:]
    /// The policies that the test is decided with.
    var policies: Set<ExactName> = []

    /// True when the code of a mutation runs in the test, or may run.
    /// - Parameter sites: the sites that report that code; empty for code outside of functions.
    func reaches(_ mutant: Mutant, sites: [Int]) -> Bool {
        switch mutant.mutation.kind {
        // A declaration says also when the policy does not run.
        case .declaration, .policy: return policies.contains(mutant.unit)
        default: break
        }
        switch parts[mutant.unit] {
        case nil: return false
        case .unknown?: return true
        case .sites(let reached)?: return sites.isEmpty || sites.contains(where: reached.contains)
        }
    }

    mutating func add(_ part: Part, to unit: ExactName) {
        switch (parts[unit], part) {
        case (.sites(let one)?, .sites(let other)): parts[unit] = .sites(one.union(other))
        case (.unknown?, _), (_, .unknown): parts[unit] = .unknown
        default: parts[unit] = part
        }
    }
}

extension PolicyInstrumentation {
    /// The innermost site around the code of a mutation, as a list of one; empty for code outside of functions.
    func sites(around mutation: Mutation, statementsOnly: Bool) -> [Int] {
        let around = sites.indices.filter {
            sites[$0].start <= mutation.scope.lowerBound && mutation.scope.upperBound <= sites[$0].end
                && (sites[$0].kind == .statement || !statementsOnly)
        }
        return around.min { sites[$0].end - sites[$0].start < sites[$1].end - sites[$1].start }.map { [$0] } ?? []
    }
}

extension InstrumentedRun {
    /// The code that the last request reached.
    /// - Parameter plain: the outcomes of the policies without instrumentation.
    func reach(plain: [Outcome]) -> TestReach {
        var reach = TestReach()
        for policy in set.policies { reach.policies.insert(policy.id) }
        let instrumented = Dictionary(uniqueKeysWithValues: zip(log.runs.map(\.policy), log.runs))
        let outcomes = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.policy, $0) })
        for own in plain {
            let policy = set.policies[own.policy]
            guard own.termination == .finished, let run = instrumented[own.policy],
                let other = outcomes[own.policy], own.isAlike(other),
                policy.instrumentation?.isTelling == true,
                policy.libraries.allSatisfy({ set.libraries[$0]?.instrumentation?.isTelling == true }),
                run.events.count < CoverageLog.most
            else {
                reach.add(.unknown, to: policy.id)
                for library in policy.libraries { reach.add(.unknown, to: library) }
                continue
            }
            var sites: Set<Int> = []
            var others: [Int: Set<Int>] = [:]
            for event in log.events[run.events] {
                if let library = event.library {
                    others[library, default: []].insert(event.site)
                } else {
                    sites.insert(event.site)
                }
            }
            reach.add(.sites(sites), to: policy.id)
            // What a library does while it loads is reached by every policy that uses it.
            for name in policy.libraries {
                let number = set.libraries.number(of: name)
                reach.add(.sites(number.flatMap { others[$0] } ?? []), to: name)
            }
        }
        return reach
    }
}
