internal import CSQLite
internal import Foundation
internal import Glibc
internal import Testing

/// Runs verbs in this process, in a folder of its own that goes away with it.
final class Session {
    typealias Result = Program.Result

    let folder: String
    /// Where key files are: never beside a store.
    let keys: String
    var store: String { folder + "/demilune.db" }

    init() {
        folder = Self.temporary()
        keys = Self.temporary()
    }

    deinit { for path in [folder, keys] { try? FileManager.default.removeItem(atPath: path) } }

    private static func temporary() -> String {
        var template = Array("/tmp/demilune-commands-XXXXXX".utf8CString)
        return unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)) }
    }

    /// The checkout, wherever the tests run.
    static let root = URL(filePath: #filePath).appending(path: "../../..").standardized.path
    /// The shipped policies.
    static let policies = root + "/policies"

    /// Names of what lies in the folder.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    /// Writes a file into the folder, and gives its path.
    func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    func file(_ name: String, _ text: String) throws -> String { try file(name, text.utf8) }

    /// The text of a file of the folder.
    func text(of name: String) throws -> String { try contents(of: "\(folder)/\(name)") }

    func contents(of path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }

    /// Writes a folder of policies under the shipped schema, and gives its path.
    func policies(_ files: [String: String], in name: String = "own") throws -> String {
        let schema = try Data(contentsOf: URL(filePath: Self.policies + "/schema.lua"))
        _ = try file("\(name)/schema.lua", schema)
        for (id, text) in files { _ = try file("\(name)/\(id).lua", text) }
        return "\(folder)/\(name)"
    }

    /// Runs a line at the time the demo organisation is written around.
    func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) -> Result {
        run(arguments, input: Array(input.utf8), environment: environment)
    }

    func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], output: Int32? = nil,
        isErrorTerminal: Bool = false
    ) -> Result {
        var variables = [
            "DEMILUNE_STORE": store, "DEMILUNE_POLICIES": Self.policies, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
            "XDG_DATA_HOME": keys,
        ]
        variables.merge(environment) { $1 }
        return Program.run(
            arguments, input: input, environment: variables, output: output, isErrorTerminal: isErrorTerminal)
    }

    /// Runs SQL on the store as somebody who has the file and no key.
    func sql(_ statement: String) throws {
        struct Failure: Error {
            let message: String
        }
        var handle: OpaquePointer?
        #expect(unsafe sqlite3_open(store, &handle) == SQLITE_OK)
        defer { unsafe sqlite3_close(handle) }
        guard unsafe sqlite3_exec(handle, statement, nil, nil, nil) == SQLITE_OK else {
            throw Failure(message: unsafe String(cString: sqlite3_errmsg(handle)))
        }
    }
}
