internal import Model
internal import Policies
internal import PolicyTesting

extension Verb {
    /// `requests`: makes up requests about the store's tokens, for `batch`.
    static let requests = Verb(
        name: "requests", summary: "makes up requests about the tokens of the store, one a line",
        options: [
            Option.count, Option.seed,
        ],
        uses: .all.removing(Option.as, Option.json, Option.tenant),
        run: { invocation throws(CommandError) in
            let count = invocation[.count]
            let seed = invocation[.seed]
            let directory = try invocation.timedDirectory(needsStore: true).directory
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

extension Option<Int> {
    fileprivate static var count: Self {
        Self("count", "N", "number of requests", least: 0, most: 1_000_000_000, default: 10_000)
    }
    fileprivate static var seed: Self {
        Self("seed", "N", "the same seed makes the same requests", least: 0, default: 1)
    }
}
