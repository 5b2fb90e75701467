internal import Decisions
internal import Glibc
internal import Model
internal import Policies
internal import Workbench

extension Verb {
    /// `bench`: how fast it is, here, on the demo organisation.
    static let bench = Verb(
        name: "bench", summary: "measures how fast decisions are, here, on the demo organisation",
        options: [
            Option(name: "count", value: "N", help: "how many made-up requests (20000)"),
            Option(name: "jobs", value: "N", help: "how many work side by side in the batch (one a core)"),
            Option(name: "grow", value: "N", help: "repeat the policies until there are so many (1000)"),
        ],
        details: [
            "Decisions of prepared requests on one thread, by trees and by running every policy; a batch from file to "
                + "file; from nothing to the first decision; and what each policy costs, which is the same everywhere.",
            "Made-up requests of seed 1, and policies of the folder repeated. Compare figures of one run only.",
        ],
        run: { invocation throws(CommandError) in
            let count = try invocation.number("count", default: 20_000, most: 1_000_000)
            let jobs = try invocation.number(
                "jobs", default: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), most: Decisions.Batch.mostJobs)
            let most = try invocation.number("grow", default: 1_000, most: 10_000)
            let start = DecisionBenchmark.nanoseconds()
            let policies = try invocation.policies()
            let organisation = try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
            let directory: Directory
            do throws(OrganisationError) { directory = try Directory(organisation) } catch {
                throw CommandError(error.message)
            }
            let now = Instant("2026-11-22T12:00:00Z")!
            do {
                var report = BenchReport()
                report.cold = try first(policies, directory, now, since: start)
                let benchmark = try DecisionBenchmark(
                    directory: directory, schema: policies.schema, count: count, now: now)
                let source = try PolicySource.folder(invocation.value("policies") ?? "policies")
                for size in [3, 10, 100, 1_000, 10_000] where size <= most {
                    guard let grown = DecisionBenchmark.source(source, count: size),
                        let set = PolicySet.load(grown).set
                    else { continue }
                    report.rows.append(try benchmark.row(set))
                }
                report.own = try benchmark.row(policies)
                report.costs = try benchmark.costs(policies)
                report.batch = try batch(policies, directory, count, jobs, now)
                report.print(isJSON: invocation.has("json"), to: invocation.terminal)
            } catch let error as RequestError {
                throw CommandError(error.message)
            } catch let error as PolicyError {
                throw CommandError(error.message)
            } catch let error as CommandError {
                throw error
            } catch { throw CommandError("\(error)") }
            return ExitStatus.done
        })

    /// Nanoseconds from before the policies were read to the first decision.
    private static func first(
        _ policies: PolicySet, _ directory: Directory, _ now: Instant, since start: Int64
    ) throws -> Int64 {
        var generator = RequestGenerator(directory: directory, schema: policies.schema, seed: 1)
        let point = try DecisionPoint(policies: policies, directory: directory)
        _ = try point.decide(Question(json: try JSONReader.parse(generator.next()), now: now))
        return DecisionBenchmark.nanoseconds() - start
    }

    /// Requests a second from a file to nowhere, the best of three: what disturbs only slows.
    private static func batch(
        _ policies: PolicySet, _ directory: Directory, _ count: Int, _ jobs: Int, _ now: Instant
    ) throws -> Int64 {
        var name = Array("/tmp/demilune-bench-XXXXXX".utf8CString)
        let input = unsafe name.withUnsafeMutableBufferPointer { unsafe mkstemp($0.baseAddress!) }
        let output = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard input >= 0, output >= 0 else { throw CommandError("cannot make a file for the batch under `/tmp`") }
        defer {
            close(input)
            close(output)
        }
        // The file goes with the last descriptor of it.
        unsafe unlink(name)
        var generator = RequestGenerator(directory: directory, schema: policies.schema, seed: 1)
        var lines: [UInt8] = []
        for _ in 0..<count { lines += generator.next() + [0x0A] }
        var written = 0
        for _ in 0..<10 {
            guard Descriptor.write(lines, to: input) else { throw CommandError("cannot write the batch under `/tmp`") }
            written += count
        }
        var options = BatchOptions(now: now)
        options.jobs = jobs
        var best = Int64.max
        for _ in 0..<3 {
            lseek(input, 0, SEEK_SET)
            let start = DecisionBenchmark.nanoseconds()
            _ = try Decisions.Batch.run(options, policies: policies, directory: directory, input: input, output: output)
            best = min(best, DecisionBenchmark.nanoseconds() - start)
        }
        return Int64(Double(written) / Double(best) * 1e9)
    }
}
