internal import Benchmarks
internal import Model
internal import Presentation

/// A made-up scenario of `bench --scenario`.
enum BenchScenario: String, CaseIterable, Sendable {
    case hospital

    /// The numbers of departments of which each is measured.
    var sizes: [Int] { [1, 50, 300] }
}

/// The results of `bench --scenario`, for people and for machines.
struct ScenarioReport {
    var rows: [HospitalBenchmark.Row] = []

    func print(isJSON: Bool, to terminal: Terminal) {
        if isJSON {
            terminal.print(json.compact)
            return
        }
        terminal.print("one decision, in nanoseconds (median, and what 99 in 100 stay under):")
        var table = Table(.benchScenario)
        for row in rows {
            let times = row.times
            table.add(
                ["\(times.policies)"]
                    + [times.tree.median, times.tree.high, times.lua.median, times.lua.high].map { "\(Int($0))" }
                    + ["\(row.first / 1_000)", "\(times.bytes)"])
        }
        table.print(to: terminal)
        terminal.print()
        for row in rows {
            terminal.print(
                "\(row.times.policies) policies: \(row.requests) requests, \(row.permitted) of them permitted, all as expected"
            )
        }
    }

    private var json: JSON {
        let rows = rows.map { row in
            JSON.object(
                row.times.json(name: "hospital of \(row.times.policies)") + [
                    .init("first_ns", .integer(row.first)), .init("requests", .integer(Int64(row.requests))),
                    .init("permitted", .integer(Int64(row.permitted))),
                ])
        }
        return .object([.init("decisions", .null), .init("grown", .array(rows))])
    }
}
