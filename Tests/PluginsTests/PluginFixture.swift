import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

/// Plugins and policies written for one test each, and a small organisation.
enum PluginFixture {
    static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
          resources = { order = { department = optional "department", amount = optional "number", note = optional "string" } },
          context = {
            ip = optional "ip", site = optional "string", labels = optional(map "string"), tags = optional(list "string"),
            pod = optional { name = "string", size = optional "number", zone = optional "string" },
            pods = optional(list { name = "string", size = "number" }),
          },
        }
        """

    static let token = TokenID(high: 1, low: 1)

    static func directory() throws -> Directory {
        var tenant = TenantRecord(id: "t", name: "T", zone: "Europe/Oslo")
        tenant.departments = [
            DepartmentRecord(id: "sales", name: "Sales"), DepartmentRecord(id: "north", name: "North", parent: "sales"),
            DepartmentRecord(id: "finance", name: "Finance"),
        ]
        tenant.userTypes = [UserTypeRecord(id: "clerk", name: "Clerk", permissions: ["orders.*"])]
        tenant.users = [
            UserRecord(
                id: "anna", name: "anna", fullName: "Anna", email: "a@t.example",
                assignments: [AssignmentRecord(id: "a1", department: "north", userType: "clerk")])
        ]
        tenant.tokens = [
            TokenRecord(
                id: token, kind: .api, name: "one", assignment: "a1", created: Instant("2026-01-01T00:00:00Z")!,
                expires: Instant("2027-01-01T00:00:00Z")!)
        ]
        return try Directory(Organisation(tenants: [tenant]))
    }

    /// - Parameter plugins: the texts of files, by the name of the plugin and of the file.
    static func source(_ plugins: [String: [String: String]]) -> PluginSource {
        PluginSource(
            path: "plugins",
            folders: plugins.map { name, files in
                PluginSource.Folder(
                    name: ExactName(name),
                    files: files.map { .init(name: ExactName($0.key), bytes: Array($0.value.utf8)) })
            })
    }

    static func load(_ plugins: [String: [String: String]]) -> LoadedPlugins {
        PluginLoader.load(source(plugins))
    }

    static func readSchema() throws -> Schema {
        try #require(PolicySet.load(policySource(["a": policy("", uses: "")])).schema)
    }

    /// A manifest with these provided parts.
    static func manifest(_ name: String, _ provides: String, head: String = "", before: String = "") -> String {
        """
        \(before)
        return { name = "\(name)", version = "1", about = "A test.", \(head) provides = { \(provides) } }
        """
    }

    /// A plugin with one function in Lua.
    static func function(
        _ name: String, takes: String = "", returns: String = "\"boolean\"", run: String, before: String = "",
        more: String = "", head: String = ""
    ) -> String {
        manifest(
            name,
            "functions = { f = { takes = { \(takes) }, returns = \(returns), \(more) run = function(...) \(run) end } }",
            head: head, before: before)
    }

    static func policySource(
        _ policies: [String: String], plugins: PluginSet = .none, settings: String? = nil
    ) -> PolicySource {
        var files = policies.map { PolicyFile(name: "\($0.key).lua", bytes: Array($0.value.utf8)) }
        files.append(PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)))
        if let settings { files.append(PolicyFile(name: "settings.json", bytes: Array(settings.utf8))) }
        return PolicySource(path: "p", files: files, plugins: plugins)
    }

    static func policy(_ body: String, uses: String = "x") -> String {
        let names = uses.split(separator: " ")
        let lines = names.map { "local \($0) = use \"\($0)\"" }.joined(separator: " ")
        return "\(lines)\nreturn { on = \"access\", grants = { \"*\" }, decide = function(request)\n\(body)\nend }"
    }

    static func authorizer(
        _ plugins: [String: [String: String]], _ policies: [String: String], settings: String? = nil,
        treeOptions: TreeOptions = TreeOptions()
    ) throws -> Decider {
        let loaded = load(plugins)
        let result = PolicySet.load(policySource(policies, plugins: loaded.set, settings: settings))
        let set = try #require(result.set, "\(result.diagnostics)")
        let authorizer = try Decider(policies: set, directory: directory(), treeOptions: treeOptions, detail: .trace)
        return authorizer
    }

    static func question(
        _ properties: [JSON.Member] = [], context: [JSON.Member] = [], at time: String = "2026-06-01T12:00:00Z"
    ) -> AuthorizationRequest {
        var question = AuthorizationRequest(
            action: "orders.read", subject: .token(token.description),
            resource: .init(type: "order", id: "1", properties: .object(properties)), now: Instant(time)!)
        question.context = .object(context)
        return question
    }
}
