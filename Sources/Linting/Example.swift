package import Model
internal import Plugins
package import Policies

/// A folder of files by name that illustrates a rule.
///
/// A string alone is the policy `a.lua`, with tests beside it. A folder without a schema gets the schema of all
/// examples, and a policy that permits.
package struct Example: Sendable {
    /// The files that are shown.
    package let shown: [PolicyFile]
    private let hidden: [PolicyFile]
    /// The content of the store that it is checked with, as JSON.
    private let store: String?
    /// The plugins that it may `use`; `nil` for those in its own folder.
    private let plugins: PluginSet?

    init(_ files: KeyValuePairs<ExactName, String>, store: String) {
        self.init(files.map { PolicyFile(name: $0.key, bytes: Array($0.value.utf8)) }, store: store)
    }

    private init(_ files: [PolicyFile], store: String?) {
        shown = files
        hidden = files.contains { $0.name == PolicyFile.schema } ? [] : Self.surroundings
        self.store = store
        plugins = nil
    }

    init(policy: String) {
        store = nil
        plugins = nil
        shown = [PolicyFile(name: Self.policy, bytes: Array(policy.utf8))]
        hidden = Self.surroundings + [Self.file("a_test.lua", "")]
    }

    /// A policy alone, without the policy that permits: a rule of a plugin looks at one policy at a time.
    /// - Parameter schema: `nil` for that of all examples.
    init(policy: String, plugins: PluginSet, schema: [UInt8]?) {
        store = nil
        self.plugins = plugins
        shown = [PolicyFile(name: Self.policy, bytes: Array(policy.utf8))]
        hidden = [schema.map { .init(name: PolicyFile.schema, bytes: $0) } ?? Self.schema, Self.file("a_test.lua", "")]
    }

    /// The name of the file that a string alone becomes.
    static let policy: ExactName = "a.lua"

    package var source: PolicySource {
        PolicySource(
            path: "policies", files: shown.filter { !$0.name.hasPrefix(Self.pluginFolder) } + hidden,
            plugins: plugins ?? Self.plugins(shown))
    }

    /// The folder of plugins beside the policies: `plugins/office/plugin.lua`.
    private static let pluginFolder: ExactName = "plugins/"

    private static func plugins(_ files: [PolicyFile]) -> PluginSet {
        var folders: [ExactName: [PolicyFile]] = [:]
        for file in files where file.name.hasPrefix(pluginFolder) {
            let parts = file.name.text.split(separator: "/")
            guard parts.count == 3 else { continue }
            folders[ExactName(parts[1]), default: []].append(.init(name: ExactName(parts[2]), bytes: file.bytes))
        }
        let source = PluginSource(path: "plugins", folders: folders.map { .init(name: $0.key, files: $0.value) })
        return PluginLoader.load(source).set
    }

    /// The store that it is checked with; `nil` for none.
    package var directory: Directory? {
        store.flatMap { try? Directory(Organisation(json: JSONReader.parse($0))) }
    }

    private static func file(_ name: ExactName, _ text: String) -> PolicyFile {
        PolicyFile(name: name, bytes: Array(text.utf8))
    }

    private static let schema = file(
        "schema.lua",
        """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
          resources = { order = { department = "department", amount = optional "number", note = optional "string",
            owner = "user", total = "number" } },
          context = { ip = optional "ip" },
        }
        """)

    /// The files around an example without a schema: a schema, and a policy that permits.
    private static let surroundings = [
        schema,
        file(
            "open.lua",
            """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.token.kind == "api" and request.token:can(request.action) then permit("API tokens may") end
            end
            return policy
            """), file("open_test.lua", ""),
    ]

    /// A policy that takes some of what the policy beside it permits, in which no deep rule finds anything.
    static let limiting: Example = """
        local policy = { on = "access" }
        function policy.decide(request)
          if request.action == "orders.approve" then deny("orders are approved elsewhere") end
        end
        return policy
        """

    /// A policy in which no rule finds anything.
    static let plain: Example = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.token:can(request.action) then permit("its user type may") end
        end
        return policy
        """
}

extension Example: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral {
    package init(stringLiteral text: String) { self.init(policy: text) }

    package init(dictionaryLiteral files: (ExactName, String)...) {
        self.init(files.map { PolicyFile(name: $0.0, bytes: Array($0.1.utf8)) }, store: nil)
    }
}
