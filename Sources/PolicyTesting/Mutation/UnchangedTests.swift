internal import Lua
internal import Model

/// The tests with the policies as they are, parsed and loaded once for all mutants. For one thread.
final class UnchangedTests {
    private var sets: TestSets
    /// By the number of the test.
    private var known: [Int: Result<TestSets.Prepared, TestFault>] = [:]
    /// The snapshots that tests were made with.
    let cache = TestDirectoryCache()

    init(_ tests: PolicyTests) {
        sets = TestSets(tests.source, policies: tests.policies, cache: cache)
    }

    /// A test as it is written.
    func prepared(_ plan: TestPlan) throws(TestFault) -> TestSets.Prepared? {
        guard let table = plan.table else { return nil }
        if let known = known[plan.number] { return try known.get() }
        let result = Result { () throws(TestFault) in try sets.prepare(table, plan) }
        known[plan.number] = result
        return try result.get()
    }

    /// A request that was made from a test.
    func prepare(_ table: LuaValue, _ plan: TestPlan) throws(TestFault) -> TestSets.Prepared {
        try sets.prepare(table, plan)
    }
}
