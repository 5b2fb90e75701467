internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Plugins
internal import Policies

/// Runs tests with expressions: those of one plugin, or of the libraries of a folder.
struct PluginTestRunner {
    private static let keys: [ExactName] =
        TestCase.keys.filter {
            !(["point", "actor", "proposed", "settings", "only_policy", "expect"] as [ExactName]).contains($0)
        }
        + own
    /// The keys of a plugin's test that a policy's test does not have.
    private static let own: [ExactName] = ["ask", "gives", "fails", "says", "sink", "keeps"]
    private static let policy: ExactName = "asked"

    /// The code that the expressions are about, and everything that it needs.
    struct Subject {
        /// The schema, and the libraries.
        let files: [PolicyFile]
        let plugins: PluginSet
        /// The plugin of a test, with its sinks; `nil` for a library.
        var sinks: (plugin: ExactName, plugins: LoadedPlugins)?
    }

    private let subject: Subject
    /// The declaration before an expression: `local cidr = use "cidr"`.
    private var binding = ""
    private let cache = TestDirectoryCache()
    private let measuresCoverage: Bool
    /// True when a policy failed in the last decision, and when it spent its budget.
    private(set) var (hasFailed, isOutOfBudget) = (false, false)
    /// By the body of the policy, and whether the subject is a token.
    private var authorizers: [ExactName: TestAuthorizers] = [:]

    private struct TestAuthorizers {
        let schema: Schema
        let running: Authorizer
        let trees: Authorizer
        /// The same policy with instrumentation; `nil` when no coverage is measured.
        let instrumented: InstrumentedRun?
    }

    /// - Parameter measuresCoverage: true when the coverage of libraries is measured.
    init(_ subject: Subject, measuresCoverage: Bool = false) {
        self.subject = subject
        self.measuresCoverage = measuresCoverage
    }

    /// The coverage of the libraries so far.
    var coverage: CoverageTally {
        var tally = CoverageTally()
        for key in authorizers.keys.sorted() { if let run = authorizers[key]?.instrumented { tally.merge(run.tally) } }
        return tally.withoutPolicies
    }

    /// - Parameters:
    ///   - name: the name of the tested plugin or library in expressions: `names`.
    ///   - used: its name in `use`: `lib.names`.
    mutating func run(_ plan: TestPlan, of name: ExactName, used: ExactName) -> TestResult {
        binding = "local \(name) = use \"\(used)\""
        let start = SteadyClock.nanoseconds()
        (hasFailed, isOutOfBudget) = (false, false)
        var result = result(of: plan)
        result.nanoseconds = SteadyClock.nanoseconds() - start
        return result
    }

    private mutating func result(of plan: TestPlan) -> TestResult {
        var result = plan.result
        guard let table = plan.table, result.skipped == nil, result.failure == nil else { return result }
        do throws(TestFault) {
            result.failure = try failure(of: try TestTable(table, at: "test"), plan)
        } catch { result.failure = TestFailure(error.message) }
        return result
    }

    private mutating func failure(of table: TestTable, _ plan: TestPlan) throws(TestFault) -> TestFailure? {
        try table.refuseOthers(
            than: Self.keys.filter { subject.sinks != nil || !(["says", "sink", "keeps"] as [ExactName]).contains($0) })
        if let says = try table.string("says") { return try kept(says, of: table, plan) }
        for key in ["sink", "keeps"] as [ExactName] where table[key] != nil {
            throw TestFault("`\(key)` belongs to a test of a sink, which has `says`")
        }
        guard let asked = try table.string("ask") else {
            throw TestFault(subject.sinks == nil ? "the test has no `ask`" : "the test has neither `ask` nor `says`")
        }
        let fails = try table.string("fails")
        guard (fails == nil) != (table["gives"] == nil) else {
            throw TestFault("the test needs either `gives` or `fails`, not both")
        }
        // On one line, so that no part of the expression can end up outside of it.
        let line = asked.split(separator: "\n").joined(separator: " ")
        let body = "local value = \(line)\n  advise(\"asked\", { value = value })"
        let decision: Decision
        do throws(TestFault) { decision = try decided("ask", body, table, plan).decision } catch {
            if let fails, error.isProved, error.message.contains(fails) { return nil }
            throw error
        }
        let happened = decision.failures.first.map { "the failure `\($0.message)`" } ?? decision.answer.map(\.compact)
        guard let happened else { throw TestFault("nothing was evaluated: \(decision.code)") }
        if let fails {
            if decision.failures.contains(where: { $0.message.contains(fails) }) { return nil }
            return TestFailure(expected: "a failure with `\(fails)`", happened: happened)
        }
        let expected = try table["gives"]!.json(at: "gives")
        if decision.answer == expected { return nil }
        return TestFailure(expected: expected.compact, happened: happened)
    }

    /// Checks what a sink keeps of the decision of a policy with a given body.
    private mutating func kept(_ says: String, of table: TestTable, _ plan: TestPlan) throws(TestFault) -> TestFailure?
    {
        for key in ["ask", "gives", "fails"] as [ExactName] where table[key] != nil {
            throw TestFault("a test of a sink has `says`, `sink` and `keeps`, but no `\(key)`")
        }
        guard let sinks = subject.sinks, let sink = try table.string("sink"),
            let expected = try table["keeps"]?.json(at: "keeps")
        else {
            throw TestFault(
                "a test with `says` needs a `sink`, and what it `keeps`: a string, or false")
        }
        let (decision, test, schema) = try decided("says", says, table, plan)
        if let failure = decision.failures.first { throw TestFault("`says`: \(failure.message)") }
        var writer = JSONWriter()
        DecisionLog.line(test.question, decision, nanoseconds: 0, masked: [], into: &writer)
        let kept: JSON
        do throws(PluginCommandError) {
            let record = try SinkRecord("\(sinks.plugin).\(sink)", sinks.plugins, schema: schema)
            let line = Array(writer.bytes.dropLast())
            kept = try record.text(of: line).map { .string(String(decoding: $0, as: UTF8.self)) } ?? .boolean(false)
        } catch { throw TestFault(error.message) }
        return kept == expected ? nil : TestFailure(expected: expected.compact, happened: kept.compact)
    }

    /// The decision of a policy with this body, for the request of a test.
    /// - Parameter key: the key of the test that holds the body.
    private mutating func decided(
        _ key: String, _ body: String, _ table: TestTable, _ plan: TestPlan
    ) throws(TestFault) -> (decision: Decision, test: TestCase, schema: Schema) {
        let authorizers = try authorizers(key, body, byToken: table["subject"] == nil)
        let base = try cache.base(of: table, among: plan.directories)
        let test = try TestCase(
            try TestTable(filled(table, authorizers.schema, base), at: "test"), policy: Self.policy,
            policies: [Self.policy], schema: authorizers.schema, base: base, cache: cache)
        return (try decide(test, authorizers, number: plan.number), test, authorizers.schema)
    }

    private mutating func decide(
        _ test: TestCase, _ authorizers: TestAuthorizers, number: Int
    ) throws(TestFault) -> Decision {
        do {
            if let run = authorizers.instrumented,
                let request = try authorizers.running.prepared(test.question, on: test.directory)
            {
                let traced = try authorizers.running.examine(test.question, on: test.directory)
                run.evaluate(request, beside: traced.outcomes)
                run.noteLibraries(test: number)
            }
            let decision = try authorizers.running.decide(test.question, on: test.directory, detail: .trace)
            (hasFailed, isOutOfBudget) = (!decision.failures.isEmpty, decision.isOutOfBudget)
            // Once to learn, and once by the tree alone.
            for _ in 0..<2 {
                let again = try authorizers.trees.decide(test.question, on: test.directory)
                guard again.advice == decision.advice, again.reasons == decision.reasons,
                    again.failures == decision.failures
                else {
                    throw TestFault("a tree differs from the plugin; please report this")
                }
            }
            return decision
        } catch let error as TestFault {
            throw error
        } catch let error as RequestError {
            throw TestFault("the request is not valid: \(error.message)")
        } catch { throw TestFault("\(error)") }
    }

    /// The authorizers of a policy with this body.
    /// - Parameter stated: the key of the test that holds the body.
    private mutating func authorizers(_ stated: String, _ body: String, byToken: Bool) throws(TestFault)
        -> TestAuthorizers
    {
        let key: ExactName = "\(byToken) \(binding) \(body)"
        if let known = authorizers[key] { return known }
        let text = """
            \(binding)
            local policy = { on = "access", subject = "\(byToken ? "token" : "any")", grants = { "*" } }
            function policy.decide(request)
              \(body)
            end
            return policy
            """
        let file = PolicyFile(name: "\(Self.policy).lua", bytes: Array(text.utf8))
        let source = PolicySource(path: "test", files: subject.files + [file], plugins: subject.plugins)
        let loaded = PolicySet.load(source)
        guard let set = loaded.set else {
            let first = loaded.diagnostics.first { $0.severity == .error }
            throw TestFault(
                "`\(stated)`: \(first?.message ?? "it does not load")",
                isProved: first?.rule.map(TypeInference.failures.contains) ?? false)
        }
        do throws(PolicyError) {
            let made = TestAuthorizers(
                schema: set.schema,
                running: try Authorizer(policies: set, treeOptions: .none),
                trees: try Authorizer(policies: set),
                instrumented: measuresCoverage
                    ? InstrumentedRun(source, budget: PolicyInstrumentation.budget) : nil)
            // A sink gets the facts too.
            authorizers[key] = made
            return made
        } catch { throw TestFault(error.message) }
    }

    /// The test with default parts: a test of a plugin need not have a subject or a resource, nor the properties that
    /// the schema beside it requires.
    private func filled(_ table: TestTable, _ schema: Schema, _ base: TestOrganisation) throws(TestFault) -> LuaValue {
        var filled = LuaValue(named: table.names.filter { !Self.own.contains($0) }.map { ($0, table[$0]!) })
        func fill(_ parts: [(ExactName, LuaValue)]) { filled = LuaValue(named: parts).overlaid(by: filled) }
        fill([("expect", LuaValue(named: [("code", .string("not_permitted"))]))])
        let id = try table.name("tenant")
        let tenants = base.organisation.tenants
        // An unknown tenant is reported when the request is made.
        guard let tenant = id.map({ id in tenants.first { $0.id == id } }) ?? tenants.first else { return filled }
        if table["token"] == nil, table["subject"] == nil {
            guard let department = tenant.departments.first, let type = tenant.userTypes.first else {
                throw TestFault("the directory has no department and user type for a token")
            }
            let token = LuaValue(named: [
                ("department", .string(department.id)), ("user_type", .string(type.id)),
            ])
            fill([("token", token)])
        }
        if table["action"] == nil {
            guard let action = schema.actionNames.first else {
                throw TestFault("the schema of the tests declares no action, and a test asks about one")
            }
            fill([("action", .string(action))])
        }
        let now = try table.string("at").flatMap { Instant($0) } ?? base.now
        let values = PropertyValues(tenant: tenant, now: now)
        func required(_ type: Schema.RecordType) -> LuaValue { LuaValue(named: values.required(type)) }
        fill([("context", required(schema.context))])
        if table["resource"] == nil {
            let action = try? table.name("action")
            let types = (action ?? schema.actionNames.first).map(schema.resources) ?? schema.resources
            let type = types.first.map { LuaValue(named: [("type", .string($0.name))]) }
            fill([("resource", type ?? .boolean(false))])
        }
        if case .string(let name)? = try TestTable(filled, at: "test")["action"],
            let action = schema.action(ExactName(name))
        {
            let properties = values.required(action)
            if !properties.isEmpty {
                let own = LuaValue(named: [("name", .string(name))] + properties)
                filled = filled.overlaid(by: LuaValue(named: [("action", own)]))
            }
        }
        let kinds = try TestTable(filled, at: "test")
        let resource = kinds["resource"] == .boolean(false) ? nil : try kinds.table("resource")
        if let name = try resource?.name("type"),
            let type = schema.resources.first(where: { $0.name == name })
        {
            fill([("resource", required(type))])
        }
        if let name = try kinds.table("subject")?.name("type"),
            let type = schema.subjects.first(where: { $0.name == name })
        {
            fill([("subject", LuaValue(named: [("properties", required(type))]))])
        }
        return filled
    }
}

extension Decision {
    /// The value of the expression in `ask`.
    fileprivate var answer: JSON? { advice.first?.details.first?.value }
}
