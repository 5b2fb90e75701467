internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// Searches for requests that reach what no test of a policy covers, and writes them as tests.
///
/// It changes the policy's existing tests, one thing at a time, and continues from every change that leads somewhere
/// new: first what the uncovered conditions are about, then anything. A test is suggested once it was run as it is
/// written, passed, and covered something that no test and no other suggestion covers. The same files give the same
/// tests.
struct TestGenerator {
    private let policy: PolicyCoverage
    private let sites: [CoverageSite]
    private let effectCalls: [EffectCall]
    private let words: ConditionWords.Reader
    private let variation: TestVariation
    /// The requests that are left.
    private var budget: Budget
    /// The requests of the tests of the policy that do not run: they are skipped, or not selected.
    private var known: Set<ExactName>

    /// The tests to change: the originals, and those derived from them.
    private var corpus: [Entry] = []
    /// For a site, the entries that reached it, the latest last.
    private var reached: [Int: [Int]] = [:]
    private var seen: Set<CoverageGap.Target> = []
    private var wanted: Set<CoverageGap.Target>
    private var found: [CoverageGap.Target: Entry] = [:]
    /// The names of the policy's tests, and of those that are written: a file has each once.
    private var names: Set<ExactName> = []
    /// The entries that were changed directly for a target.
    private var tried: Set<Trial> = []

    private struct Entry {
        let table: LuaValue
        let plan: TestPlan
        var orders: [Int: TestTrials.Order] = [:]
        /// The changes to make; `nil` until they are asked for.
        var changes: [TestVariation.Change]?
    }

    /// The greatest numbers of requests to try.
    struct Budget {
        /// Of those that change what a gap is about.
        var directed: Int
        /// Of those that change anything.
        var random: Int
    }

    /// The greatest number of tests to start from: further ones are much like them.
    private static let mostTests = 40
    /// The greatest number of random requests in a row that lead nowhere new.
    private static let mostIdle = 400
    /// For one target, the entries to change, and the changes of each.
    private static let most = (entries: 3, changes: 16)

    /// - Parameters:
    ///   - policy: with its gaps.
    ///   - loaded: the same policy.
    ///   - tests: all tests of the policy.
    init(_ policy: PolicyCoverage, _ loaded: Policy, schema: Schema, tests: [TestPlan], budget: Budget) {
        self.policy = policy
        self.budget = budget
        sites = loaded.instrumentation?.sites ?? []
        effectCalls = loaded.instrumentation?.effectCalls ?? []
        words = ConditionWords.Reader(Array(policy.source.joined(separator: "\n").utf8))
        variation = TestVariation(loaded, schema: schema, words: words)
        wanted = Set(policy.gaps.flatMap(\.targets))
        known = Set(tests.compactMap { $0.table.map(Self.key) })
    }

    /// The gaps of the policy, with the tests that were found for them.
    /// - Parameter plans: the selected tests of the policy, which are changed.
    mutating func filled(by plans: [TestPlan], _ trials: inout TestTrials) -> [CoverageGap] {
        names = Set(plans.map { ExactName($0.result.name) })
        for plan in plans where plan.result.skipped == nil {
            if let table = plan.table { known.remove(Self.key(table)) }
        }
        for plan in plans.filter({ $0.table != nil }).prefix(Self.mostTests) {
            let table = plan.table!.without("skip").without("only")
            attempt(Entry(table: table, plan: plan), &trials, isTest: true)
        }
        searchDirectly(&trials)
        searchAtRandom(&trials)
        return written(&trials)
    }

    // MARK: Searching

    /// Runs an entry, and keeps it when it reaches something new.
    /// - Returns: true when it reached something new.
    @discardableResult private mutating func attempt(
        _ entry: Entry, _ trials: inout TestTrials, isTest: Bool = false
    ) -> Bool {
        guard let (targets, orders) = trials.explore(entry.table, entry.plan) else { return false }
        var isNew = false
        for target in targets where seen.insert(target).inserted { isNew = true }
        let filled = targets.filter(wanted.contains)
        // A test that is there and does not run is not suggested; another may be found.
        if !filled.isEmpty, !known.contains(Self.key(entry.table)) {
            for target in filled {
                wanted.remove(target)
                found[target] = entry
            }
        }
        guard isNew || isTest else { return false }
        var entry = entry
        entry.orders = orders
        for case .reach(let site) in targets { reached[site, default: []].append(corpus.count) }
        corpus.append(entry)
        return isNew
    }

    /// Changes what the uncovered conditions are about, in the tests that come as far as these, until that leads
    /// nowhere.
    private mutating func searchDirectly(_ trials: inout TestTrials) {
        var isNew = true
        while isNew {
            isNew = false
            for target in wanted.sorted(by: { $0.order < $1.order }) {
                guard let site = target.condition else { continue }
                for entry in (reached[site] ?? []).suffix(Self.most.entries).reversed()
                where wanted.contains(target) && tried.insert(Trial(target: target, entry: entry)).inserted {
                    for table in changed(entry, for: target, trials) {
                        guard budget.directed > 0 else { return }
                        guard wanted.contains(target) else { break }
                        budget.directed -= 1
                        if attempt(Entry(table: table, plan: corpus[entry].plan), &trials) { isNew = true }
                    }
                }
            }
        }
    }

    private struct Trial: Hashable {
        let target: CoverageGap.Target
        let entry: Int
    }

    /// An entry with changes of what a target is about.
    private mutating func changed(_ index: Int, for target: CoverageGap.Target, _ trials: TestTrials) -> [LuaValue] {
        let entry = corpus[index]
        switch target {
        case .place(let site, let place):
            guard let order = entry.orders[site], let base = base(of: entry, trials) else { return [] }
            return variation.stepped(entry.table, in: base, left: order.left, right: order.right, to: place)
        case .come(let site, _):
            let words = words.words(in: sites[site].start..<sites[site].end)
            return TestVariation.relevant(changes(of: index, trials), to: words).prefix(Self.most.changes).map {
                TestVariation.applying($0, to: entry.table)
            }
        case .reach, .decide: return []
        }
    }

    /// Changes anything, in any test; what that leads to is searched directly.
    private mutating func searchAtRandom(_ trials: inout TestTrials) {
        var random = SeededGenerator(seed: 7)
        var idle = 0
        while budget.random > 0, idle < Self.mostIdle, !wanted.isEmpty, !corpus.isEmpty {
            budget.random -= 1
            idle += 1
            let index = Int.random(in: corpus.indices, using: &random)
            guard let change = changes(of: index, trials).randomElement(using: &random) else { return }
            let table = TestVariation.applying(change, to: corpus[index].table)
            guard attempt(Entry(table: table, plan: corpus[index].plan), &trials) else { continue }
            idle = 0
            searchDirectly(&trials)
        }
    }

    private mutating func changes(of index: Int, _ trials: TestTrials) -> [TestVariation.Change] {
        if let known = corpus[index].changes { return known }
        let changes = base(of: corpus[index], trials).map { variation.changes(of: corpus[index].table, in: $0) } ?? []
        corpus[index].changes = changes
        return changes
    }

    private func base(of entry: Entry, _ trials: TestTrials) -> TestOrganisation? {
        (try? TestTable(entry.table, at: "test")).flatMap { try? trials.base(of: $0, entry.plan) }
    }

    private static func key(_ table: LuaValue) -> ExactName { ExactName(LuaWriter.text(table.request)) }

    // MARK: Writing

    /// The gaps, each with the tests that cover what those before it leave uncovered.
    private mutating func written(_ trials: inout TestTrials) -> [CoverageGap] {
        var covered: Set<CoverageGap.Target> = []
        return policy.gaps.map { gap in
            var gap = gap
            for target in gap.targets where !covered.contains(target) {
                guard let entry = found[target], let test = test(entry, target, &trials) else { continue }
                covered.formUnion(test.covered)
                gap.tests.append(test.text)
            }
            return gap
        }
    }

    /// An entry as a test that was run and covers a target: with all policies, or else with this one alone.
    private mutating func test(
        _ entry: Entry, _ target: CoverageGap.Target, _ trials: inout TestTrials
    ) -> (text: String, covered: Set<CoverageGap.Target>)? {
        let alone = entry.table.overlaid(by: LuaValue(named: [("only_policy", .boolean(true))]))
        // A setting is overridden for the policy that has it.
        for table in entry.table.hasSettings ? [alone] : [entry.table, alone] {
            guard !known.contains(Self.key(table)), let (decision, covered) = trials.run(table, entry.plan),
                covered.contains(target)
            else { continue }
            let expected = LuaValue(named: [("expect", expectation(table, decision))])
            let name = freeName(target)
            let text = RecordedTest.text(named: name, table.without("expect").overlaid(by: expected).inTestOrder)
            guard let covered = trials.covered(by: text, entry.plan), covered.contains(target) else { continue }
            names.insert(ExactName(name))
            return (text, covered)
        }
        return nil
    }

    /// A name that no test of the policy has.
    private func freeName(_ target: CoverageGap.Target) -> String {
        let name = name(target)
        let free = (2...).lazy.map { "\(name) (\($0))" }.first { !names.contains(ExactName($0)) }
        return names.contains(ExactName(name)) ? free ?? name : name
    }

    private func name(_ target: CoverageGap.Target) -> String {
        switch target {
        case .reach(let site): "line \(sites[site].position.line) is reached"
        case .come(let site, let holds): "\(source(site)) is \(holds)"
        case .place(let site, let place): "\(source(site)), \(place.words)"
        case .decide(let effectCall): "line \(effectCalls[effectCall].position.line) decides"
        }
    }

    /// The first line of a site's source.
    private func source(_ number: Int) -> String {
        let bytes = policy.source.joined(separator: "\n").utf8.dropFirst(sites[number].start)
        let own = bytes.prefix(sites[number].end - sites[number].start).prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: own, as: UTF8.self)
    }

    private func expectation(_ table: LuaValue, _ decision: Decision) -> LuaValue {
        let isSilent =
            decision.code == "not_permitted" && decision.advice.isEmpty && decision.failures.isEmpty
            && decision.overruled.isEmpty
        if isSilent, table.isAlone {
            return LuaValue(named: [("silent", .boolean(true))])
        }
        return LuaValue(named: RecordedTest.expectation(decision))
    }
}

extension CoverageGap.Target {
    /// The site of a condition whose truth, or compared values, are to be others.
    fileprivate var condition: Int? {
        switch self {
        case .come(let site, _), .place(let site, _): site
        case .reach, .decide: nil
        }
    }

    /// A place in a fixed order of all targets: a value just beside another one often decides a condition, too.
    fileprivate var order: (Int, Int, Int) {
        switch self {
        case .reach(let site): (site, 0, 0)
        case .place(let site, let place): (site, 1, place.rawValue)
        case .come(let site, let holds): (site, 2, holds ? 1 : 0)
        case .decide(let effectCall): (effectCall, 3, 0)
        }
    }
}
