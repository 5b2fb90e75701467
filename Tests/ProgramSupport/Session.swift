package import CommandLine
internal import Foundation
internal import Glibc
internal import TestSupport

/// A runner of verbs in this process, with a folder of its own that is removed with it.
package final class Session {
    package typealias Result = Program.Result

    package let folder: String
    /// The folder of key files, which are never beside a store.
    package let keys: String
    package var store: String { folder + "/demilune.db" }

    package init() {
        folder = Self.temporary()
        keys = Self.temporary()
    }

    deinit { for path in [folder, keys] { try? FileManager.default.removeItem(atPath: path) } }

    private static func temporary() -> String {
        var template = Array("/tmp/demilune-commands-XXXXXX".utf8CString)
        return unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)) }
    }

    /// The path of the checkout.
    package static let root = URL(filePath: #filePath).appending(path: "../../..").standardized.path
    /// The shipped policies.
    package static let policies = root + "/policies"

    /// The names of the files in the folder.
    package var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    /// Writes a file into the folder and returns its path.
    package func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    package func file(_ name: String, _ text: String) throws -> String { try file(name, text.utf8) }

    /// The text of a file of the folder.
    package func text(of name: String) throws -> String { try contents(of: "\(folder)/\(name)") }

    package func contents(of path: String) throws -> String {
        try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }

    /// Writes a folder of policies with the shipped schema and returns its path.
    package func policies(_ files: [String: String], in name: String = "own") throws -> String {
        let schema = try Data(contentsOf: URL(filePath: Self.policies + "/schema.lua"))
        _ = try file("\(name)/schema.lua", schema)
        for (id, text) in files { _ = try file("\(name)/\(id).lua", text) }
        return "\(folder)/\(name)"
    }

    /// Copies the shipped policies and plugins, and returns the path of the policies.
    /// - Parameter change: changes the text of `department_scope.lua`.
    package func shippedPolicies(in name: String, _ change: (String) -> String = { $0 }) throws -> String {
        let place = "\(folder)/\(name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for name in ["policies", "plugins"] {
            try FileManager.default.copyItem(atPath: "\(Self.root)/\(name)", toPath: "\(place)/\(name)")
        }
        let scope = "\(place)/policies/department_scope.lua"
        let text = try String(contentsOfFile: scope, encoding: .utf8)
        try change(text).write(toFile: scope, atomically: true, encoding: .utf8)
        return "\(place)/policies"
    }

    /// Runs a command line at the time of the demo organisation.
    package func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) -> Result {
        run(arguments, input: Array(input.utf8), environment: environment)
    }

    package func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], output: Int32? = nil,
        isErrorTerminal: Bool = false, columns: Int? = nil, answers: [String]? = nil, use: OptionUse = OptionUse()
    ) -> Result {
        var variables = [
            "DEMILUNE_STORE": store, "DEMILUNE_POLICIES": Self.policies, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
            "XDG_DATA_HOME": keys,
        ]
        variables.merge(environment) { $1 }
        return Program.run(
            arguments, input: input, environment: variables, output: output, isErrorTerminal: isErrorTerminal,
            columns: columns, answers: answers, use: use)
    }

    /// Takes write access to the store's folder from SQLite, also where this is run by root: a link that leads nowhere is
    /// in the place of a file that it must make.
    package func obstruct() throws {
        try FileManager.default.createSymbolicLink(
            atPath: store + "-shm", withDestinationPath: folder + "/missing/file")
    }

    /// Runs SQL on the store like somebody who has the file but no key.
    package func sql(_ statement: String) throws { try SQLFile(store).run(statement) }
}
