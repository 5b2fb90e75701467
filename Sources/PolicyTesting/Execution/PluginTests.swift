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
    private let schema: PolicyFile
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
    ///   - policies: the policies whose schema the tests use.
    ///   - organisations: the organisations that a test's `directory` may name.
    package init(
        _ source: PluginSource, _ plugins: LoadedPlugins, policies: PolicySource,
        organisations: [ExactName: Organisation], examples: @escaping Examples
    ) throws(PolicyError) {
        self.source = source
        self.plugins = plugins
        checkExamples = examples
        schema =
            policies.files.first { $0.name == PolicyFile.schema }
            ?? PolicyFile(name: PolicyFile.schema, bytes: Array(Self.usualSchema.utf8))
        var given: [ExactName: TestOrganisation] = [:]
        for (name, organisation) in organisations where name != "store" {
            do throws(TestFault) { given[name] = try TestOrganisation(organisation) } catch {
                throw PolicyError(.unreadable, "the directory `\(name)`: \(error.message)")
            }
        }
        self.given = given
    }

    /// The schema of tests when no policies have one.
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

    /// The tests of plugins, in the order of the plugins' and the files' names.
    /// - Parameter plugin: the one whose tests are run; `nil` for all.
    package func run(_ selection: PolicyTests.Selection, of plugin: ExactName? = nil) -> [TestResult] {
        var results: [TestResult] = []
        let all = source.folders.filter { plugin == nil || $0.name == plugin }.map { ($0, plans($0, selection)) }
        let hasOnly = all.contains { $0.1.contains(where: \.isOnly) }
        for (folder, plans) in all {
            var runner = PluginTestRunner(schema, plugins, plugin: folder.name)
            func note(_ result: TestResult) -> Bool {
                results.append(result)
                selection.progress?(result)
                return !(selection.stopsAtFailure && result.failure != nil)
            }
            for plan in plans where !hasOnly || plan.isOnly || selection.refusesOnly {
                guard note(runner.run(plan)) else { return results }
            }
            for result in examples(folder, selection) where !hasOnly || selection.refusesOnly {
                guard note(result) else { return results }
            }
        }
        return results
    }

    /// The results of examples. They are in no test file, so a selection of files excludes them.
    private func examples(_ folder: PluginSource.Folder, _ selection: PolicyTests.Selection) -> [TestResult] {
        guard selection.files == nil else { return [] }
        let path = "\(source.path)/\(folder.name)/plugin.lua"
        return checkExamples(plugins, schema.bytes, folder.name, path).filter { result in
            selection.filter.map { result.name.contains($0) || result.file.contains($0) } ?? true
        }
    }

    private func plans(_ folder: PluginSource.Folder, _ selection: PolicyTests.Selection) -> [TestPlan] {
        let files = folder.files.filter { $0.name.isTestFile }
        let names = files.map(\.name.testedID)
        let path = "\(source.path)/\(folder.name)"
        let planner = TestPlanner(
            PolicySource(path: path, files: files), policies: names, given: given)
        var plans = files.filter { selection.files?.contains($0.name) ?? true }.flatMap(planner.plans)
        if let filter = selection.filter {
            plans.removeAll { !$0.result.name.contains(filter) && !$0.result.file.contains(filter) }
        }
        for index in plans.indices {
            if let fault = plugins.set.broken[folder.name]?.first {
                plans[index].result.failure = TestFailure("\(fault); so the plugin does not load")
            } else if selection.refusesOnly, plans[index].isOnly {
                plans[index].result.failure = TestFailure("`only` keeps every other test from running; remove it")
            }
        }
        return plans
    }
}
