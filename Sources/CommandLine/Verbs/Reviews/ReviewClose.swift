internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `review close`: ends a review.
    static let reviewClose = Verb(
        name: "review close",
        summary: "closes a review: what nobody attested is suspended or reported; without --yes it only shows what",
        positionals: [.review], options: [Option.yes, Option.reason],
        details: [
            "It is done in one transaction, or not at all. `token resume` undoes a suspension.",
            "exit status: 0 done, 1 tokens are reported that nobody attested",
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation, acting: .revoke)
            let name = ExactName(invocation.positionals[0])
            if !invocation[.yes] {
                let report = try session.report(of: name)
                if report.review.end == nil {
                    try session.act { administration throws(AdministrationError) in
                        try administration.requireClosing(report.review, report.items)
                    }
                    let listing = report.listing(.left, orAttestedWithLess: true)
                    if invocation[.json] {
                        session.terminal.print(JSON.object([.init("tokens", listing.rows)]).compact)
                    } else {
                        listing.table.print(to: session.terminal)
                    }
                    for line in report.closing { session.terminal.note(line) }
                    guard Prompt.confirm("close it?", session.terminal) == true else {
                        session.terminal.note("nothing is changed yet; to do it, add: --yes")
                        return ExitStatus.done
                    }
                }
            }
            let counts = try session.act { administration throws(AdministrationError) in
                try administration.closeReview(name, of: session.tenant.id)
            }
            if invocation[.json] {
                let members = ReviewAct.answers.map {
                    JSON.Member(ExactName($0.word), .integer(Int64(counts[$0] ?? 0)))
                }
                session.terminal.print(JSON.object(members).compact)
            } else {
                let words = ReviewAct.answers.compactMap { act in counts[act].map { "\($0) \(act.word)" } }
                session.terminal.print(
                    "the review `\(Terminal.escaped(name))` is closed: \(words.joined(separator: ", "))")
            }
            return counts[.report] == nil ? ExitStatus.done : ExitStatus.failure
        })
}
