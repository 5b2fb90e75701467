internal import Decisions
internal import Model

/// Shows the advice of policies before anything is saved, and asks the person what to do.
struct AdvicePrompt {
    let invocation: Invocation

    /// The person's choice. Without a terminal and without `--accept-advice`, advice is only shown.
    func respond(to decision: Decision) -> Administration.Response {
        let terminal = invocation.terminal
        for statement in decision.advice {
            let until = Self.lastDay(statement).map { ": until \($0) is suggested" } ?? ""
            terminal.note(
                "advice: \(Terminal.escaped(statement.text))\(until)  [\(statement.policy):\(statement.line)]")
        }
        // Where several policies suggest a day, the earliest one satisfies all.
        guard let day = decision.advice.compactMap(Self.lastDay).min() else { return .go }
        if invocation[.acceptAdvice] {
            terminal.note("taken: the last day is \(day)")
            return .lastDay(day)
        }
        guard terminal.streams.isInteractive else { return .go }
        let choices = ["use the suggested day \(day)", "keep the given day", "stop"]
        switch try? Prompt("what now?", choices).ask(terminal) {
        case 0?: return .lastDay(day)
        case 1?: return .go
        default: return .stop
        }
    }

    private static func lastDay(_ statement: PolicyStatement) -> Date? {
        statement.details.first { $0.key == "last_day" }?.value.string.flatMap { Date($0) }
    }
}
