import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

@testable import Linting
@testable import PolicyTesting

/// The parts of the shipped plugins, and their use in the shipped policies with all of these enabled.
@Suite struct ShippedPluginsTests {
    private static let settings = """
        {
          "duty_separation": { "all": { "enabled": true } }, "manager_approval": { "all": { "enabled": true } },
          "office_network": { "all": { "enabled": true, "networks": ["10.0.0.0/8"] } },
          "working_hours": { "all": { "enabled": true, "integrations": false } }
        }
        """

    private static func plugins() throws -> LoadedPlugins {
        PluginLoader.load(try .folder(Fixtures.root + "/plugins"))
    }

    private static func policies() throws -> PolicySet {
        let shipped = try Fixtures.shipped()
        let files = shipped.files.filter { $0.name != "settings.json" && !$0.name.hasSuffix("_test.lua") }
        let settings = PolicyFile(name: "settings.json", bytes: Array(settings.utf8))
        return try Fixtures.load(PolicySource(path: "policies", files: files + [settings], plugins: shipped.plugins))
    }

    private static func questions(_ schema: Schema, _ directory: Directory, count: Int) throws -> [AuthorizationRequest]
    {
        var generator = RequestGenerator(directory: directory, schema: schema, seed: 7)
        return try (0..<count).map { _ in
            try AuthorizationRequest(
                json: try JSONReader.parse(generator.next()), now: Instant("2026-11-23T09:00:00Z")!)
        }
    }

    private static func authorizer(_ set: PolicySet, _ directory: Directory, _ treeOptions: TreeOptions) throws
        -> Decider
    {
        let authorizer = try Decider(policies: set, directory: directory, treeOptions: treeOptions, detail: .trace)
        return authorizer
    }

    @Test func `each kind of part is provided by a shipped plugin, with a description`() throws {
        let loaded = try Self.plugins()
        #expect(loaded.faults.isEmpty)
        let parts = loaded.set.provided.flatMap { PluginReference($0, loaded.extras[$0.name]!).parts }
        #expect(Set(parts.map(\.kind)) == ["functions", "attributes", "data", "checks", "commands", "sinks"])
        let functions = parts.filter { $0.kind == "functions" }
        #expect(functions.contains { $0.form.hasSuffix(", by the host") })
        #expect(functions.contains { !$0.form.hasSuffix(", by the host") })
        for part in parts {
            #expect(part.about.hasSuffix(".") || part.about.hasSuffix("`."), "\(part.form) says what it is")
            #expect((part.examples != nil) == (part.kind == "checks"), "\(part.form)")
        }
    }

    @Test func `every plugin has tests beside it`() throws {
        for folder in try PluginSource.folder(Fixtures.root + "/plugins").folders {
            #expect(folder.file("\(folder.name)_test.lua") != nil, "\(folder.name)")
        }
    }

    /// The names of a plugin's parts in traces, by kind.
    private static func names(_ plugin: Plugin) -> [(kind: String, name: String)] {
        plugin.functions.map { function in
            let kind = if case .native = function.body { "function by the host" } else { "function in Lua" }
            return (kind, "\(plugin.name).\(function.name)(")
        }
            + plugin.attributes.map { ("attribute", ".\($0.function.name)") }
            + plugin.tables.map { ("data", "\(plugin.name).\($0.name)[") }
    }

    @Test func `all parts for policies are used, and traced by their names`() throws {
        let set = try Self.policies()
        let directory = try Directory(Organisation.demo())
        let authorizer = try Self.authorizer(set, directory, .none)
        var traced: Set<String> = []
        for question in try Self.questions(set.schema, directory, count: 1_500) {
            for trace in try authorizer.decide(question).traces { traced.formUnion(trace.facts.map(\.text)) }
        }
        var used: [String: Set<String>] = [:]
        for (kind, name) in set.plugins.provided.flatMap(Self.names) where traced.contains(where: { $0.contains(name) })
        {
            used[kind, default: []].insert(name)
        }
        #expect(
            Set(used.keys) == ["function by the host", "function in Lua", "attribute", "data"], "\(used) of \(traced)")
    }

    @Test func `trees cache all of it: a repeated request runs no policy`() throws {
        let set = try Self.policies()
        let directory = try Directory(Organisation.demo())
        let running = try Self.authorizer(set, directory, .none)
        let trees = try Self.authorizer(set, directory, TreeOptions())
        let questions = try Self.questions(set.schema, directory, count: 1_500)
        for question in questions { _ = try trees.decide(question) }
        let runs = trees.runCount
        for question in questions {
            let (remembered, run) = (try trees.decide(question), try running.decide(question))
            #expect(remembered.isPermitted == run.isPermitted && remembered.reasons == run.reasons)
            #expect(remembered.traces == run.traces, "\(question)")
        }
        #expect(runs > 0 && trees.runCount == runs)
        #expect(trees.authorizer.learned.uncacheable.isEmpty)
    }

    @Test func `the checks run on every shipped policy, without findings`() throws {
        let loaded = try Self.plugins()
        let rules = Rule.brought(by: loaded)
        #expect(rules.map(\.name) == ["cidr.whole_internet", "separation_of_duties.grants_both"])
        let shipped = try Fixtures.shipped()
        #expect(Linter(shipped, rules: Rule.all + rules).run().map(\.description) == [])
        // A control: the same policies, one of them with a network that contains every address.
        let spoiled = shipped.files.map { file in
            let text = String(decoding: file.bytes, as: UTF8.self)
            return file.name == "office_network.lua"
                ? .init(
                    name: file.name,
                    bytes: Array(
                        (text + "-- \n").replacing("is_within_any(config.networks)", with: "is_within(\"::/0\")").utf8))
                : file
        }
        let found = Linter(
            PolicySource(path: "p", files: spoiled, plugins: shipped.plugins), rules: rules
        ).run()
        #expect(found.contains { $0.rule == "cidr.whole_internet" && $0.path == "p/office_network.lua" }, "\(found)")
    }

    @Test(arguments: [
        ("cidr", ["10.0.0.0/8", "10.1.2.3"], "10.1.2.3 lies in 10.0.0.0/8"),
        ("path", ["d-sales-north"], "Nordlys Logistics / Sales / Sales North"),
        ("shift", ["Asia/Tokyo", "2026-11-22T12:00:00Z"], "there it is 21 o'clock on 2026-11-22"),
    ])
    func `the commands return results`(name: String, words: [String], answer: String) throws {
        let loaded = try Self.plugins()
        let commands = PluginCommands(loaded, schema: try Self.policies().schema)
        #expect(commands.all.map(\.command.name).sorted() == ["cidr", "path", "shift"])
        let directory = try Directory(Organisation.demo())
        let lines = try commands.run(
            ExactName(name), words, on: directory, tenant: try #require(directory.tenant("3")),
            now: Instant("2026-11-22T12:00:00Z")!)
        #expect(lines == [answer])
    }
}
