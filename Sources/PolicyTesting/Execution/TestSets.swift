internal import Lua
internal import Model
internal import Policies

/// The sets of policies that tests run with: all of a folder, or one alone, each with the settings of a test.
struct TestSets {
    let source: PolicySource
    private let policies: [ExactName]
    /// The budget of one instrumented policy.
    private let budget = PolicyInstrumentation.budget
    private var sets: [ExactName: Result<PolicySet, TestFault>] = [:]
    private var sources: [ExactName: PolicySource] = [:]
    /// By key, the one policy of a set that was taken from that of the whole folder.
    private var parts: [ExactName: ExactName] = [:]
    /// By key; `nil` for a set that does not load with instrumentation.
    private var runs: [ExactName: InstrumentedRun?] = [:]
    private let cache: TestDirectoryCache

    /// - Parameters:
    ///   - policies: every id of the folder.
    ///   - cache: the snapshots that tests were made with, also those of other sets.
    init(_ source: PolicySource, policies: [ExactName], cache: TestDirectoryCache = TestDirectoryCache()) {
        self.source = source
        self.policies = policies
        self.cache = cache
    }

    /// A parsed test, and the set that it runs with, which has a key.
    struct Prepared {
        let test: TestCase
        let set: PolicySet
        let key: ExactName
    }

    /// The organisation that a test happens in.
    func base(of table: TestTable, _ plan: TestPlan) throws(TestFault) -> TestOrganisation {
        try cache.base(of: table, among: plan.directories)
    }

    /// - Parameter isAlone: true to run the tested policy alone, false to run all; `nil` to follow the test.
    mutating func prepare(_ table: LuaValue, _ plan: TestPlan, isAlone: Bool? = nil) throws(TestFault) -> Prepared {
        let table = try TestTable(table, at: "test")
        try table.refuseOthers(than: TestCase.keys)
        let base = try cache.base(of: table, among: plan.directories)
        let stated = try table.boolean("only_policy") ?? false
        let only = isAlone ?? stated ? plan.policy : nil
        let settings = try table.table("settings")
        let overrides = JSON.object(try settings?.members() ?? [])
        let key = Self.key(only, overrides)
        let set = try set(only, settings: settings, key: key)
        let test = try TestCase(
            table, policy: plan.policy, policies: policies, schema: set.schema, base: base,
            cache: cache)
        return Prepared(test: test, set: set, key: key)
    }

    /// The key of all policies with the settings of the folder.
    static let wholeFolder = key(nil, .object([]))

    private static func key(_ only: ExactName?, _ settings: JSON) -> ExactName { "\(only ?? "*") \(settings.compact)" }

    /// Drops every other set.
    mutating func keepWholeFolder() {
        func isKept(_ key: ExactName) -> Bool { key == Self.wholeFolder }
        sets = sets.filter { isKept($0.key) }
        sources = sources.filter { isKept($0.key) }
        parts = [:]
        runs = runs.filter { isKept($0.key) }
    }

    /// The fault that keeps the whole folder from loading, with its own settings; `nil` when it loads.
    mutating func faultOfWhole() -> Diagnostic? {
        let reduced = source.withoutTests(only: nil)
        let loaded = PolicySet.load(reduced)
        guard let set = loaded.set else {
            return loaded.diagnostics.first { $0.severity == .error }
                ?? Diagnostic("the policies do not load", path: source.path)
        }
        sources[Self.wholeFolder] = reduced
        sets[Self.wholeFolder] = .success(set)
        return nil
    }

    private mutating func set(_ only: ExactName?, settings: TestTable?, key: ExactName) throws(TestFault) -> PolicySet {
        if let set = sets[key] { return try set.get() }
        if let only, settings == nil, case .success(let whole)? = sets[Self.wholeFolder] {
            // It was read and checked with the others.
            let set = whole.only(only)
            sets[key] = .success(set)
            parts[key] = only
            return set
        }
        let result: Result<PolicySet, TestFault>
        do throws(TestFault) {
            var reduced = source.withoutTests(only: only)
            if let settings { try reduced.override(settings, policies: policies) }
            sources[key] = reduced
            let loaded = PolicySet.load(reduced)
            guard let set = loaded.set else {
                let first = loaded.diagnostics.first { $0.severity == .error }
                throw TestFault("the policies do not load: \(first?.description ?? "no reason given")")
            }
            result = .success(set)
        } catch {
            result = .failure(error)
        }
        sets[key] = result
        return try result.get()
    }

    /// The same set with instrumentation.
    mutating func instrumented(_ key: ExactName) -> InstrumentedRun? {
        if let run = runs[key] { return run }
        var run: InstrumentedRun?
        if let id = parts[key] {
            run = instrumented(Self.wholeFolder).flatMap { InstrumentedRun($0.set.only(id), budget: budget) }
        } else {
            run = sources[key].flatMap { InstrumentedRun($0, budget: budget) }
        }
        runs[key] = .some(run)
        return run
    }

    /// The coverage that the instrumented sets have recorded.
    var coverage: CoverageTally {
        var tally = CoverageTally()
        for key in runs.keys.sorted() { if let run = runs[key] ?? nil { tally.merge(run.tally) } }
        return tally
    }
}
