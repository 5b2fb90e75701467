internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Policies
internal import Presentation

extension ReplCommand {
    /// `timeline`: the answer as time passes.
    static let timeline = ReplCommand(
        name: "timeline", summary: "shows when the answer changes as time passes: expiry, hours, days",
        positionals: [
            .init(name: "TOKEN", help: "a token; the one in use if an action comes first", isOptional: true),
            .init(
                name: "ACTION [on RESOURCE] [in DEPARTMENT] [with NAME=VALUE] [until TIME]",
                help: "as for `can`; left out, the last request", isOptional: true, isRepeated: true,
                usage: "[ACTION [on TYPE[:ID]] [in DEPARTMENT] [with NAME=VALUE …]] [until TIME]"),
        ],
        details: ["Only the time changes; supposed changes are ignored."],
        examples: ["timeline", "timeline 'Warehouse sync' orders.read on order in Sales until 2027-12-31"],
        suggest: { completion, words in completion.timeline(words) },
        inside: { repl, invocation throws(CommandError) in
            var words = invocation.positionals
            var horizon: Instant?
            if words.count > 1, words[words.count - 2] == "until" {
                horizon = try repl.moment(words.removeLast(), invocation)
                words.removeLast()
            }
            let (question, directory) = try repl.timed(words, invocation)
            let progress = Progress("steps", invocation.terminal, stoppedBy: .keyboard)
            defer { progress.end() }
            let authorizer = try repl.rules().authorizer
            let timeline: Timeline
            do throws(RequestError) {
                timeline = try Timeline(question, authorizer, on: directory, until: horizon) {
                    progress.step($0, of: $1)
                }
            } catch { throw CommandError(error.message) }
            progress.end()
            try repl.tell(timeline, invocation)
            return ExitStatus.done
        })
}

extension Repl {
    /// The last request or, if there are words, the request that they describe.
    fileprivate func timed(_ words: [String], _ invocation: Invocation) throws(CommandError) -> (
        AuthorizationRequest, Directory
    ) {
        guard let first = words.first else {
            let answer = try lastAnswer()
            var question = answer.question
            question.now = try now(invocation)
            return (question, answer.directory)
        }
        let isAction = try rules().set.schema.actions[ExactName(first)] != nil
        let token = isAction ? try tokenInUse() : try token(first, invocation).id
        let rest = isAction ? words : Array(words.dropFirst())
        guard !rest.isEmpty else { throw .usage("missing action: `timeline \(first) ACTION`") }
        let snapshot = try timedDirectory(invocation, holding: [token])
        return (try access(token, rest, invocation, snapshot), snapshot.directory)
    }

    fileprivate func tell(_ timeline: Timeline, _ invocation: Invocation) throws(CommandError) {
        let zone = zone ?? .utc
        var listing = Listing(.timeline)
        for interval in timeline.intervals {
            let why = interval.reasons.map(\.text).joined(separator: "; ")
            let code = interval.summary.code
            listing.add(
                [
                    .time(interval.from, in: zone), interval.to.map { .time($0, in: zone) } ?? TableCell("…"),
                    TableCell(interval.summary.isPermitted ? "permit" : "deny"),
                    TableCell(why.isEmpty ? Decision.words(for: code) ?? code : why),
                    TableCell(interval.causes.joined(separator: "; ")),
                ],
                [
                    .init("from", .string(interval.from.description)), .init("to", .optional(interval.to?.description)),
                    .init("decision", .boolean(interval.summary.isPermitted)), .init("code", .string(code)),
                    .init("reasons", .strings(interval.reasons.map(\.text))),
                    .init("causes", .strings(interval.causes)),
                ])
        }
        try listing.print(invocation, "interval")
        Listing.noteZone(zone, invocation)
        if !timeline.isComplete {
            let horizon = LocalTime.stated(timeline.horizon, in: zone)
            invocation.terminal.note("incomplete: the answer may change at other times up to \(horizon)")
        }
    }
}

extension Completion {
    /// `[TOKEN] ACTION …`.
    func timeline(_ words: [String]) -> [Candidate] {
        guard let first = words.first else { return tokens + actions }
        let rest = schema?.actions[ExactName(first)] == nil ? Array(words.dropFirst()) : words
        return access(rest)
            + (rest.isEmpty ? [] : [Candidate(text: "until", help: "the end of the search: a day or a moment")])
    }
}
