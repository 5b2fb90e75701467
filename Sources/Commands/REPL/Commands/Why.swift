internal import Decisions
internal import Model
internal import Policies
internal import Workbench

extension Verb {
    /// `why`: the last decision as a story, or one of the decision log.
    static let why = Verb(
        name: "why", summary: "tells the last decision as a story: who, each policy, what it read; or one of the log",
        positionals: [
            .init(name: "#N", help: "a decision of the log by its number, which `denied` tells", isOptional: true)
        ],
        details: ["A decision of the log is told with the facts as they were then, and what would be answered now."],
        examples: ["why", "why #17"],
        suggest: { _, words in words.isEmpty ? [Candidate(text: "not", help: "what would turn it")] : [] },
        inside: { repl, invocation throws(CommandError) in
            if let word = invocation.positionals.first { return try repl.tellLogged(word, invocation) }
            let answer = try repl.lastAnswer()
            let traced: TracedDecision
            do throws(RequestError) {
                traced = try answer.loaded.authorizer.examine(answer.question, on: answer.directory)
            } catch { throw CommandError(error.message) }
            let telling = ExplanationPrinter(Explanation(traced), answer.loaded)
            if invocation.has("json") {
                invocation.terminal.print(telling.json.pretty)
            } else {
                telling.print(to: invocation.terminal)
            }
            return ExitStatus.done
        })

    /// `why not`: what would turn the last decision.
    static let whyNot = Verb(
        name: "why not", summary: "finds the smallest changes that would turn the last decision, each of them decided",
        details: [
            "One thing, or where none will do, two. What a request must bring is told apart from what an administrator "
                + "can change, and from what comes with time. `flip` is the same."
        ],
        inside: { repl, invocation throws(CommandError) in try repl.tellWays(invocation) })

    static let counterfactual = Verb(
        name: "flip", summary: "the same as `why not`",
        inside: { repl, invocation throws(CommandError) in try repl.tellWays(invocation) })

    /// `= EXPRESSION`.
    static let inquiry = Verb(
        name: "=", summary: "evaluates Lua, with `request` bound to the last question",
        positionals: [.init(name: "EXPRESSION", help: "in the sandbox; Tab completes after a dot")],
        details: [
            "It says what the expression is and what it is worth. Plugins go by their names. ^C stops it."
        ],
        examples: [
            "= request.token.department.name", "= org.managers:has('Administrator')",
            "= request.resource.department:is_within(request.token.department)",
        ],
        inside: { repl, invocation throws(CommandError) in
            let answer = try repl.lastAnswer()
            let evaluated = try repl.inspect(invocation.positionals[0], answer)
            let terminal = invocation.terminal
            if invocation.has("json") {
                let members: [JSON.Member] = [
                    .init("expression", .optional(evaluated.expression)), .init("type", .string(evaluated.type)),
                    .init("value", .string(evaluated.value)),
                    .init("read", .strings(evaluated.readings.map(\.text))),
                ]
                terminal.print(JSON.object(members).compact)
                return ExitStatus.done
            }
            terminal.print(terminal.styled(Terminal.escaped(evaluated.value), .bold))
            let text = evaluated.expression.map { "\($0), " } ?? ""
            let article = "aeio".contains(evaluated.type.first ?? " ") ? "an" : "a"
            terminal.print(
                "  \(Terminal.escaped(text))\(evaluated.type == "nil" ? "nil" : "\(article) \(evaluated.type)")")
            for effect in evaluated.effects {
                terminal.print("  it says \(Terminal.escaped(effect)), which does nothing here")
            }
            return ExitStatus.done
        })
}
