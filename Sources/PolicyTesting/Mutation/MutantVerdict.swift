package import Model

/// The end of one mutant.
package enum MutantVerdict: Sendable {
    /// A test fails.
    case killed(MutantKill)
    /// Every test passes that reaches it.
    case survived(MutantSurvival)
    /// It survived, and decides every request as the policies do, whatever the settings are: only a test of who denies
    /// could notice it.
    case equivalent
    /// It does not load, for this reason: no test could tell, and none needs to.
    case invalid(Diagnostic)
}

/// The test that failed with a mutant.
package struct MutantKill: Sendable {
    /// The test's place and name.
    package let place: String
    package let test: String
    /// True when the test failed because a policy spent its budget.
    package let isOutOfBudget: Bool
}

/// A mutant that every test passes with.
package struct MutantSurvival: Sendable {
    /// The number of tests that reach its code.
    package let reaching: Int
    /// A test that passes with the policies as they are and fails with the mutant, ready to be copied; `nil` when none was
    /// found or searched for.
    package internal(set) var test: Test?

    /// A test, and the file that it belongs to.
    package struct Test: Sendable {
        package let file: ExactName
        package let name: String
        package let text: String
    }
}
