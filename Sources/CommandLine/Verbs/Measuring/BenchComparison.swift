internal import Benchmarks
internal import Files
internal import Model
internal import Presentation

/// The comparison of `bench --compare BINARY`: this program and another one take turns.
struct BenchComparison {
    static let options: [any OptionDeclaration] = [
        Option.compare, Option.rounds,
    ]
    /// With fewer figures, the lower quartile would be the shortest one.
    fileprivate static let leastRounds = 4

    private let binary: String
    private let rounds: Int
    private let arguments: [String]
    private let terminal: Terminal
    private let isJSON: Bool

    /// - Throws: when BINARY is not an executable file.
    init(_ binary: String, _ invocation: Invocation) throws(CommandError) {
        rounds = invocation[.rounds]
        self.binary = binary
        terminal = invocation.terminal
        isJSON = invocation[.json]
        // Only given options are passed on: an older program may not know the others.
        var arguments = ["bench", "--json"]
        let own = Set((Self.options + [Option.json, Option.color]).map { ExactName($0.name) })
        for option in Verb.bench.options + GlobalOptions.all where !own.contains(ExactName(option.name)) {
            guard let text = invocation.text(of: option) else { continue }
            arguments += option.placeholder == nil ? [option.flag] : [option.flag, text]
        }
        self.arguments = arguments
        let status: FileStatus
        do throws(FileError) { status = try FileStatus(of: binary) } catch { throw fault(error.reason) }
        guard status.kind == .regular else { throw fault("it is not a file") }
        guard File.isExecutable(binary) else { throw fault("it is not executable") }
    }

    private func fault(_ reason: String) -> CommandError {
        CommandError("`--compare`: cannot run `\(binary)`: \(reason)")
    }

    func run() throws(CommandError) -> Int32 {
        var reports: [[BenchFigures]] = [[], [], []]
        for round in 0..<rounds {
            if terminal.streams.isErrorTerminal { terminal.prompt("\rround \(round + 1) of \(rounds)") }
            // The first turn rotates, so that changes of the machine over time affect each program. The other program
            // begins: when it cannot be compared, nothing was measured for it.
            for turn in 1...3 {
                let arm = (round + turn) % 3
                reports[arm].append(
                    try arm == 0 ? report("/proc/self/exe", "this program") : report(binary, "`\(binary)`"))
            }
        }
        if terminal.streams.isErrorTerminal { terminal.note("") }
        let comparison = ProgramComparison(new: reports[0], old: reports[1], again: reports[2])
        guard !comparison.rows.isEmpty else {
            throw CommandError("`--compare`: there is nothing that both programs measure in every round")
        }
        if isJSON { terminal.print(json(comparison).compact) } else { print(comparison) }
        let lengths = reports.map { $0[0].requestBytes }
        if lengths[0] != lengths[1] {
            terminal.note(
                "note: the two programs made up different requests; `--requests FILE` measures the same ones")
        }
        guard !comparison.slower.isEmpty else { return ExitStatus.done }
        terminal.complain("slower than `\(binary)`: \(comparison.slower.map(\.name).joined(separator: "; "))")
        return ExitStatus.gate
    }

    /// One run of one of the programs.
    private func report(_ program: String, _ name: String) throws(CommandError) -> BenchFigures {
        let run = try ProgramRun(program, arguments)
        let line = "`\(arguments.joined(separator: " "))`"
        guard let status = run.status else {
            throw CommandError("`--compare`: \(name) was ended by signal \(run.signal) at \(line)")
        }
        guard status == 0 else {
            let complaint = run.complaint.isEmpty ? "" : ": \(run.complaint.prefix(300))"
            throw CommandError("`--compare`: \(name) ended with status \(status) at \(line)\(complaint)")
        }
        let reason: String
        do {
            return try BenchFigures(json: try JSONReader.parse(run.output))
        } catch let error as BenchFiguresError {
            reason = error.message
        } catch let error as JSONError {
            reason = "it is not JSON, \(error.message) in line \(error.line)"
        } catch { reason = "\(error)" }
        throw CommandError("`--compare`: the output of \(name) at \(line) is not a report of `bench`: \(reason)")
    }

    private func print(_ comparison: ProgramComparison) {
        terminal.print(
            "this program and \(Terminal.escaped(binary)), \(rounds) rounds by turns; lower quartiles, in nanoseconds:")
        var table = Table(.benchComparison)
        for row in comparison.rows {
            table.add([
                row.name, Self.figure(row.new, 1), Self.figure(row.old, 1), Self.figure(row.ratio, 3),
                Self.figure(row.spread, 3), row.isSlower ? "slower" : row.isFaster ? "faster" : "",
            ])
        }
        table.print(to: terminal)
        for (names, words) in [
            (comparison.onlyNew, "only this program measures"), (comparison.onlyOld, "only the other one measures"),
            (comparison.sometimes, "not measured in every round"),
        ] where !names.isEmpty {
            terminal.print("\(words): \(Terminal.escaped(names.joined(separator: "; ")))")
        }
    }

    /// A figure with this many decimals; large ones get none.
    private static func figure(_ value: Double, _ digits: Int) -> String {
        let digits = digits == 1 && value >= 1_000 ? 0 : digits
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let whole = Int64((min(value, 1e15) * Double(scale)).rounded())
        guard digits > 0 else { return "\(whole)" }
        let part = String(whole % Int64(scale))
        return "\(whole / Int64(scale)).\(String(repeating: "0", count: digits - part.count))\(part)"
    }

    private func json(_ comparison: ProgramComparison) -> JSON {
        func names(_ names: [String]) -> JSON { .array(names.map(JSON.string)) }
        func rounded(_ value: Double) -> JSON { .number((value * 10_000).rounded() / 10_000) }
        return .object([
            .init("rounds", .integer(Int64(rounds))), .init("tolerance", .number(ProgramComparison.tolerance)),
            .init(
                "rows",
                .array(
                    comparison.rows.map { row in
                        .object([
                            .init("name", .string(row.name)), .init("new_ns", rounded(row.new)),
                            .init("old_ns", rounded(row.old)), .init("ratio", rounded(row.ratio)),
                            .init("spread", rounded(row.spread)), .init("slower", .boolean(row.isSlower)),
                        ])
                    })),
            .init("only_new", names(comparison.onlyNew)), .init("only_old", names(comparison.onlyOld)),
            .init("sometimes", names(comparison.sometimes)),
        ])
    }
}

extension Option<String?> {
    static var compare: Self { Self("compare", "BINARY", "measure this program and BINARY by turns, and compare them") }
}

extension Option<Int> {
    static var rounds: Self {
        Self(
            "rounds", "N", "turns of each program in a comparison", least: BenchComparison.leastRounds, most: 1_000,
            default: 8)
    }
}
