internal import Benchmarks
internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Plugins
internal import Policies
internal import PolicyTesting

extension Verb {
    /// `bench`: measures the speed of decisions on this machine.
    static let bench = Verb(
        name: "bench", summary: "measures how fast this machine decides, on the demo organisation",
        options: [
            Option.count, Option.requests, Option.jobs, Option.grow, Option.tokens, Option.scenario,
        ] + BenchComparison.options,
        uses: .policies.adding(Option.json),
        details: [
            "Decisions of prepared requests on one thread, by trees and by running every policy; a batch from file to "
                + "file; from nothing to the first decision; and what each policy costs, which is the same everywhere.",
            "The same on a made-up store of many tokens (--tokens), where nothing is remembered of each.",
            "Made-up requests of seed 1, and policies of the folder repeated. Compare figures of one run only.",
            "--scenario hospital measures a hospital of 1, 50 and 300 departments instead, with 33 policies for each: of so many, "
                + "a request concerns few.",
            "--compare runs this program, BINARY and BINARY again by turns. A row is slower when its lower quartile is more "
                + "than 1.03 times that of BINARY, and more than the two halves of BINARY differ by.",
            "exit status: 5 when a row of a comparison is slower",
        ],
        run: { invocation throws(CommandError) in
            if invocation[.requests] != nil, invocation.isGiven(Option.tokens) {
                throw .usage("`--tokens` is for made-up requests: leave it out beside `--requests FILE`")
            }
            if let scenario = invocation[.scenario] {
                let others: [any OptionDeclaration] = [
                    Option.count, Option.requests, Option.jobs, Option.grow, Option.tokens, Option.policies,
                    Option.plugins, Option.locked,
                ]
                if let other = others.first(where: { invocation.isGiven($0) }) {
                    throw .usage(
                        "`--scenario \(scenario.rawValue)` has requests and policies of its own: leave `\(other.flag)` out"
                    )
                }
            }
            if let binary = invocation[.compare] { return try BenchComparison(binary, invocation).run() }
            if let scenario = invocation[.scenario] { return try Self.run(scenario, invocation) }
            if invocation.isGiven(Option.rounds) { throw .usage("`--rounds` needs `--compare BINARY`") }
            let count = invocation[.count]
            let jobs = invocation[.jobs]
            let most = invocation[.grow]
            let start = SteadyClock.nanoseconds()
            let policies = try invocation.policies()
            let (directory, now) = try timedDirectory(invocation)
            do {
                var report = BenchReport()
                let one = try lines(invocation, directory, policies, 1)
                report.cold = try first(policies, directory, one[0], now, since: start)
                let lines = try lines(invocation, directory, policies, count)
                let benchmark = DecisionBenchmark(directory: directory, lines: lines, now: now)
                let source = try invocation.policySource().loadedPlugins().source
                for size in [3, 10, 100, 1_000, 10_000] where size <= most {
                    guard let grown = DecisionBenchmark.source(source, count: size),
                        let set = PolicySet.load(grown).set
                    else { continue }
                    report.rows.append(("\(size) on access", try benchmark.row(set)))
                }
                // As many requests as the cache holds, so that each was just read when it is decided.
                for size in [64, 256] where size <= most && !directory.tokens.isEmpty {
                    let row = try IndependentBenchmark.row(
                        policies: size, requests: min(count, 128), directory: directory, now: now)
                    report.rows.append(("\(size) independent", row))
                }
                // So many that no branch predictor learns them by heart.
                if most >= 64 && !directory.tokens.isEmpty {
                    let row = try IndependentBenchmark.row(
                        policies: 64, requests: 8_000, directory: directory, now: now)
                    report.rows.append(("64 independent, 8000 requests", row))
                }
                if invocation[.tokens] > 0, invocation[.requests] == nil {
                    report.rows += try large(invocation, source, policies, count, now)
                }
                report.own = try benchmark.row(policies)
                if let limited = DecisionBenchmark.limited(directory) {
                    let row = try DecisionBenchmark(directory: limited, lines: lines, now: now).row(policies)
                    report.rows.append(("the folder, under ceilings", row))
                }
                report.costs = try benchmark.costs(policies)
                report.batches = [try batch("plain", lines, policies, directory, jobs, now)]
                if invocation[.requests] == nil {
                    let ordinary = lines.map(OrdinaryRequest.saying(more:))
                    report.batches.append(try batch("ordinary", ordinary, policies, directory, jobs, now))
                }
                report.print(isJSON: invocation[.json], to: invocation.terminal)
            } catch { throw fault(error) }
            return ExitStatus.done
        })

    /// Measures a scenario, which has its own policies and requests.
    private static func run(_ scenario: BenchScenario, _ invocation: Invocation) throws(CommandError) -> Int32 {
        if invocation.isGiven(Option.rounds) { throw .usage("`--rounds` needs `--compare BINARY`") }
        let (directory, now) = try demo()
        var report = ScenarioReport()
        do {
            for departments in scenario.sizes {
                report.rows.append(
                    try HospitalBenchmark.row(departments: departments, directory: directory, now: now))
            }
        } catch { throw fault(error) }
        report.print(isJSON: invocation[.json], to: invocation.terminal)
        return ExitStatus.done
    }

    /// The error for a fault of a measurement, in the fault's own words.
    private static func fault(_ error: any Error) -> CommandError {
        switch error {
        case let error as RequestError: CommandError(error.message)
        case let error as PolicyError: CommandError(error.message)
        case let error as CommandError: error
        default: CommandError("\(error)")
        }
    }

    /// The directory and time to decide on: those of the store with `--requests`, else the demo organisation at a fixed
    /// time.
    private static func timedDirectory(_ invocation: Invocation) throws(CommandError) -> (Directory, Instant) {
        guard invocation[.requests] == nil else {
            let snapshot = try invocation.timedDirectory(needsStore: true)
            return (snapshot.directory, snapshot.now)
        }
        return try demo()
    }

    /// The demo organisation at a fixed time.
    private static func demo() throws(CommandError) -> (Directory, Instant) {
        let organisation = try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
        do throws(OrganisationError) {
            return (try Directory(organisation), Instant("2026-11-22T12:00:00Z")!)
        } catch { throw CommandError(error.message) }
    }

    /// Decisions on a made-up store of many tokens.
    private static func large(
        _ invocation: Invocation, _ source: PolicySource, _ policies: PolicySet, _ count: Int, _ now: Instant
    ) throws -> [(name: String, row: DecisionBenchmark.Row)] {
        let demo = try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
        let tokens = invocation[.tokens]
        let directory = try Directory(
            DecisionBenchmark.organisation(tokens: tokens, userTypes: demo.tenants[0].userTypes, now: now))
        let lines = try lines(invocation, directory, policies, count)
        let benchmark = DecisionBenchmark(directory: directory, lines: lines, now: now)
        var rows: [(name: String, row: DecisionBenchmark.Row)] = []
        if let three = DecisionBenchmark.source(source, count: 3).flatMap({ PolicySet.load($0).set }) {
            rows.append(("3 on access, \(counted(tokens, "token"))", try benchmark.row(three)))
        }
        rows.append(("the folder's, \(counted(tokens, "token"))", try benchmark.row(policies)))
        return rows
    }

    private static func lines(
        _ invocation: Invocation, _ directory: Directory, _ policies: PolicySet, _ count: Int
    ) throws(CommandError) -> [[UInt8]] {
        guard let path = invocation[.requests] else {
            var generator = RequestGenerator(directory: directory, schema: policies.schema, seed: 1)
            return (0..<count).map { _ in generator.next() }
        }
        let input = try File.open(path)
        defer { close(input) }
        let lines: [[UInt8]]
        do throws(FileError) { lines = try Descriptor.readAll(input).split(separator: 0x0A).map(Array.init) } catch {
            throw CommandError(error.reason)
        }
        guard !lines.isEmpty else { throw CommandError("there is no request in `\(Terminal.escaped(path))`") }
        return lines
    }

    /// Nanoseconds from before the policies are read to the first decision.
    private static func first(
        _ policies: PolicySet, _ directory: Directory, _ line: [UInt8], _ now: Instant, since start: Int64
    ) throws -> Int64 {
        let authorizer = try Authorizer(policies: policies)
        let request = try AuthorizationRequest(json: try JSONReader.parse(request: line), now: now)
        _ = try authorizer.decide(request, on: directory)
        return SteadyClock.nanoseconds() - start
    }

    /// Measures requests a second from a file to `/dev/null`, and the rate of simdjson parsing alone. They take turns
    /// and report medians, so that a disturbance affects both.
    private static func batch(
        _ name: String, _ lines: [[UInt8]], _ policies: PolicySet, _ directory: Directory, _ jobs: Int,
        _ now: Instant
    ) throws -> BenchReport.Batch {
        // The file disappears when its descriptor is closed.
        guard let input = try? Descriptor.temporary("/tmp/demilune-bench-"),
            let output = try? Descriptor.open("/dev/null", for: .writing)
        else { throw CommandError("cannot make a file for the batch under `/tmp`") }
        defer {
            close(input)
            close(output)
        }
        let bytes = Array(lines.joined(separator: [0x0A])) + [0x0A]
        let times = max(1, min(40, 64_000_000 / bytes.count))
        for _ in 0..<times {
            guard Descriptor.write(bytes, to: input) else { throw CommandError("cannot write the batch under `/tmp`") }
        }
        var options = BatchOptions(now: now)
        options.jobs = jobs
        let count = Double(lines.count * times)
        func rate(_ work: () throws -> Void) throws -> Int64 {
            lseek(input, 0, SEEK_SET)
            let start = SteadyClock.nanoseconds()
            try work()
            return Int64(count / Double(SteadyClock.nanoseconds() - start) * 1e9)
        }
        var pairs: [(decided: Int64, parsed: Int64)] = []
        for _ in 0..<7 {
            let decided = try rate {
                _ = try Decisions.Batch.run(
                    options, policies: policies, directory: directory, input: input, output: output)
            }
            let parsed = try rate { _ = Parsing.lines(of: input, schema: policies.schema) }
            pairs.append((decided, parsed))
        }
        func median(_ values: [Int64]) -> Int64 { values.sorted()[values.count / 2] }
        return BenchReport.Batch(
            name: name, decided: median(pairs.map(\.decided)), parsed: median(pairs.map(\.parsed)),
            share: median(pairs.map { $0.decided * 100 / max(1, $0.parsed) }), bytes: bytes.count / lines.count)
    }
}

extension Option<Int> {
    fileprivate static var count: Self {
        Self("count", "N", "number of made-up requests", most: 1_000_000, default: 20_000)
    }
    fileprivate static var jobs: Self { .threads("threads of the batch (one per core)") }
    fileprivate static var tokens: Self {
        Self("tokens", "N", "tokens of the large made-up store; 0 for none", least: 0, most: 1_000_000, default: 10_000)
    }
    fileprivate static var grow: Self {
        Self("grow", "N", "repeat the policies until there are N", most: 10_000, default: 1_000)
    }
}

extension Option<BenchScenario?> {
    fileprivate static var scenario: Self { Self("scenario", "NAME", "measure a made-up scenario instead") }
}

extension Option<String?> {
    fileprivate static var requests: Self {
        Self("requests", "FILE", "measure these requests, one a line, on the store")
    }
}
