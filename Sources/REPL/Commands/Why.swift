internal import Analysis
internal import CommandLine
internal import Decisions
internal import Engine
internal import Model
internal import Presentation

extension ReplCommand {
    /// `why`: an explanation of the last decision, or of one in the decision log.
    static let why = ReplCommand(
        name: "why",
        summary: "explains the last decision, or one of the log: who asked, each policy, the facts it read",
        positionals: [
            .init(name: "#N", help: "a decision of the log by its number, as `denied` lists it", isOptional: true)
        ],
        details: ["A decision of the log is explained with the facts as they were then, and decided again now."],
        examples: ["why", "why #17"],
        suggest: { _, words in words.isEmpty ? [Candidate(text: "not", help: "the changes that would turn it")] : [] },
        inside: { repl, invocation throws(CommandError) in
            if let word = invocation.positionals.first { return try repl.tellLogged(word, invocation) }
            let answer = try repl.lastAnswer()
            let traced: TracedDecision
            do throws(RequestError) {
                traced = try answer.loaded.authorizer.examine(answer.question, on: answer.directory)
            } catch { throw CommandError(error.message) }
            let report = ExplanationReport(Explanation(traced), answer.loaded)
            if invocation[.json] {
                invocation.terminal.print(report.json.pretty)
            } else {
                invocation.terminal.show(report.lines)
            }
            return ExitStatus.done
        })

    /// `why not`: the changes that would turn the last decision.
    static let whyNot = ReplCommand(
        name: "why not", summary: "finds the smallest changes that would turn the last decision; each is verified",
        details: [
            "It tries single changes and, if none is enough, pairs. Changes of the request, those by an administrator "
                + "and the passing of time are listed separately. `flip` is the same."
        ],
        inside: { repl, invocation throws(CommandError) in try repl.tellWays(invocation) })

    static let counterfactual = ReplCommand(
        name: "flip", summary: "the same as `why not`",
        inside: { repl, invocation throws(CommandError) in try repl.tellWays(invocation) })

    /// `= EXPRESSION`.
    static let inquiry = ReplCommand(
        name: "=", summary: "evaluates Lua, with `request` bound to the last request",
        positionals: [.init(name: "EXPRESSION", help: "in the sandbox; Tab completes after a dot")],
        details: [
            "It shows the value of the expression and its type. Plugins go by their names. ^C stops it."
        ],
        examples: [
            "= request.token.department.name", "= org.managers:has('Administrator')",
            "= request.resource.department:is_within(request.token.department)",
        ],
        inside: { repl, invocation throws(CommandError) in
            let answer = try repl.lastAnswer()
            let evaluated = try repl.inspect(invocation.positionals[0], answer)
            let terminal = invocation.terminal
            if invocation[.json] {
                let members: [JSON.Member] = [
                    .init("expression", .optional(evaluated.expression)), .init("type", .string(evaluated.type)),
                    .init("value", .string(evaluated.value)),
                    .init("read", .strings(evaluated.observedFacts.map(\.text))),
                ]
                terminal.print(JSON.object(members).compact)
                return ExitStatus.done
            }
            terminal.show("\(evaluated.value, .strong)")
            let text = evaluated.expression.map { "\($0), " } ?? ""
            let article = "aeio".contains(evaluated.type.first ?? " ") ? "an" : "a"
            terminal.print(
                "  \(Terminal.escaped(text))\(evaluated.type == "nil" ? "nil" : "\(article) \(evaluated.type)")")
            for effect in evaluated.effects {
                terminal.print("  it calls \(Terminal.escaped(effect)), which has no effect here")
            }
            return ExitStatus.done
        })
}
