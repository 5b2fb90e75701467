internal import Decisions
internal import Model

/// Tells the advice of policies before anything is saved, and what the person makes of it.
struct AdvicePrompt {
    static let option = Option(name: "accept-advice", help: "take the last day that the policies suggest")

    let invocation: Invocation

    /// Without a terminal, and without `--accept-advice`, advice is told and no more.
    func respond(to decision: Decision) -> Administration.Response {
        let terminal = invocation.terminal
        for statement in decision.advice {
            let until = Self.lastDay(statement).map { ": until \($0) is suggested" } ?? ""
            terminal.note(
                "advice: \(Terminal.escaped(statement.text))\(until)  [\(statement.policy):\(statement.line)]")
        }
        // Where several suggest a day, the first of them suits them all.
        guard let day = decision.advice.compactMap(Self.lastDay).min() else { return .go }
        if invocation.has("accept-advice") {
            terminal.note("taken: the last day is \(day)")
            return .lastDay(day)
        }
        guard terminal.streams.isInteractive else { return .go }
        let choices = ["take the suggestion: until \(day)", "keep what was stated", "stop"]
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
