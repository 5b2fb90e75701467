package import Model
package import Plugins
package import Policies

/// Runs the tests in the folders of plugins, every file `X_test.lua`, and checks the examples of checks.
///
/// A test has a Lua expression to `ask`, as policies write it, and its expected value. A policy made for it evaluates
/// the expression, and that policy's tree does so too. Or a test has statements of a policy, `says`, and the part of
/// the decision that a sink keeps.
package struct PluginTests {
    private let source: PluginSource
    private let plugins: LoadedPlugins
    private let given: [ExactName: TestOrganisation]
    private let checkExamples: Examples

    /// Checks the examples of one plugin's checks. It is passed in, because the rules are in `Linting`.
    /// - Parameters:
    ///   - schema: the source of the schema that the examples are checked with.
    ///   - path: the plugin's file, as results name it.
    package typealias Examples = (
        _ plugins: LoadedPlugins, _ schema: [UInt8], _ plugin: ExactName, _ path: String
    ) -> [TestResult]

    /// - Parameters:
    ///   - examples: checks the examples of a plugin.
    ///   - organisations: the organisations that a test's `directory` may name.
    package init(
        _ source: PluginSource, _ plugins: LoadedPlugins,
        organisations: [ExactName: Organisation], examples: @escaping Examples
    ) throws(PolicyError) {
        self.source = source
        self.plugins = plugins
        checkExamples = examples
        var given: [ExactName: TestOrganisation] = [:]
        for (name, organisation) in organisations where name != "store" {
            do throws(TestFault) { given[name] = try TestOrganisation(organisation) } catch {
                throw PolicyError(.unreadable, "the directory `\(name)`: \(error.message)")
            }
        }
        self.given = given
    }

    /// The schema of the tests of a plugin that brings none: its file `test_schema.lua`.
    private static let usualSchema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.create"] = "write", ["orders.approve"] = "write" },
          resources = {
            order = { department = optional "department", owner = optional "user", amount = optional "number" },
          },
          context = { ip = optional "ip", mfa = optional "boolean" },
          subjects = { user = {} },
        }
        """

    /// The results of the plugins' tests, in the order of the plugins' and the files' names. The tests of a plugin that
    /// does not load, or whose schema does not, do not run.
    /// - Parameter plugin: the one whose tests are run; `nil` for all.
    package func run(_ selection: PolicyTests.Selection, of plugin: ExactName? = nil) -> PolicyTests.Run {
        var whole = PolicyTests.Run()
        var all: [Part] = []
        for folder in source.folders where plugin == nil || folder.name == plugin {
            let (plans, filtered) = plans(folder, selection)
            whole.leftOut += filtered
            let faults = plugins.set.broken[folder.name]
            let part = Part(folder: folder, plugins: faults == nil ? alone(folder.name) : plugins, plans: plans)
            if let faults = faults ?? schemaFaults(part) {
                // Who asks for some tests is told of those plugins whose tests these are.
                guard selection.filter == nil || !plans.isEmpty else { continue }
                whole.faults += faults.filter { !whole.faults.contains($0) }
            } else {
                all.append(part)
            }
        }
        let count = all.reduce(0) { $0 + $1.plans.count }
        let results = results(of: all, selection)
        whole.leftOut += count - results.count { $0.isPlanned }
        whole.results = results.map(\.result)
        return whole
    }

    /// The tests of one plugin, with the plugins that they need.
    private struct Part {
        let folder: PluginSource.Folder
        let plugins: LoadedPlugins
        let plans: [TestPlan]

        /// The schema of the tests: the plugin's own, so that they pass beside policies of any schema.
        var schema: PolicyFile {
            let own = folder.file(PolicyFile.testSchema)?.bytes
            return PolicyFile(name: PolicyFile.schema, bytes: own ?? Array(usualSchema.utf8))
        }
    }

    /// A plugin with those that it requires: what others add to the schema must not matter to its tests.
    private func alone(_ name: ExactName) -> LoadedPlugins {
        var names: Set<ExactName> = []
        var rest = [name]
        while let next = rest.popLast() {
            guard names.insert(next).inserted, let number = plugins.set.number(of: next) else { continue }
            rest += plugins.set.plugins[number].requires
        }
        let folders = source.folders.filter { names.contains($0.name) }
        return PluginLoader.load(PluginSource(path: source.path, folders: folders))
    }

    /// The faults of the schema of a plugin's tests, together with what the plugin adds to it; `nil` for none.
    private func schemaFaults(_ part: Part) -> [Diagnostic]? {
        let path = "\(source.path)/\(part.folder.name)"
        let loaded = PolicySet.load(PolicySource(path: path, files: [part.schema], plugins: part.plugins.set))
        let faults = loaded.diagnostics.filter { $0.severity == .error && $0.rule != "missing-file" }.map {
            fault -> Diagnostic in
            guard fault.path == "\(path)/\(PolicyFile.schema)" else { return fault }
            var own = fault
            own.place.path = "\(path)/\(PolicyFile.testSchema)"
            return own
        }
        return faults.isEmpty ? nil : faults
    }

    /// - Returns: each result, and false for that of an example, which is in no test file.
    private func results(
        of all: [Part], _ selection: PolicyTests.Selection
    ) -> [(result: TestResult, isPlanned: Bool)] {
        var results: [(result: TestResult, isPlanned: Bool)] = []
        let hasOnly = all.contains { $0.plans.contains(where: \.isOnly) }
        for part in all {
            let (folder, plans) = (part.folder, part.plans)
            var runner = PluginTestRunner(
                .init(files: [part.schema], plugins: part.plugins.set, sinks: (folder.name, part.plugins)))
            func note(_ result: TestResult, isPlanned: Bool) -> Bool {
                results.append((result, isPlanned))
                selection.progress?(result)
                return !(selection.stopsAtFailure && result.failure != nil)
            }
            for plan in plans where !hasOnly || plan.isOnly || selection.refusesOnly {
                guard note(runner.run(plan, of: folder.name, used: folder.name), isPlanned: true) else {
                    return results
                }
            }
            for result in examples(part, selection) where !hasOnly || selection.refusesOnly {
                guard note(result, isPlanned: false) else { return results }
            }
        }
        return results
    }

    /// The results of examples. They are in no test file, so a selection of files excludes them.
    private func examples(_ part: Part, _ selection: PolicyTests.Selection) -> [TestResult] {
        guard selection.files == nil else { return [] }
        let path = "\(source.path)/\(part.folder.name)/plugin.lua"
        return checkExamples(part.plugins, part.schema.bytes, part.folder.name, path).filter { result in
            selection.filter.map { result.name.contains($0) || result.file.contains($0) } ?? true
        }
    }

    /// The tests of a plugin, and the number of those that a filter leaves out.
    private func plans(
        _ folder: PluginSource.Folder, _ selection: PolicyTests.Selection
    ) -> (plans: [TestPlan], leftOut: Int) {
        let files = folder.files.filter { $0.name.isTestFile }
        let names = files.map(\.name.testedID)
        let path = "\(source.path)/\(folder.name)"
        let planner = TestPlanner(
            PolicySource(path: path, files: files), policies: names, given: given)
        var plans = files.filter { selection.files?.contains($0.name) ?? true }.flatMap(planner.plans)
        let all = plans.count
        if let filter = selection.filter {
            plans.removeAll { !$0.result.name.contains(filter) && !$0.result.file.contains(filter) }
        }
        if selection.refusesOnly {
            for index in plans.indices where plans[index].isOnly {
                plans[index].result.failure = TestFailure("`only` keeps every other test from running; remove it")
            }
        }
        return (plans, all - plans.count)
    }
}
