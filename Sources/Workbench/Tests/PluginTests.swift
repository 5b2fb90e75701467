internal import Decisions
internal import Lua
package import Model
package import Plugins
package import Policies

/// Runs the tests that lie in the folders of plugins, every file `X_test.lua`.
///
/// A test says what it asks, a Lua expression as policies write it, and what that comes to. It is asked by a policy of its
/// own, and by that policy's tree.
package struct PluginTests {
    private let source: PluginSource
    private let set: PluginSet
    private let schema: [PolicySource.File]
    private let grounds: [String: TestGround]

    /// - Parameters:
    ///   - policies: whose schema the tests speak of.
    ///   - organisations: what a test's `directory` may name.
    package init(
        _ source: PluginSource, _ set: PluginSet, policies: PolicySource, organisations: [String: Organisation]
    ) throws(PolicyError) {
        self.source = source
        self.set = set
        schema = policies.files.filter { $0.name == "schema.lua" }
        var grounds: [String: TestGround] = [:]
        for (name, organisation) in organisations where name != "store" {
            do throws(TestFault) { grounds[name] = try TestGround(organisation) } catch {
                throw PolicyError(.unreadable, "the directory `\(name)`: \(error.message)")
            }
        }
        self.grounds = grounds
    }

    /// The tests of plugins, in the order of the plugins' and the files' names.
    /// - Parameter plugin: the one whose tests are run; `nil` for all.
    package func run(_ selection: PolicyTests.Selection, of plugin: String? = nil) -> [TestResult] {
        var results: [TestResult] = []
        let all = source.folders.filter { plugin == nil || $0.name == plugin }.map { ($0, plans($0, selection)) }
        let hasOnly = all.contains { $0.1.contains(where: \.isOnly) }
        for (folder, plans) in all {
            var asker = PluginAsker(schema, set, plugin: folder.name)
            for plan in plans where !hasOnly || plan.isOnly || selection.refusesOnly {
                let result = asker.run(plan)
                results.append(result)
                selection.progress?(result)
                if selection.stopsAtFailure, result.failure != nil { return results }
            }
        }
        return results
    }

    private func plans(_ folder: PluginSource.Folder, _ selection: PolicyTests.Selection) -> [TestPlan] {
        let files = folder.files.filter { $0.name.hasSuffix(TestFile.suffix) }
        let names = files.map { String($0.name.dropLast(TestFile.suffix.count)) }
        let path = "\(source.path)/\(folder.name)"
        let planner = TestPlanner(
            PolicySource(path: path, files: files), policies: names, given: grounds)
        var plans = files.filter { selection.files?.contains($0.name) ?? true }.flatMap(planner.plans)
        if let filter = selection.filter {
            plans.removeAll { !$0.result.name.contains(filter) && !$0.result.file.contains(filter) }
        }
        for index in plans.indices {
            if let fault = set.broken[folder.name]?.first {
                plans[index].result.failure = TestFailure("the plugin does not load: \(fault)")
            } else if selection.refusesOnly, plans[index].isOnly {
                plans[index].result.failure = TestFailure("`only` keeps every other test from being run; take it out")
            }
        }
        return plans
    }
}

/// Asks what the tests of one plugin ask.
private struct PluginAsker {
    private static let keys =
        TestCase.keys.filter { !["point", "actor", "proposed", "settings", "only_policy", "expect"].contains($0) }
        + ["ask", "gives", "fails"]
    private static let policy = "asked"

    private let schema: [PolicySource.File]
    private let set: PluginSet
    private let plugin: String
    /// By what is asked, and whether a token asks.
    private var points: [String: Points] = [:]

    private struct Points {
        let schema: Schema
        let running: DecisionPoint
        let trees: DecisionPoint
    }

    init(_ schema: [PolicySource.File], _ set: PluginSet, plugin: String) {
        self.schema =
            schema.isEmpty ? [PolicySource.File(name: "schema.lua", bytes: Array(Self.usualSchema.utf8))] : schema
        self.set = set
        self.plugin = plugin
    }

    /// What tests speak of where no policies have a schema.
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

    mutating func run(_ plan: TestPlan) -> TestResult {
        var result = plan.result
        guard let table = plan.table, result.skipped == nil, result.failure == nil else { return result }
        do throws(TestFault) {
            result.failure = try failure(of: try TestTable(table, at: "test"), plan)
        } catch { result.failure = TestFailure(error.message) }
        return result
    }

    private mutating func failure(of table: TestTable, _ plan: TestPlan) throws(TestFault) -> TestFailure? {
        try table.refuseOthers(than: Self.keys)
        guard let asked = try table.string("ask") else { throw TestFault("the test says nothing to `ask`") }
        let fails = try table.string("fails")
        guard (fails == nil) != (table["gives"] == nil) else {
            throw TestFault("the test says what it comes to, `gives = …`, or how it `fails`")
        }
        let points = try points(asked, byToken: table["subject"] == nil)
        let ground = try plan.directories.ground(of: table)
        let test = try TestCase(
            try TestTable(filled(table, points.schema, ground), at: "test"), policy: Self.policy,
            policies: [Self.policy], schema: points.schema, ground: ground)
        let decision = try decide(test, points)
        let happened = decision.failures.first.map { "the failure `\($0.message)`" } ?? decision.answer.map(\.compact)
        guard let happened else { throw TestFault("nothing was asked: \(decision.code)") }
        if let fails {
            if decision.failures.contains(where: { $0.message.contains(fails) }) { return nil }
            return TestFailure(expected: "a failure with `\(fails)`", happened: happened)
        }
        let expected = try table["gives"]!.json(at: "gives")
        if decision.answer == expected { return nil }
        return TestFailure(expected: expected.compact, happened: happened)
    }

    private func decide(_ test: TestCase, _ points: Points) throws(TestFault) -> Decision {
        do {
            let decision = try points.running.decide(test.question, on: test.directory)
            // Once to learn, once by the tree alone.
            for _ in 0..<2 {
                let again = try points.trees.decide(test.question, on: test.directory)
                guard again.advice == decision.advice, again.failures == decision.failures else {
                    throw TestFault("a tree says something else than the plugin; please report this")
                }
            }
            return decision
        } catch let error as TestFault {
            throw error
        } catch let error as RequestError {
            throw TestFault("the request is not valid: \(error.message)")
        } catch { throw TestFault("\(error)") }
    }

    /// What decides for one question.
    private mutating func points(_ asked: String, byToken: Bool) throws(TestFault) -> Points {
        let key = "\(byToken) \(asked)"
        if let known = points[key] { return known }
        // On one line, so that nothing of the question can stand outside of it.
        let text = """
            local \(plugin) = use "\(plugin)"
            local policy = { on = "access", subject = "\(byToken ? "token" : "any")" }
            function policy.decide(request)
              local value = \(asked.split(separator: "\n").joined(separator: " "))
              advise("asked", { value = value })
            end
            return policy
            """
        let file = PolicySource.File(name: "\(Self.policy).lua", bytes: Array(text.utf8))
        let loaded = PolicySet.load(PolicySource(path: "test", files: schema + [file], plugins: set))
        guard let set = loaded.set else {
            let first = loaded.diagnostics.first { $0.severity == .error }
            throw TestFault("`ask`: \(first?.message ?? "it does not load")")
        }
        do throws(PolicyError) {
            let made = Points(
                schema: set.schema,
                running: try DecisionPoint(policies: set, directory: .empty, learning: .none),
                trees: try DecisionPoint(policies: set, directory: .empty))
            points[key] = made
            return made
        } catch { throw TestFault(error.message) }
    }

    /// The test with what it leaves out: a test of a plugin need not say who asks, and about what.
    private func filled(_ table: TestTable, _ schema: Schema, _ ground: TestGround) throws(TestFault) -> LuaValue {
        func entry(_ name: String, _ value: LuaValue) -> LuaValue.Entry { .init(key: .string(name), value: value) }
        var entries = table.names.filter { !["ask", "gives", "fails"].contains($0) }.map { entry($0, table[$0]!) }
        entries.append(entry("expect", .table([entry("code", .string("not_permitted"))])))
        if table["token"] == nil, table["subject"] == nil {
            let tenants = ground.organisation.tenants
            let id = try table.string("tenant")
            guard let tenant = id.map({ id in tenants.first { $0.id == id } }) ?? tenants.first,
                let department = tenant.departments.first, let type = tenant.userTypes.first
            else { throw TestFault("the directory has nobody who could ask") }
            let token = [entry("department", .string(department.id)), entry("user_type", .string(type.id))]
            entries.append(entry("token", .table(token)))
        }
        if table["action"] == nil { entries.append(entry("action", .string(schema.actionNames.first ?? ""))) }
        if table["resource"] == nil {
            entries.append(entry("resource", .table([entry("type", .string(schema.resources.first?.name ?? ""))])))
        }
        return .table(entries)
    }
}

extension Decision {
    /// What the asked expression came to.
    fileprivate var answer: JSON? { advice.first?.details.first?.value }
}
