internal import Model
internal import Policies
internal import PolicyTesting

extension Verb {
    /// `requests`: makes up requests about the store's tokens, for `batch`.
    static let requests = Verb(
        name: "requests", summary: "makes up requests about the tokens of the store, one a line",
        options: [
            Option(name: "count", value: "N", help: "number of requests (10000)"),
            Option(name: "seed", value: "N", help: "the same seed makes the same requests (1)"),
        ],
        run: { invocation throws(CommandError) in
            let count = try invocation.number("count", default: 10_000, least: 0, most: 1_000_000_000)
            let seed = try invocation.number("seed", default: 1, least: 0)
            let directory = try invocation.snapshot(needsStore: true).directory
            let schema = try invocation.policies().schema
            var generator = RequestGenerator(directory: directory, schema: schema, seed: UInt64(seed))
            var bytes: [UInt8] = []
            for _ in 0..<count {
                guard invocation.terminal.isOpen else { break }
                bytes += generator.next()
                bytes.append(UInt8(ascii: "\n"))
                if bytes.count > 1 << 16 {
                    invocation.terminal.write(bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            invocation.terminal.write(bytes)
            return ExitStatus.done
        })
}
