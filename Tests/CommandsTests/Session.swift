internal import Commands
internal import Glibc

/// Runs verbs in this process, in a folder of its own that goes away with it.
final class Session {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    private final class Buffer {
        var bytes: [UInt8] = []
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    let folder: String
    var store: String { folder + "/demilune.db" }

    init() {
        var template = Array("/tmp/demilune-commands-XXXXXX".utf8CString)
        folder = unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit {
        for name in ["demilune.db", "demilune.db-wal", "demilune.db-shm", "demilune.db-journal", "organisation.json"] {
            unsafe unlink("\(folder)/\(name)")
        }
        unsafe rmdir(folder)
    }

    /// The shipped policies, wherever the tests run.
    static let policies: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/policies"
    }()

    /// Runs a line at the time the demo organisation is written around.
    func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) -> Result {
        run(arguments, input: input, environment: environment)
    }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) -> Result {
        let output = Buffer()
        let errors = Buffer()
        var variables = [
            "DEMILUNE_STORE": store, "DEMILUNE_POLICIES": Self.policies, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
        ]
        variables.merge(environment) { $1 }
        let streams = Streams(
            input: { Array(input.utf8) },
            output: { bytes in
                output.bytes += bytes
                return true
            },
            errors: { errors.bytes += $0 })
        let status = Demilune.run(arguments: arguments, environment: variables, streams: streams)
        return Result(status: status, output: output.text, errors: errors.text)
    }
}
