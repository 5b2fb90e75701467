internal import Benchmarks
internal import Files
internal import Glibc
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `bench store`: measures the speed of a token store on this machine.
    static let benchStore = Verb(
        name: "bench store", summary: "measures how fast this machine keeps, finds, lists and revokes tokens",
        options: [Option.count],
        uses: .policies.adding(Option.at, Option.json),
        details: [
            "Makes a store with 10,000 users and 90 departments in a folder of its own under TMPDIR, which is "
                + "deleted afterwards. The listing user may see the tokens of one department in ninety.",
            "Compare figures of one run only.",
        ],
        run: { invocation throws(CommandError) in
            let (count, now, isJSON) = (invocation[.count], invocation.now, invocation[.json])
            let policies = try invocation.policies()
            let terminal = invocation.terminal
            let folder = try Scratch()
            let benchmark = StoreBenchmark(
                folder: folder.store, keys: { _ in folder.keys + "/key" }, count: count, now: now,
                policies: policies)
            let rows: [StoreBenchmark.Row]
            do {
                rows = try benchmark.run { made in
                    if terminal.streams.isErrorTerminal { terminal.prompt("\r\(counted(made, "token")) made") }
                }
            } catch let error as TokenStoreError {
                throw CommandError(error.message)
            } catch { throw CommandError("\(error)") }
            if terminal.streams.isErrorTerminal { terminal.note("") }
            if isJSON {
                let json = rows.map { row in
                    JSON.object([
                        .init("name", .string(row.name)), .init("median_ns", .integer(row.median)),
                        .init("longest_ns", .integer(row.longest)), .init("runs", .integer(Int64(row.runs))),
                    ])
                }
                terminal.print(JSON.array(json).compact)
                return ExitStatus.done
            }
            var table = Table(.benchStore)
            for row in rows {
                table.add([
                    row.name, "\(Self.microseconds(row.median))", "\(Self.microseconds(row.longest))", "\(row.runs)",
                ])
            }
            terminal.print("a store of \(counted(count, "token")), of which the listing user may see one in ninety:")
            table.print(to: terminal)
            return ExitStatus.done
        })

    private static func microseconds(_ nanoseconds: Int64) -> String {
        let tenths = (nanoseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// Two temporary folders, deleted at the end: one for a store, one for its keys.
private final class Scratch {
    let root: String
    var store: String { root + "/store" }
    var keys: String { root + "/keys" }

    init() throws(CommandError) {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        do throws(FileError) { root = try Folder.makeTemporary("\(base)/demilune-bench-") } catch {
            throw CommandError("cannot make a folder under `\(base)`")
        }
        for folder in [store, keys] { try Folder.new(withParents: folder) }
    }

    deinit {
        for file in ["bench.db", "bench.db-wal", "bench.db-shm"] { try? File.remove("\(store)/\(file)") }
        for file in ["key", "key.head", "key.head.lock"] { try? File.remove("\(keys)/\(file)") }
        for folder in [store, keys, root] { try? Folder.remove(folder) }
    }
}

extension Option<Int> {
    fileprivate static var count: Self {
        Self("count", "N", "number of tokens in the made-up store", least: 1_000, most: 10_000_000, default: 1_000_000)
    }
}
