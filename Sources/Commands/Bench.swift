internal import Decisions
internal import Glibc
internal import Model
internal import Policies
internal import Workbench

extension Verb {
    /// `bench`: how fast it is, here, on the demo organisation.
    static let bench = Verb(
        name: "bench", summary: "measures how fast decisions are, here, on the demo organisation",
        options: [Option(name: "count", value: "N", help: "how many requests a round (20000)")],
        details: ["Five rounds each; the median is told. One thread, made-up requests of seed 1."],
        run: { invocation throws(CommandError) in
            let count = try invocation.number("count", default: 20_000, most: 1_000_000)
            let policies = try invocation.policies()
            let organisation = try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
            let directory: Directory
            do throws(OrganisationError) { directory = try Directory(organisation) } catch {
                throw CommandError(error.message)
            }
            var generator = RequestGenerator(directory: directory, schema: policies.schema, seed: 1)
            let lines = (0..<count).map { _ in generator.next() }
            let now = Instant("2026-11-22T12:00:00Z")!
            do {
                let point = try DecisionPoint(policies: policies, directory: directory)
                var questions: [Question] = []
                for line in lines { questions.append(try Question(json: try JSONReader.parse(line), now: now)) }
                let deciding = try median(count) { for question in questions { _ = try point.decide(question) } }
                var writer = JSONWriter()
                let whole = try median(count) {
                    writer.reset()
                    for line in lines {
                        let question = try Question(json: try JSONReader.parse(line), now: now)
                        try point.decide(question).write(to: &writer, explain: false)
                        writer.newline()
                    }
                }
                report(deciding, whole, invocation)
            } catch let error as RequestError {
                throw CommandError(error.message)
            } catch let error as PolicyError {
                throw CommandError(error.message)
            } catch { throw CommandError("\(error)") }
            return ExitStatus.done
        })

    /// Nanoseconds for one of `count`, the median of five rounds.
    private static func median(_ count: Int, _ round: () throws -> Void) throws -> Int64 {
        var times: [Int64] = []
        for _ in 0..<5 {
            let start = clock()
            try round()
            times.append((clock() - start) / Int64(count))
        }
        return times.sorted()[2]
    }

    private static func report(_ deciding: Int64, _ whole: Int64, _ invocation: Invocation) {
        if invocation.has("json") {
            let members: [JSON.Member] = [
                .init("decide_ns", .integer(deciding)), .init("line_ns", .integer(whole)),
            ]
            invocation.terminal.print(JSON.object(members).compact)
        } else {
            invocation.terminal.print("deciding a question: \(deciding) ns")
            invocation.terminal.print("a line of a batch, read, decided and answered: \(whole) ns")
        }
    }
}
