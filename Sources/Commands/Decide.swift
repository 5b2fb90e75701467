internal import Decisions
internal import Glibc
internal import Model
internal import Policies

extension Verb {
    /// `decide`: one decision, and why.
    static let decide = Verb(
        name: "decide", summary: "decides what a token may do, and says why",
        positionals: [
            .init(name: "TOKEN", help: "a token's id, or its name where only one has it; `-` for none"),
            .init(name: "ACTION", help: "an action of the schema, or token.issue, amend, reveal, revoke or list"),
            .init(
                name: "[TYPE[:ID]] [name=value]",
                help: "the resource, and its properties or the context's; the subject's are `subject.name=`",
                isOptional: true, isRepeated: true, usage: "[TYPE[:ID]] [name=value …]"),
        ],
        options: [
            Option(name: "explain", help: "say what each policy read"),
            Option(
                name: "expect", value: "ANSWER", help: "permit or deny: end with 0 if so, else with 5",
                choices: ["permit", "deny"]),
            .log, .mask,
            Option(
                name: "subject", value: "TYPE:ID", help: "an external subject acts, and TOKEN is `-`; needs no store"),
        ] + Option.limits.prefix(3),
        details: [
            "token.issue has `-` for TOKEN. It and token.amend take name=, kind=, assignment=, and expires= or last_day=.",
            "exit status: 0 permit, 2 deny, 3 policies do not load, 5 not as expected, 64 wrong usage, 1 any failure",
        ],
        run: { invocation throws(CommandError) in
            let budget = try invocation.budget()
            let policies = try invocation.policies()
            let isExternal = invocation.has("subject")
            let directory = isExternal ? try invocation.directoryIfAny() : try invocation.directory()
            let question = try QuestionReader(invocation, directory, policies.schema).question()
            let decision: Decision
            let start = clock()
            do {
                let point = try DecisionPoint(
                    policies: policies, directory: directory, budget: budget, learning: .none)
                point.explains = true
                decision = try point.decide(question)
            } catch let error as RequestError {
                throw CommandError(error.message)
            } catch let error as PolicyError {
                throw CommandError(error.message)
            } catch { throw CommandError("\(error)") }
            let elapsed = clock() - start
            if let path = invocation.value("log") { try log(question, decision, elapsed, path, invocation.masked) }
            if invocation.has("json") {
                var writer = JSONWriter()
                decision.write(to: &writer, explain: true)
                writer.newline()
                invocation.terminal.write(writer.bytes)
            } else {
                Explanation(decision, policies: policies).print(
                    to: invocation.terminal, withFacts: invocation.has("explain"))
            }
            return status(decision, expected: invocation.value("expect"), invocation.terminal)
        })

    private static func status(_ decision: Decision, expected: String?, _ terminal: Terminal) -> Int32 {
        let answer = decision.isPermitted ? "permit" : "deny"
        guard let expected else { return decision.isPermitted ? ExitStatus.done : ExitStatus.deny }
        if expected == answer { return ExitStatus.done }
        terminal.complain("expected \(expected), got \(answer)")
        return ExitStatus.gate
    }

    private static func log(
        _ question: Question, _ decision: Decision, _ nanoseconds: Int64, _ path: String, _ masked: Set<String>
    ) throws(CommandError) {
        do throws(DecisionLogError) {
            var log = try DecisionLog(path: path, masked: masked)
            try log.append(question, decision, nanoseconds: nanoseconds)
        } catch { throw CommandError(error.message) }
    }

    /// Nanoseconds of the steady clock.
    static func clock() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
