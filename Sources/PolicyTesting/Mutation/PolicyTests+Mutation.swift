internal import Decisions
internal import Engine
package import Model
package import Policies
internal import Syntax

/// Mutation testing: small changes of the policies that some test should notice.
extension PolicyTests {
    /// The mutants to make.
    package struct MutationSelection {
        /// The files to change, by name; `nil` for all policies and libraries.
        package var files: Set<ExactName>?
        /// The lines to change, by file; `nil` for all.
        package var lines: [ExactName: Set<Int>]?
        /// True when a test is searched for each mutant that survives.
        package var suggestsTests = false
        /// Returns true for a set of policies that is known to decide every request as the unchanged set does; asked of mutants
        /// that survive.
        package var isEquivalent: ((PolicySet) -> Bool)?
        /// Called with the end of each mutant, in any order, from any thread.
        package var progress: (@Sendable (MutantVerdict) -> Void)?

        package init() {}
    }

    /// Runs the tests without a mutation and, when all pass, with each mutant those that reach it.
    package func mutated(_ selection: MutationSelection) -> MutationRun {
        var tests = Selection()
        tests.refusesOnly = true
        var run = MutationRun(measured(tests))
        guard run.isReady else { return run }
        let plans = selected(tests, of: self.plans(tests)).filter { $0.result.skipped == nil }
        let units = MutationUnit.units(of: source, selection)
        run.units = units.map(\.name)
        let tested = Set(plans.map { $0.library ?? $0.policy })
        run.untested = run.units.filter { !tested.contains($0) }
        let mutants = units.flatMap { unit in unit.mutants.map { (mutant: $0, sites: unit.sites(around: $0)) } }
        let reach = reach(of: plans)
        let jobs = mutants.map { mutant, sites in
            let reaching = zip(plans, reach).filter { $1.reaches(mutant, sites: sites) }.map(\.0)
            // A policy's own tests are the ones that most likely fail.
            let isOwn = { (plan: TestPlan) in (plan.library ?? plan.policy) == mutant.unit }
            return MutantJob(mutant: mutant, plans: reaching.filter(isOwn) + reaching.filter { !isOwn($0) })
        }
        let verdicts = verdicts(of: jobs, selection.progress)
        run.entries = zip(mutants, verdicts).map { pair, verdict in
            MutationRun.Entry(mutant: pair.mutant, patch: pair.mutant.patch(of: source), verdict: verdict)
        }
        if let isEquivalent = selection.isEquivalent { setApart(isEquivalent, in: &run) }
        if selection.suggestsTests { suggestTests(for: &run, plans) }
        return run
    }

    /// A mutant, and the tests that reach it.
    private struct MutantJob: Sendable {
        let mutant: Mutant
        let plans: [TestPlan]
    }

    private func verdicts(
        of jobs: [MutantJob], _ progress: (@Sendable (MutantVerdict) -> Void)?
    ) -> [MutantVerdict] {
        inTurns(jobs) { [self] job, unchanged in
            let verdict = verdict(of: job, unchanged)
            progress?(verdict)
            return verdict
        }
    }

    private func verdict(of job: MutantJob, _ unchanged: UnchangedTests) -> MutantVerdict {
        var decider = TestDecider(self, mutant: job.mutant, unchanged)
        if let fault = decider.fault { return .invalid(fault) }
        if let kill = decider.firstFailure(of: job.plans) { return .killed(kill) }
        return .survived(MutantSurvival(reaching: job.plans.count))
    }

    /// Finds the survivors that no test could notice.
    private func setApart(_ isEquivalent: (PolicySet) -> Bool, in run: inout MutationRun) {
        for index in run.entries.indices {
            guard case .survived = run.entries[index].verdict else { continue }
            let mutant = run.entries[index].mutant
            guard let set = PolicySet.load(mutant.applied(to: source)).set else { continue }
            if isEquivalent(mutant.removed.map { set.without([$0]) } ?? set) {
                run.entries[index].verdict = .equivalent
            }
        }
    }

    // MARK: Tests that are missing

    /// Adds to the mutants that survived the tests that would notice them, where such tests are found.
    private func suggestTests(for run: inout MutationRun, _ plans: [TestPlan]) {
        guard let set = PolicySet.load(source.withoutTests(only: nil), isInstrumented: true).set else { return }
        let survivors = run.entries.indices.filter { index in
            if case .survived = run.entries[index].verdict { true } else { false }
        }
        let entries = run.entries
        // A library is tested by a policy that uses it.
        let groups = Dictionary(grouping: survivors) { index -> ExactName? in
            let unit = entries[index].mutant.unit
            return entries[index].mutant.isLibrary
                ? set.policies.first { $0.libraries.contains(unit) }?.id : unit
        }
        let jobs = groups.compactMap { id, indices in
            set.policies.first { $0.id == id }.map { (policy: $0, indices: indices) }
        }.sorted { $0.policy.id < $1.policy.id }
        let found = inTurns(jobs) { [self] job, unchanged in
            let file = source.files.first { $0.name == "\(job.policy.id).lua" }
            var search = KillingTestSearch(
                job.indices.map { entries[$0].mutant }, of: job.policy, source: file?.bytes ?? [], schema: set.schema,
                self, plans: plans, searches: jobs.count, unchanged)
            return search.tests()
        }
        for (job, tests) in zip(jobs, found) {
            for (number, index) in job.indices.enumerated() {
                guard let test = tests[number], case .survived(var survival) = run.entries[index].verdict else {
                    continue
                }
                survival.test = test
                run.entries[index].verdict = .survived(survival)
            }
        }
    }

    // MARK: Reach

    /// The code that each test reaches.
    private func reach(of plans: [TestPlan]) -> [TestReach] {
        Self.sideBySide(plans, fewest: 20) { [self] part in
            var sets = TestSets(source, policies: policies)
            var authorizers: [ExactName: Authorizer] = [:]
            return part.map { plan in
                if plan.library != nil { return reach(ofLibraryTest: plan) }
                // A test whose reach is not known is run with every mutant.
                guard let table = plan.table, let prepared = try? sets.prepare(table, plan),
                    let run = sets.instrumented(prepared.key),
                    let authorizer = try? authorizers[prepared.key]
                        ?? Authorizer(policies: prepared.set, treeOptions: .none)
                else { return TestReach.unknown(of: self) }
                authorizers[prepared.key] = authorizer
                let test = prepared.test
                guard let traced = try? authorizer.examine(test.question, on: test.directory),
                    let request = try? authorizer.prepared(test.question, on: test.directory)
                else {
                    // No policy runs: the request is refused before.
                    var none = TestReach()
                    none.policies = Set(prepared.set.policies.map(\.id))
                    return none
                }
                run.evaluate(request, beside: traced.outcomes)
                return run.reach(plain: traced.outcomes)
            }
        }.flatMap(\.self)
    }

    private func reach(ofLibraryTest plan: TestPlan) -> TestReach {
        var runner = PluginTestRunner(librarySubject, measuresCoverage: true)
        let library = plan.library!
        _ = runner.run(plan, of: library.libraryVariable, used: library)
        var reach = TestReach()
        // Every library is loaded with a test of one; what runs of it is covered.
        for name in source.files.map(\.name).filter(\.isLibraryFile).map(\.libraryName) {
            let covered = runner.coverage.policies[name]?.targets ?? []
            let sites = covered.compactMap { target in if case .reach(let site) = target { site } else { nil } }
            reach.parts[name] = runner.isOutOfBudget || runner.hasFailed ? .unknown : .sites(Set(sites))
        }
        return reach
    }
}

extension TestReach {
    /// The reach of a test of which nothing is known.
    fileprivate static func unknown(of tests: PolicyTests) -> TestReach {
        var reach = TestReach()
        reach.policies = Set(tests.policies)
        for name in tests.source.files.map(\.name).filter(\.isLibraryFile) { reach.parts[name.libraryName] = .unknown }
        for policy in tests.policies { reach.parts[policy] = .unknown }
        return reach
    }
}
