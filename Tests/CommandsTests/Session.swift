internal import Commands
internal import Foundation
internal import Glibc

/// Runs verbs in this process, in a folder of its own that goes away with it.
final class Session {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
        var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }
    }

    private final class Buffer {
        var bytes: [UInt8] = []
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    let folder: String
    var store: String { folder + "/demilune.db" }

    init() {
        // As the program itself does: a reader that went away is told by the write.
        signal(SIGPIPE, SIG_IGN)
        var template = Array("/tmp/demilune-commands-XXXXXX".utf8CString)
        folder = unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

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

    /// - Parameter output: the descriptor that takes results written in blocks; without it they are in the result.
    func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        output descriptor: Int32? = nil,
        isErrorTerminal: Bool = false
    ) -> Result {
        let output = Buffer()
        let errors = Buffer()
        var variables = [
            "DEMILUNE_STORE": store, "DEMILUNE_POLICIES": Self.policies, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
        ]
        variables.merge(environment) { $1 }
        var streams = Streams(
            input: { input },
            output: { bytes in
                output.bytes += bytes
                return true
            },
            errors: { errors.bytes += $0 },
            isErrorTerminal: isErrorTerminal)
        let source = Scratch(input)
        let sink = Scratch([])
        streams.inputDescriptor = source.descriptor
        streams.outputDescriptor = descriptor ?? sink.descriptor
        let status = Demilune.run(arguments: arguments, environment: variables, streams: streams)
        output.bytes += sink.bytes
        return Result(status: status, output: output.text, errors: errors.text)
    }
}

/// A file without a name, for what is read and written through descriptors.
private final class Scratch {
    let descriptor: Int32

    init(_ bytes: [UInt8]) {
        var template = Array("/tmp/demilune-scratch-XXXXXX".utf8CString)
        descriptor = unsafe template.withUnsafeMutableBufferPointer { name in
            let descriptor = unsafe mkstemp(name.baseAddress!)
            unsafe unlink(name.baseAddress!)
            return descriptor
        }
        FileHandle(fileDescriptor: descriptor).write(Data(bytes))
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    var bytes: [UInt8] {
        lseek(descriptor, 0, SEEK_SET)
        return Array(FileHandle(fileDescriptor: descriptor).readDataToEndOfFile())
    }
}
