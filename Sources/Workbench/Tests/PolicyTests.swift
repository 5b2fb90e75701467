internal import Decisions
internal import Glibc
package import Model
package import Policies

/// Runs the tests that lie beside policies: `X_test.lua` tests `X.lua`.
///
/// Every test asks about a directory of its own, with every policy of the folder, or with the one it is about.
package struct PolicyTests {
    private let source: PolicySource
    private let policies: [String]
    private let planner: TestPlanner

    /// - Parameters:
    ///   - organisations: what a test's `directory` may name; `demo` is that of tests that name none, unless there is a
    ///     `store`.
    ///   - now: the time of the store.
    package init(_ source: PolicySource, organisations: [String: Organisation], now: Instant? = nil) throws(PolicyError)
    {
        self.source = source
        policies = source.policyIDs
        var given: [String: TestGround] = [:]
        for (name, organisation) in organisations {
            do throws(TestFault) {
                given[name] = try TestGround(
                    organisation, now: name == "store" ? now ?? TestGround.time : TestGround.time)
            } catch { throw PolicyError(.unreadable, "the directory `\(name)`: \(error.message)") }
        }
        planner = TestPlanner(source, policies: policies, given: given)
    }

    /// Which tests are run, and when the run ends.
    package struct Selection: Sendable {
        /// Test files to read, by name; `nil` for all.
        package var files: Set<String>?
        /// What the file or the name of a test has in it.
        package var filter: String?
        package var stopsAtFailure = false
        /// Whether a test that wants to be the only one is a failure: somebody forgot to take that out.
        package var refusesOnly = false
        /// Told of each test as it ends, in any order, from any thread.
        package var progress: (@Sendable (TestResult) -> Void)?

        package init() {}
    }

    /// The tests of the test files, in the order of the files' names; empty when there is none.
    package func run(_ selection: Selection = Selection()) -> [TestResult] {
        let files = planner.files.filter { selection.files?.contains($0.name) ?? true }
        var plans = Self.sideBySide(files) { [planner] part in part.flatMap(planner.plans) }.flatMap(\.self)
        if let filter = selection.filter {
            plans.removeAll { !$0.result.name.contains(filter) && !$0.result.file.contains(filter) }
        }
        if selection.refusesOnly {
            for index in plans.indices where plans[index].isOnly {
                plans[index].result.failure = TestFailure("`only` keeps every other test from being run; take it out")
            }
        } else if plans.contains(where: \.isOnly) {
            plans.removeAll { !$0.isOnly }
        }
        if selection.stopsAtFailure { return run(plans, until: { $0.failure != nil }, selection) }
        return Self.sideBySide(plans) { part in run(part, until: { _ in false }, selection) }.flatMap(\.self)
    }

    private func run(
        _ plans: [TestPlan], until isEnd: (TestResult) -> Bool, _ selection: Selection
    ) -> [TestResult] {
        var runner = TestRunner(source, policies: policies)
        var results: [TestResult] = []
        for plan in plans {
            let result = runner.run(plan)
            results.append(result)
            selection.progress?(result)
            if isEnd(result) { break }
        }
        return results
    }

    // MARK: Threads

    /// Fewer things than these are not worth a thread.
    private static let fewest = 100

    /// Does something with parts of a list, side by side on threads that interpreters can run on.
    /// - Returns: what came of each part, in order.
    private static func sideBySide<Item: Sendable, Result>(
        _ items: [Item], _ body: @escaping @Sendable ([Item]) -> Result
    ) -> [Result] {
        let jobs = max(1, min(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), items.count / fewest))
        guard jobs > 1 else { return [body(items)] }
        let size = (items.count + jobs - 1) / jobs
        let parts = stride(from: 0, to: items.count, by: size).map { start in
            Part<Item, Result>(items: Array(items[start..<min(start + size, items.count)]))
        }
        let threads = parts.map { part in InterpreterThread { part.result = body(part.items) } }
        return zip(parts, threads).map { part, thread in
            thread?.join()
            // Without a thread it is done here.
            return part.result ?? body(part.items)
        }
    }

    /// The share of one thread. `@unchecked Sendable`: its thread alone writes, and it is read when that has ended.
    private final class Part<Item: Sendable, Result>: @unchecked Sendable {
        let items: [Item]
        var result: Result?

        init(items: [Item]) { self.items = items }
    }
}
