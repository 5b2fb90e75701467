import Model
import Plugins
import Policies
import PolicyTesting

/// The paths of this repository's own policies and examples.
enum Fixtures {
    static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    static func demo() throws -> Organisation {
        try Organisation(json: try JSONReader.parse(Demo.json))
    }

    static func shipped() throws -> PolicySource {
        var source = try PolicySource.folder(root + "/policies")
        source.plugins = PluginLoader.load(try .folder(root + "/plugins")).set
        return source
    }

    static func todo() throws -> PolicySource { try .folder(root + "/examples/authzen-todo/policies") }

    static func load(_ source: PolicySource) throws -> PolicySet {
        let loaded = PolicySet.load(source)
        guard let set = loaded.set else { throw NotLoaded(text: loaded.diagnostics.description) }
        return set
    }

    /// A folder with one policy and its tests, under the shipped schema.
    static func planted(_ policy: ExactName, source: String, test: String) throws -> PolicySource {
        let schema = try shipped().files.filter { $0.name == "schema.lua" }
        return PolicySource(
            path: "planted",
            files: schema + [
                PolicyFile(name: "\(policy).lua", bytes: Array(source.utf8)),
                PolicyFile(name: "\(policy)_test.lua", bytes: Array(test.utf8)),
            ])
    }

    struct NotLoaded: Error {
        let text: String
    }
}
