internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// Searches for requests that reach what no test of a policy covers, and writes them as tests.
///
/// It changes the policy's existing tests, one thing at a time, and continues from every change that leads somewhere
/// new. The same files give the same tests.
struct TestGenerator {
    private var sets: TestSets
    private let policy: PolicyCoverage
    private let sites: [CoverageSite]
    private let effectCalls: [EffectCall]
    private let variation: TestVariation
    /// The tests to change: the originals, and those derived from them.
    private var corpus: [Entry] = []
    private var seen: Set<CoverageGap.Target> = []
    private var wanted: Set<CoverageGap.Target>
    private var found: [CoverageGap.Target: Entry] = [:]
    /// The names of the policy's tests, and of those that are written: a file has each once.
    private var names: Set<ExactName> = []
    private var left: Int
    /// The number of requests in a row that led nowhere new.
    private var idle = 0

    private struct Entry {
        var table: LuaValue
        let plan: TestPlan
    }

    /// Smaller than the budget of tests: a variation may run for long.
    static let budget = Budget(fuel: 200_000, deadline: .seconds(2))
    /// The greatest number of tests to start from: further ones are much like them.
    private static let mostTests = 40
    /// The greatest number of requests in a row that lead nowhere new.
    private static let mostIdle = 400

    /// - Parameters:
    ///   - policy: with its gaps.
    ///   - loaded: the same policy.
    ///   - budget: the greatest number of requests.
    init(_ sets: TestSets, _ policy: PolicyCoverage, _ loaded: Policy, schema: Schema, budget: Int) {
        self.sets = sets
        self.policy = policy
        sites = loaded.instrumentation?.sites ?? []
        effectCalls = loaded.instrumentation?.effectCalls ?? []
        variation = TestVariation(loaded, schema: schema, source: policy.source)
        wanted = Set(policy.gaps.flatMap(\.targets))
        left = budget
    }

    /// The gaps of the policy, with the tests that were found for them.
    mutating func filled(by plans: [TestPlan]) -> [CoverageGap] {
        var random = SeededGenerator(seed: 7)
        names = Set(plans.map { ExactName($0.result.name) })
        for plan in plans.filter({ $0.table != nil }).prefix(Self.mostTests) {
            attempt(Entry(table: plan.table!.without("skip").without("only"), plan: plan), isTest: true)
        }
        var next = 0
        while left > 0, idle < Self.mostIdle, !wanted.isEmpty, !corpus.isEmpty {
            // First each entry is stepped to its boundaries once; after that, entries are chosen at random.
            if next < corpus.count {
                stepBesides(corpus[next])
                next += 1
                continue
            }
            let entry = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            guard let table = variation.changed(entry.table, in: entry.plan, &random) else { break }
            attempt(Entry(table: table, plan: entry.plan))
        }
        return written()
    }

    /// Runs an entry, and keeps it when it reaches something new.
    private mutating func attempt(_ entry: Entry, isTest: Bool = false) {
        left -= 1
        idle += 1
        guard let run = run(entry) else { return }
        var isNew = false
        for target in run.targets where seen.insert(target).inserted { isNew = true }
        for target in run.targets where wanted.remove(target) != nil { found[target] = entry }
        if isNew { idle = 0 }
        if isNew || isTest { corpus.append(entry) }
    }

    /// Runs the policy alone.
    private mutating func run(_ entry: Entry) -> InstrumentedRun? {
        guard let prepared = try? sets.prepare(entry.table, entry.plan, isAlone: true),
            let run = sets.instrumented(prepared.key),
            let request = try? Authorizer.request(
                prepared.test.question, schema: prepared.set.schema, directory: prepared.test.directory)
        else { return nil }
        run.evaluate(request)
        return run
    }

    /// Tries the values beside those that an entry compares, where such targets are wanted.
    private mutating func stepBesides(_ entry: Entry) {
        let places = wanted.compactMap { target -> (site: Int, place: OrderedValue.Place)? in
            if case .place(let site, let place) = target { (site, place) } else { nil }
        }
        guard !places.isEmpty, let orders = run(entry)?.orders else { return }
        for (site, place) in places.sorted(by: { ($0.site, $0.place.rawValue) < ($1.site, $1.place.rawValue) }) {
            guard let order = orders[site] else { continue }
            for table in variation.stepped(entry.table, in: entry.plan, left: order.left, right: order.right, to: place)
            {
                guard left > 0, wanted.contains(.place(site: site, place)) else { break }
                attempt(Entry(table: table, plan: entry.plan))
            }
        }
    }

    // MARK: Writing

    private mutating func written() -> [CoverageGap] {
        var written: Set<ExactName> = []
        return policy.gaps.map { gap in
            var gap = gap
            for target in gap.targets {
                guard let entry = found[target] else { continue }
                let text = text(entry, target, gap)
                // A test that fills several gaps is listed at the first of them.
                let body = String(text.lua.drop { $0 != "{" })
                guard written.insert(ExactName(body)).inserted else { continue }
                gap.tests.append(text.lua)
                names.insert(ExactName(text.name))
            }
            return gap
        }
    }

    /// The test as it is written, and its name.
    private mutating func text(
        _ entry: Entry, _ target: CoverageGap.Target, _ gap: CoverageGap
    ) -> (lua: String, name: String) {
        let name =
            switch target {
            case .reach(let site): "line \(sites[site].position.line) is reached"
            case .come(let site, let holds): "\(source(site)) is \(holds)"
            case .place(let site, let place): "\(source(site)), \(place.words)"
            case .decide(let effectCall): "line \(effectCalls[effectCall].position.line) decides"
            }
        let free = (2...).lazy.map { "\(name) (\($0))" }.first { !names.contains(ExactName($0)) }
        let ownName = names.contains(ExactName(name)) ? free ?? name : name
        var entry = entry
        var decision = decision(entry)
        if case .decide(let effectCall) = target, !isDecisive(effectCalls[effectCall], in: decision) {
            // Alone, every statement of a policy decides.
            entry.table = entry.table.overlaid(by: LuaValue(named: [("only_policy", .boolean(true))]))
            decision = self.decision(entry)
        }
        let expected = LuaValue(named: [("expect", expectation(entry, decision))])
        let table = ordered(entry.table.without("expect").overlaid(by: expected))
        return (RecordedTest.text(named: ownName, table), ownName)
    }

    private func isDecisive(_ effectCall: EffectCall, in decision: Decision?) -> Bool {
        decision?.statementsThatDecide.contains {
            $0.policy == policy.policy && $0.line == effectCall.position.line && $0.effect.rawValue == effectCall.name
        } ?? false
    }

    /// The first line of a site's source.
    private func source(_ number: Int) -> String {
        let bytes = policy.source.joined(separator: "\n").utf8.dropFirst(sites[number].start)
        let own = bytes.prefix(sites[number].end - sites[number].start).prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: own, as: UTF8.self)
    }

    /// The decision of all policies now, or of this one alone when the entry says so.
    private mutating func decision(_ entry: Entry) -> Decision? {
        guard let prepared = try? sets.prepare(entry.table, entry.plan),
            let authorizer = try? Authorizer(policies: prepared.set, treeOptions: .none)
        else { return nil }
        return try? authorizer.decide(prepared.test.question, on: prepared.test.directory)
    }

    private func expectation(_ entry: Entry, _ decision: Decision?) -> LuaValue {
        guard let decision else { return .table([]) }
        let isSilent =
            decision.code == "not_permitted" && decision.advice.isEmpty && decision.failures.isEmpty
            && decision.overruled.isEmpty
        if isSilent, (try? TestTable(entry.table, at: "test").boolean("only_policy")) == true {
            return LuaValue(named: [("silent", .boolean(true))])
        }
        return LuaValue(named: RecordedTest.expectation(decision))
    }

    /// The parts of a test in the order in which tests are read.
    private func ordered(_ table: LuaValue) -> LuaValue {
        guard case .table(let entries) = table else { return table }
        let order = TestCase.keys
        return .table(
            entries.sorted { one, other in
                func place(_ entry: LuaValue.Entry) -> Int {
                    guard let name = entry.key.name else { return order.count }
                    return order.firstIndex(of: name) ?? order.count
                }
                return place(one) < place(other)
            })
    }
}

extension InstrumentedRun {
    /// The targets that the one policy of the set reached.
    fileprivate var targets: Set<CoverageGap.Target> {
        var targets: Set<CoverageGap.Target> = []
        for event in log.events {
            switch event.kind {
            case .reached: targets.insert(.reach(site: event.site))
            case .no, .yes:
                targets.insert(.reach(site: event.site))
                targets.insert(.come(site: event.site, to: event.kind == .yes))
            case .left, .right: break
            }
        }
        for (site, order) in orders {
            if let place = order.left.place(besides: order.right) { targets.insert(.place(site: site, place)) }
        }
        let effectCalls = set.policies.first?.instrumentation?.effectCalls ?? []
        for (number, effectCall) in effectCalls.enumerated() where targets.contains(.reach(site: effectCall.statement))
        {
            targets.insert(.decide(effectCall: number))
        }
        return targets
    }

    /// The values that were compared last, by site.
    fileprivate var orders: [Int: (left: OrderedValue, right: OrderedValue)] {
        var orders: [Int: (left: OrderedValue, right: OrderedValue)] = [:]
        var left: (site: Int, measure: OrderedValue?)?
        for event in log.events {
            if event.kind == .left { left = (event.site, event.measure) }
            guard event.kind == .right, let one = left, one.site == event.site, let measure = one.measure,
                let other = event.measure
            else { continue }
            orders[event.site] = (measure, other)
        }
        return orders
    }
}
