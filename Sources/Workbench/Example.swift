internal import Plugins
package import Policies

/// A folder that shows what a rule is about, as its files by name.
///
/// A text alone is the policy `a.lua`, with tests beside it. A folder without a schema has the one of all examples.
package struct Example: Sendable {
    /// What is shown of it.
    package let shown: [PolicySource.File]
    private let hidden: [PolicySource.File]

    init(policy: String) {
        shown = [PolicySource.File(name: "a.lua", bytes: Array(policy.utf8))]
        hidden = [
            Self.schema, .init(name: "a_test.lua", bytes: Array("test(\"it\", { expect = { silent = true } })".utf8)),
        ]
    }

    package var source: PolicySource {
        let plugins = Self.plugins(shown)
        return PolicySource(
            path: "policies", files: shown.filter { !$0.name.hasPrefix(Self.pluginFolder) } + hidden, plugins: plugins)
    }

    /// What lies beside the policies: `plugins/office/plugin.lua`.
    private static let pluginFolder = "plugins/"

    private static func plugins(_ files: [PolicySource.File]) -> PluginSet {
        var folders: [String: [PolicySource.File]] = [:]
        for file in files where file.name.hasPrefix(pluginFolder) {
            let parts = file.name.split(separator: "/")
            guard parts.count == 3 else { continue }
            folders[String(parts[1]), default: []].append(.init(name: String(parts[2]), bytes: file.bytes))
        }
        let source = PluginSource(path: "plugins", folders: folders.map { .init(name: $0.key, files: $0.value) })
        return PluginLoader.load(source).set
    }

    private static let schema = PolicySource.File(
        name: "schema.lua",
        bytes: Array(
            """
            return {
              actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
              resources = { order = { department = "department", amount = optional "number", note = optional "string",
                owner = "user", total = "number" } },
              context = { ip = optional "ip" },
            }
            """.utf8))

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

    package init(dictionaryLiteral files: (String, String)...) {
        shown = files.map { PolicySource.File(name: $0.0, bytes: Array($0.1.utf8)) }
        hidden = shown.contains { $0.name == "schema.lua" } ? [] : [Self.schema]
    }
}
