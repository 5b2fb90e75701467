internal import Decisions
internal import Model
internal import Tokens

/// Shows the advice of policies before anything is saved, and asks the person what to do.
struct AdvicePrompt {
    let invocation: Invocation
    /// True for an act that can take the suggested day.
    var takesDay = true

    private var terminal: Terminal { invocation.terminal }

    /// The person's choice. Without a terminal, an option says it: advice that nobody follows or ignores stops the act.
    func respond(to decision: Decision) -> Administration.Response {
        for statement in decision.advice {
            let until = statement.suggestedLastDay.map { ": until \($0) is suggested" } ?? ""
            terminal.note(
                "advice: \(Terminal.escaped(statement.text))\(until)  [\(statement.policy):\(statement.line)]")
        }
        let day = takesDay ? decision.suggestedLastDay : nil
        if invocation[ifDeclared: .ignoreAdvice] { return .go }
        if invocation[ifDeclared: .acceptAdvice] {
            guard let day else { return .go }
            terminal.note("taken: the last day is \(day)")
            return .lastDay(day)
        }
        guard terminal.streams.isInteractive else {
            let options =
                takesDay
                ? "`--accept-advice` to follow it, or `--ignore-advice`"
                : "`--ignore-advice` to do it in spite of the advice"
            return .stop("the policies advise otherwise, so nothing is saved: add \(options)")
        }
        guard let day else {
            let isToGoOn = Prompt.confirm("go on in spite of the advice?", terminal) == true
            return isToGoOn ? .go : .stop(Prompt.nothing)
        }
        let choices = ["use the suggested day \(day)", "keep the given day", "stop"]
        switch try? Prompt("what now?", choices).ask(terminal) {
        case 0?: return .lastDay(day)
        case 1?: return .go
        default: return .stop(Prompt.nothing)
        }
    }
}

extension AdministrationSession {
    /// Performs an act on tokens, on all of them or on none, after the policies' advice was shown.
    func perform<Result>(
        _ kind: DecisionKind, _ ids: [TokenID],
        _ body: (TokenService, AuditContext) throws(TokenStoreError) -> Result
    ) throws(CommandError) -> Result {
        try act { administration throws(AdministrationError) in
            try administration.perform(
                kind, ids, advised: AdvicePrompt(invocation: invocation, takesDay: false).respond, body)
        }
    }
}
