internal import Files
package import Model
internal import Plugins
package import Policies

/// This repository's own policies and examples.
package enum Fixtures {
    package static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    /// The bytes of a file of this repository.
    package static func read(_ path: String) throws -> [UInt8] { try File.read("\(root)/\(path)") }

    /// The shipped policies and plugins, read once.
    package static func shipped() throws -> PolicySource { try shippedSource.get() }

    private static let shippedSource = Result {
        var source = try PolicySource.folder(root + "/policies")
        source.plugins = PluginLoader.load(try .folder(root + "/plugins")).set
        return source
    }

    /// The policies of `examples/repositories`, which share a library.
    package static func repositories() throws -> PolicySource { try .folder(root + "/examples/repositories/policies") }

    package static func todo() throws -> PolicySource { try .folder(root + "/examples/authzen-todo/policies") }

    package static func load(_ source: PolicySource) throws -> PolicySet {
        let loaded = PolicySet.load(source)
        guard let set = loaded.set else { throw NotLoaded(text: loaded.diagnostics.description) }
        return set
    }

    /// A folder with one policy and its tests, under the shipped schema.
    package static func planted(_ policy: ExactName, source: String, test: String) throws -> PolicySource {
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

extension Organisation {
    /// The organisation of `examples/demo.json`.
    package static func demo() throws -> Organisation {
        try Organisation(json: JSONReader.parse(Fixtures.read("examples/demo.json")))
    }
}
