internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Presentation

extension ReplCommand {
    /// `compare A B ACTION`: the difference between two tokens that matters for a request.
    static let compare = ReplCommand(
        name: "compare",
        summary: "compares the decisions on one request by two tokens, and finds the difference that matters",
        positionals: [
            .init(name: "TOKEN", help: "the first token"), .init(name: "TOKEN", help: "the second token"),
            .init(
                name: "ACTION [on RESOURCE] [in DEPARTMENT] [with NAME=VALUE]", help: "as for `can`", isRepeated: true,
                usage: "ACTION [on TYPE[:ID]] [in DEPARTMENT] [with NAME=VALUE …]"),
        ],
        examples: ["compare 'Warehouse sync' 'Bank reconciliation' invoices.read on invoice in Finance"],
        suggest: { completion, words in
            words.count < 2 ? completion.tokens : completion.access(Array(words.dropFirst(2)))
        },
        inside: { repl, invocation throws(CommandError) in
            let words = invocation.positionals
            let one = try repl.token(words[0], invocation)
            let other = try repl.token(words[1], invocation)
            let snapshot = try repl.timedDirectory(invocation, holding: [one.id, other.id])
            let question = try repl.access(one.id, Array(words.dropFirst(2)), invocation, snapshot)
            guard let first = snapshot.directory.token(one.id), let second = snapshot.directory.token(other.id) else {
                throw CommandError("one of the two tokens does not exist any more")
            }
            let authorizer = try repl.rules().authorizer
            let comparison: TokenComparison
            do throws(RequestError) {
                comparison = try TokenComparison(question, first, second, authorizer, on: snapshot.directory)
            } catch { throw CommandError(error.message) }
            try repl.tell(comparison, (one.name, other.name), invocation)
            return ExitStatus.done
        })
}

extension Repl {
    fileprivate func tell(
        _ comparison: TokenComparison, _ names: (ExactName, ExactName), _ invocation: Invocation
    ) throws(CommandError) {
        let terminal = invocation.terminal
        if invocation[.json] {
            terminal.print(Self.json(comparison).pretty)
            return
        }
        for (name, traced) in [(names.0, comparison.first), (names.1, comparison.second)] {
            let decision = traced.decision
            let reason = decision.reasons.map(\.text).joined(separator: "; ")
            let words = reason.isEmpty ? Decision.words(for: decision.code) ?? decision.code : reason
            terminal.show(.sentence("\(name): \(decision.word), \(words)"))
        }
        if !comparison.facts.isEmpty {
            terminal.print()
            terminal.print("they differ in these facts:")
            var table = Table(.comparedFacts(names.0.text, names.1.text))
            for fact in comparison.facts { table.add([fact.text, fact.first, fact.second]) }
            table.print(to: terminal)
        }
        if !comparison.differences.isEmpty {
            terminal.print()
            terminal.print("they differ in these attributes:")
            var table = Table(.comparedAttributes(names.0.text, names.1.text))
            for difference in comparison.differences {
                table.add([
                    difference.attribute.rawValue, difference.first, difference.second,
                    comparison.isApart ? difference.matters ? "yes, alone" : "no" : "–",
                ])
            }
            table.print(to: terminal)
        }
        if let together = comparison.together {
            terminal.print("only together: \(together.0.rawValue) and \(together.1.rawValue)")
        }
    }

    private static func json(_ comparison: TokenComparison) -> JSON {
        .object([
            .init("first", comparison.first.decision.json), .init("second", comparison.second.decision.json),
            .init(
                "facts",
                .array(
                    comparison.facts.map {
                        .object([
                            .init("fact", .string($0.text)), .init("first", .string($0.first)),
                            .init("second", .string($0.second)), .init("policies", .strings($0.policies)),
                        ])
                    })),
            .init(
                "differences",
                .array(
                    comparison.differences.map {
                        .object([
                            .init("trait", .string($0.attribute.rawValue)), .init("first", .string($0.first)),
                            .init("second", .string($0.second)), .init("matters", .boolean($0.matters)),
                        ])
                    })),
            .init("together", .strings(comparison.together.map { [$0.0.rawValue, $0.1.rawValue] } ?? [])),
        ])
    }
}
