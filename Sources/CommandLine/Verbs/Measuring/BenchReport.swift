internal import Benchmarks
internal import Model
internal import Presentation

/// The results of `bench`, for people and for machines.
struct BenchReport {
    /// Nanoseconds to the first decision.
    var cold: Int64 = 0
    /// The times of the folder's policies as they are.
    var own: DecisionBenchmark.Row?
    /// The times of the folder's policies repeated, and of policies that share nothing, each with its name.
    var rows: [(name: String, row: DecisionBenchmark.Row)] = []
    var costs: [DecisionBenchmark.Cost] = []
    /// Requests a second that the batch decides.
    var batch: Int64 = 0
    /// The rate of the batch in percent of the rate of parsing alone.
    var share: Int64 = 0
    /// Requests a second that simdjson alone parses, on one core.
    var parsing: Int64 = 0
    var bytesPerRequest = 0

    func print(isJSON: Bool, to terminal: Terminal) {
        if isJSON {
            terminal.print(json.compact)
            return
        }
        terminal.print("one decision, in nanoseconds (median, and what 99 in 100 stay under):")
        var times = Table(.benchTimes)
        for (name, row) in rows { times.add(Self.cells(row, name: name)) }
        if let own { times.add(Self.cells(own, name: "the folder's \(own.policies)")) }
        times.print(to: terminal)
        terminal.print()
        terminal.print("a batch from a file: \(batch) requests a second, of \(bytesPerRequest) bytes each")
        terminal.print("simdjson alone, on one core: \(parsing) a second; the batch is \(share) % of it")
        terminal.print("from nothing to the first decision: \(cold / 1_000) µs")
        terminal.print()
        terminal.print("what a policy costs at most, the same everywhere:")
        var table = Table(.benchCosts)
        for cost in costs { table.add([cost.policy.text, "\(cost.fuel)", "\(cost.bytes)", "\(cost.facts)"]) }
        table.print(to: terminal)
    }

    private static func cells(_ row: DecisionBenchmark.Row, name: String) -> [String] {
        [name] + [row.tree.median, row.tree.high, row.lua.median, row.lua.high].map { "\(Int($0))" } + [
            "\(row.runs)", "\(row.remembered) %", "\(row.bytes)",
        ]
    }

    private var json: JSON {
        .object([
            .init("decisions", own.map { .object($0.json(name: "the folder's")) } ?? .null),
            .init("grown", .array(rows.map { .object($0.row.json(name: $0.name)) })),
            .init("batch_per_second", .integer(batch)),
            .init("parsing_per_second", .integer(parsing)), .init("request_bytes", .integer(Int64(bytesPerRequest))),
            .init("cold_ns", .integer(cold)),
            .init(
                "costs",
                .array(
                    costs.map {
                        .object([
                            .init("policy", .string($0.policy)), .init("fuel", .integer(Int64($0.fuel))),
                            .init("bytes", .integer(Int64($0.bytes))), .init("facts", .integer(Int64($0.facts))),
                        ])
                    })),
        ])
    }
}

extension DecisionBenchmark.Row {
    /// Its members in a report for machines.
    func json(name: String) -> [JSON.Member] {
        func times(_ times: DecisionBenchmark.Times) -> JSON {
            .object([.init("median_ns", .integer(Int64(times.median))), .init("p99_ns", .integer(Int64(times.high)))])
        }
        return [
            .init("name", .string(name)), .init("policies", .integer(Int64(policies))), .init("tree", times(tree)),
            .init("run", times(lua)), .init("runs_left", .integer(Int64(runs))),
            .init("remembered_percent", .integer(Int64(remembered))), .init("tree_bytes", .integer(Int64(bytes))),
        ]
    }
}
