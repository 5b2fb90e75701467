internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// Searches for tests that notice the mutants which every test passes with.
///
/// It decides requests by the policies as they are and by each mutant: those of the tests, then these with one thing
/// changed, first what the changed code is about, then anything. A request that reaches code which none reached before
/// is changed further. A test is written once two decisions differ, and is proposed when it passes and the mutant fails
/// it. The same files give the same tests.
struct KillingTestSearch {
    private let policy: Policy
    /// A test of the policy's file, with the directories and the fixtures that are there.
    private let plan: TestPlan
    private let words: ConditionWords.Reader
    private let variation: TestVariation
    /// The code that changes, by mutant, as the coverage site around it; `nil` for code of another file.
    private let sites: [Int?]
    private let mutants: [Mutant]
    /// The bytes of the source.
    private let whole: Range<Int>

    private var original: TestDecider
    private var changed: [TestDecider]
    private var trials: TestTrials
    /// The mutants without a test so far.
    private var open: [Int]
    private var found: [Int: MutantSurvival.Test] = [:]

    private var corpus: [Entry] = []
    private var seen: Set<CoverageGap.Target> = []
    /// The requests that were decided.
    private var tried: Set<ExactName> = []
    private var names: Set<ExactName>
    private var budget: Int

    private struct Entry {
        let table: LuaValue
        let targets: Set<CoverageGap.Target>
        let orders: [Int: TestTrials.Order]
        /// The changes to make; `nil` until they are asked for.
        var changes: [TestVariation.Change]?
    }

    /// The greatest number of tests to start from: those of the policy, and others of one decision kind.
    private static let mostTests = (own: 40, ofKind: 3)
    /// The greatest number of requests of one search, and for each mutant more; and of all searches.
    private static let most = (one: 2_000, each: 200, all: 24_000)
    /// For one mutant, the entries to change, and the changes of each.
    private static let mostDirected = (entries: 6, changes: 24)
    /// The greatest number of requests in a row that lead nowhere new.
    private static let mostIdle = 400

    /// - Parameters:
    ///   - policy: loaded with instrumentation.
    ///   - source: of the policy.
    ///   - plans: all tests that run.
    ///   - searches: the number of searches of the whole run.
    init(
        _ mutants: [Mutant], of policy: Policy, source: [UInt8], schema: Schema, _ tests: PolicyTests,
        plans: [TestPlan], searches: Int, _ unchanged: UnchangedTests
    ) {
        self.mutants = mutants
        self.policy = policy
        whole = source.indices
        let words = ConditionWords.Reader(source)
        self.words = words
        variation = TestVariation(policy, schema: schema, words: words)
        sites = mutants.map { mutant in
            mutant.unit == policy.id
                ? policy.instrumentation?.sites(around: mutant.mutation, statementsOnly: false).first : nil
        }
        original = TestDecider(tests, unchanged)
        changed = mutants.map { TestDecider(tests, mutant: $0, unchanged) }
        trials = TestTrials(TestSets(tests.source, policies: tests.policies))
        open = Array(mutants.indices)
        budget = min(Self.most.one + Self.most.each * mutants.count, Self.most.all / max(1, searches))
        let own = plans.filter { $0.policy == policy.id }
        names = Set(own.map { ExactName($0.result.name) })
        var blank = TestPlan(result: TestResult(file: PolicyFile.tests(of: policy.id).text, line: nil, name: ""))
        blank.policy = policy.id
        blank.directories = own.first?.directories ?? tests.planner.directories
        blank.fixtures = own.first?.fixtures ?? tests.planner.fixtures
        plan = blank
        collect(own, among: plans)
    }

    /// The tests that were found, by the number of the mutant.
    mutating func tests() -> [Int: MutantSurvival.Test] {
        for entry in corpus.indices { decide(corpus[entry].table) }
        searchDirectly()
        searchAtRandom()
        return found
    }

    // MARK: Requests

    /// Starts from the tests of the policy, and from some of others, of each decision kind.
    private mutating func collect(_ own: [TestPlan], among plans: [TestPlan]) {
        var counts: [ExactName: Int] = [:]
        let others = plans.filter { plan in
            guard plan.library == nil, plan.policy != policy.id, let table = plan.table else { return false }
            let kind = (try? TestTable(table, at: "test"))?["point"]?.name ?? "access"
            counts[kind, default: 0] += 1
            return counts[kind]! <= Self.mostTests.ofKind
        }
        for table in (own.prefix(Self.mostTests.own) + others).compactMap(\.table) {
            let request = table.without("skip").without("only")
            // Settings of other policies do not matter: the policy runs alone.
            if request.hasSettings { explore(request, isTest: true) }
            explore(request.without("settings"), isTest: true)
        }
    }

    /// Keeps a request when it reaches something new, or is that of a test.
    /// - Returns: true when it reaches something new.
    @discardableResult private mutating func explore(_ table: LuaValue, isTest: Bool = false) -> Bool {
        guard let (targets, orders) = trials.explore(table, plan) else { return false }
        var isNew = false
        for target in targets where seen.insert(target).inserted { isNew = true }
        if isNew || isTest { corpus.append(Entry(table: table, targets: targets, orders: orders)) }
        return isNew
    }

    private mutating func searchDirectly() {
        var done: Set<[Int]> = []
        var isNew = true
        while isNew {
            isNew = false
            for mutant in open {
                let mutation = mutants[mutant].mutation
                // Code outside of functions concerns the whole policy.
                let site = sites[mutant]
                let words = words.words(in: site == nil ? whole : mutation.scope)
                let reaching = corpus.indices.filter { entry in
                    site.map { corpus[entry].targets.contains(.reach(site: $0)) } ?? true
                }
                for entry in (site == nil ? reaching : reaching.suffix(Self.mostDirected.entries)).reversed()
                where done.insert([mutant, entry]).inserted {
                    for table in changes(of: entry, for: mutant, words) {
                        guard budget > 0, open.contains(mutant) else { break }
                        if attempt(table) { isNew = true }
                    }
                }
            }
        }
    }

    /// The requests that differ from one in what the code of a mutant is about.
    private mutating func changes(of entry: Int, for mutant: Int, _ words: ConditionWords) -> [LuaValue] {
        let own = corpus[entry]
        var tables: [LuaValue] = []
        if let site = sites[mutant], let order = own.orders[site], let base = base(of: own) {
            for place in OrderedValue.Place.allCases {
                tables += variation.stepped(
                    own.table, in: base, left: order.left, right: order.right, to: place)
            }
        }
        let changes = changes(of: entry)
        return tables
            + TestVariation.relevant(changes, to: words).prefix(Self.mostDirected.changes).map {
                TestVariation.applying($0, to: own.table)
            }
    }

    private mutating func searchAtRandom() {
        var random = SeededGenerator(seed: 11)
        var idle = 0
        while budget > 0, idle < Self.mostIdle, !open.isEmpty, !corpus.isEmpty {
            budget -= 1
            idle += 1
            let entry = Int.random(in: corpus.indices, using: &random)
            guard let change = changes(of: entry).randomElement(using: &random) else { return }
            if attempt(TestVariation.applying(change, to: corpus[entry].table)) { idle = 0 }
        }
    }

    private mutating func changes(of entry: Int) -> [TestVariation.Change] {
        if let known = corpus[entry].changes { return known }
        let own = corpus[entry]
        let changes = base(of: own).map { variation.changes(of: own.table, in: $0) } ?? []
        corpus[entry].changes = changes
        return changes
    }

    private func base(of entry: Entry) -> TestOrganisation? {
        (try? TestTable(entry.table, at: "test")).flatMap { try? trials.base(of: $0, plan) }
    }

    /// - Returns: true when the request led somewhere new.
    private mutating func attempt(_ table: LuaValue) -> Bool {
        budget -= 1
        let count = open.count
        decide(table)
        return explore(table) || open.count < count
    }

    // MARK: Decisions

    /// Decides a request by the policy alone, and by the same with each mutant that is left.
    private mutating func decide(_ table: LuaValue) {
        let alone = table.overlaid(by: LuaValue(named: [("only_policy", .boolean(true))]))
        guard tried.insert(ExactName(LuaWriter.text(alone.request))).inserted,
            let own = try? original.decide(alone, plan).0, own.failures.isEmpty
        else { return }
        for mutant in open where found[mutant] == nil {
            guard let other = try? changed[mutant].decide(alone, plan).0, !own.isAlike(other) else { continue }
            guard let (test, written) = test(table, mutant) else { continue }
            found[mutant] = test
            open.removeAll { $0 == mutant }
            for other in open where fails(written, other) {
                found[other] = test
                open.removeAll { $0 == other }
            }
        }
    }

    /// A request as a test that passes, and that fails with a mutant: with all policies, or else with this one alone.
    private mutating func test(_ table: LuaValue, _ mutant: Int) -> (test: MutantSurvival.Test, table: LuaValue)? {
        let alone = table.overlaid(by: LuaValue(named: [("only_policy", .boolean(true))]))
        for table in table.hasSettings ? [alone] : [table.without("only_policy"), alone] {
            guard let own = try? original.decide(table, plan).0, own.failures.isEmpty else { continue }
            for expected in RecordedTest.expectations(own, about: policy.id) {
                let name = freeName(mutants[mutant].mutation)
                let whole = table.without("expect").overlaid(by: LuaValue(named: [("expect", expected)]))
                let text = RecordedTest.text(named: name, whole.inTestOrder)
                guard let read = try? TestFile(Array(text.utf8), name: plan.result.file).tests.first,
                    let written = try? plan.fixtures.expanded(read.table),
                    let (decision, expectation) = try? original.decide(written, plan),
                    expectation.difference(from: decision) == nil, fails(written, mutant)
                else { continue }
                names.insert(ExactName(name))
                return (MutantSurvival.Test(file: PolicyFile.tests(of: policy.id), name: name, text: text), written)
            }
        }
        return nil
    }

    private mutating func fails(_ table: LuaValue, _ mutant: Int) -> Bool {
        do throws(TestFault) {
            let (decision, expectation) = try changed[mutant].decide(table, plan)
            return expectation.difference(from: decision) != nil
        } catch { return false }
    }

    /// A name that no test of the policy has.
    private func freeName(_ mutation: Mutation) -> String {
        let words = mutation.words.replacing("`", with: "").replacing("\"", with: "'")
        let start = words.hasPrefix("with") ? "not" : "not with"
        let name = "line \(mutation.position.line): \(start) \(words)"
        guard names.contains(ExactName(name)) else { return name }
        return (2...).lazy.map { "\(name) (\($0))" }.first { !names.contains(ExactName($0)) } ?? name
    }
}

extension Decision {
    /// True when two decisions are the same in all that a test can expect, but for the words of reasons.
    fileprivate func isAlike(_ other: Decision) -> Bool {
        func parts(_ statements: [Model.PolicyStatement]) -> [String] {
            statements.map { "\($0.policy) \($0.effect) \($0.code?.text ?? "") \(JSON.object($0.details).compact)" }
        }
        return isPermitted == other.isPermitted && code == other.code && policyCode == other.policyCode
            && failures.count == other.failures.count && parts(reasons) == parts(other.reasons)
            && parts(advice) == parts(other.advice) && parts(obligations) == parts(other.obligations)
            && obligations.map(\.text) == other.obligations.map(\.text)
    }
}
