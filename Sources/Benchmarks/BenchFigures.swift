package import Model

/// The figures of one report of `bench --json`: the nanoseconds that each measured thing took.
///
/// Reads the reports of earlier versions too, which may have other rows.
package struct BenchFigures: Sendable, Equatable {
    package struct Figure: Sendable, Equatable {
        package let name: String
        package let nanoseconds: Double

        package init(_ name: String, _ nanoseconds: Double) {
            self.name = name
            self.nanoseconds = nanoseconds
        }
    }

    package let figures: [Figure]
    /// The mean length of a request; reports of different requests measure different things.
    package let requestBytes: Int64?

    package init(_ figures: [Figure], requestBytes: Int64? = nil) {
        self.figures = figures
        self.requestBytes = requestBytes
    }

    /// - Throws: an error that says what is wrong with the report.
    package init(json: JSON) throws(BenchFiguresError) {
        var found: [(name: String, value: JSON)] = []
        func add(_ name: String, _ value: JSON?) { if let value { found.append((name, value)) } }
        var rows: [JSON] = []
        if case .array(let grown)? = json["grown"] { rows += grown }
        if let own = json["decisions"] { rows.append(own) }
        for row in rows {
            // The earliest reports do not name their rows.
            guard let name = row["name"]?.string ?? row["policies"].map({ "\($0.compact) on access" }) else { continue }
            add("\(name), by trees", row["tree"]?["median_ns"])
            add("\(name), run", row["run"]?["median_ns"])
            add("\(name), the first decision", row["first_ns"])
        }
        add("the first decision", json["cold_ns"])
        var figures = try found.map { name, value throws(BenchFiguresError) in
            Figure(name, try Self.positive(value, name))
        }
        for (name, key) in [
            ("a request of the batch", "batch_per_second"), ("a request, parsed", "parsing_per_second"),
            ("an ordinary request of the batch", "ordinary_batch_per_second"),
        ] as [(String, ExactName)] {
            if let rate = json[key] { figures.append(Figure(name, 1e9 / (try Self.positive(rate, name)))) }
        }
        guard !figures.isEmpty else { throw BenchFiguresError("the report has no figures") }
        if case .integer(let bytes)? = json["request_bytes"] { requestBytes = bytes } else { requestBytes = nil }
        self.figures = figures
    }

    private static func positive(_ value: JSON, _ name: String) throws(BenchFiguresError) -> Double {
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .number(let double): number = double
        default: throw BenchFiguresError("`\(name)` is \(value.kindName), not a number")
        }
        guard number > 0, number.isFinite else {
            throw BenchFiguresError("`\(name)` is \(value.compact): there were too few requests to measure it")
        }
        return number
    }
}

/// The reason why a text is not a report of `bench --json`.
package struct BenchFiguresError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) { self.message = message }
}
