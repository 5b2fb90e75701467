package import Model

/// The mutants of a folder of policies, and their ends.
package struct MutationRun: Sendable {
    /// A mutant and its end.
    package struct Entry: Sendable {
        package let mutant: Mutant
        /// The change as a unified diff.
        package let patch: String
        package internal(set) var verdict: MutantVerdict
    }

    /// The numbers of mutants.
    package struct Count: Equatable, Sendable {
        package fileprivate(set) var killed = 0
        package fileprivate(set) var survived = 0
        package fileprivate(set) var invalid = 0
        package fileprivate(set) var equivalent = 0
        /// Of those killed, the mutants that spent the budget of a policy.
        package fileprivate(set) var outOfBudget = 0

        /// The mutants that the score is about.
        package var scored: Int { killed + survived }
        /// In percent, rounded down, so that 100 means all; `nil` when no mutant loads.
        package var score: Int? { scored == 0 ? nil : killed * 100 / scored }

        /// True when at least so many percent are killed; false when no mutant loads.
        package func isAtLeast(_ percent: Int) -> Bool { scored > 0 && killed * 100 >= percent * scored }
    }

    /// The run of the tests without any mutation. Where a test fails or none passes, there are no mutants.
    package let tests: PolicyTests.Run
    /// By file and place.
    package internal(set) var entries: [Entry] = []
    /// The policies and libraries that were mutated, in order, with those that have no mutant.
    package internal(set) var units: [ExactName] = []
    /// The policies and libraries of those without tests of their own.
    package internal(set) var untested: [ExactName] = []

    init(_ tests: PolicyTests.Run) { self.tests = tests }

    /// True when every test passes without a mutation, so that there can be mutants.
    package var isReady: Bool {
        tests.faults.isEmpty && tests.results.allSatisfy { $0.failure == nil }
            && tests.results.contains(where: \.isPassed)
    }

    /// The numbers of all mutants, or of those of one policy or library.
    package func count(of unit: ExactName? = nil) -> Count {
        var count = Count()
        for entry in entries where unit == nil || entry.mutant.unit == unit {
            switch entry.verdict {
            case .killed(let kill):
                count.killed += 1
                if kill.isOutOfBudget { count.outOfBudget += 1 }
            case .survived: count.survived += 1
            case .invalid: count.invalid += 1
            case .equivalent: count.equivalent += 1
            }
        }
        return count
    }

    /// The mutants that decide as the policies do.
    package var equivalents: [Entry] {
        entries.filter { if case .equivalent = $0.verdict { true } else { false } }
    }

    package var survivors: [(entry: Entry, survival: MutantSurvival)] {
        entries.compactMap { entry in
            if case .survived(let survival) = entry.verdict { (entry, survival) } else { nil }
        }
    }
}
