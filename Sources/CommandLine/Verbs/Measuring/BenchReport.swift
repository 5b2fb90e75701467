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
    /// For plain requests, and for those that say more than policies read.
    var batches: [Batch] = []

    struct Batch {
        let name: String
        /// Requests a second that the batch decides.
        let decided: Int64
        /// Requests a second that simdjson alone parses, on one core.
        let parsed: Int64
        /// The rate of the batch in percent of the rate of parsing alone.
        let share: Int64
        /// Of one request.
        let bytes: Int
    }

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
        terminal.print("a batch from a file, and simdjson alone on one core, in requests a second:")
        var rates = Table(.benchBatches)
        for batch in batches {
            rates.add([
                batch.name, "\(batch.bytes)", "\(batch.decided)", "\(batch.parsed)", "\(batch.share) %",
            ])
        }
        rates.print(to: terminal)
        terminal.print()
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
        .object(
            [
                .init("decisions", own.map { .object($0.json(name: "the folder's")) } ?? .null),
                .init("grown", .array(rows.map { .object($0.row.json(name: $0.name)) })),
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
            ] + batches.flatMap(\.json))
    }
}

extension BenchReport.Batch {
    /// Its members in a report for machines; those of plain requests have the names that earlier versions gave them.
    fileprivate var json: [JSON.Member] {
        let prefix = name == "plain" ? "" : "\(name)_"
        return [
            .init(ExactName(prefix + "batch_per_second"), .integer(decided)),
            .init(ExactName(prefix + "parsing_per_second"), .integer(parsed)),
            .init(ExactName(prefix + "request_bytes"), .integer(Int64(bytes))),
        ]
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
