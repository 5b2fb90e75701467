internal import CommandLine
internal import Decisions
internal import Engine
internal import Model
internal import Policies
internal import Presentation

extension ReplCommand {
    /// `cost`: the instructions, facts and time of the last decision.
    static let cost = ReplCommand(
        name: "cost",
        summary: "shows the cost of the last decision: instructions, facts, and time with and without trees",
        inside: { repl, invocation throws(CommandError) in
            let answer = try repl.lastAnswer()
            let known = try answer.time(treeOptions: TreeOptions(), times: 20_000)
            let run = try answer.time(treeOptions: .none, times: 2_000)
            var listing = Listing(.decisionCost)
            for trace in answer.decision.traces.sorted(by: { $0.fuel > $1.fuel }) {
                listing.add(
                    [trace.policy.text, "\(trace.fuel)", "\(trace.facts.count)"],
                    [
                        .init("policy", .string(trace.policy)), .init("instructions", .integer(Int64(trace.fuel))),
                        .init("facts", .integer(Int64(trace.facts.count))),
                    ])
            }
            if invocation[.json] {
                let members: [JSON.Member] = [
                    .init("policies", listing.rows), .init("asked_ns", .integer(answer.nanoseconds)),
                    .init("known_ns", .optional(known)), .init("run_ns", .optional(run)),
                ]
                invocation.terminal.print(JSON.object(members).pretty)
                return ExitStatus.done
            }
            invocation.terminal.print(Terminal.escaped(answer.title))
            try listing.print(invocation, "policy", plural: "policies")
            invocation.terminal.print("as decided here, with explanations:   \(ElapsedTime.text(answer.nanoseconds))")
            guard let known, let run else {
                invocation.terminal.print("no policy was evaluated, so there is no more to measure")
                return ExitStatus.done
            }
            invocation.terminal.print("by decision trees, once it is cached: \(ElapsedTime.text(known))")
            invocation.terminal.print("by running every policy:              \(ElapsedTime.text(run))")
            return ExitStatus.done
        })
}

extension JSON {
    fileprivate static func optional(_ number: Int64?) -> JSON { number.map(JSON.integer) ?? .null }
}

extension DecidedRequest {
    /// The median time of a decision in nanoseconds, over a hundred batches; `nil` when no policy is evaluated.
    fileprivate func time(treeOptions: TreeOptions, times: Int) throws(CommandError) -> Int64? {
        do {
            let authorizer = try Authorizer(policies: loaded.set, treeOptions: treeOptions)
            guard var request = try authorizer.prepared(question, on: directory) else { return nil }
            authorizer.decide(prepared: &request)
            var batches: [Int64] = []
            for _ in 0..<100 {
                let start = SteadyClock.nanoseconds()
                for _ in 0..<(times / 100) { authorizer.decide(prepared: &request) }
                batches.append((SteadyClock.nanoseconds() - start) / Int64(times / 100))
            }
            return batches.sorted()[50]
        } catch let error as PolicyError {
            throw CommandError(error.message)
        } catch { throw CommandError("\(error)") }
    }
}
