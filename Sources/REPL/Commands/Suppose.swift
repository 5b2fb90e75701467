internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Presentation

extension ReplCommand {
    /// `suppose`: adds a change to the scenario, which every answer then compares, before → after.
    static let suppose = ReplCommand(
        name: "suppose",
        summary: "shows every answer before and after a supposed change; alone, lists the tokens that change",
        positionals: [
            .init(
                name: "CHANGE", help: "the change to suppose; `reset` drops all", isOptional: true,
                isRepeated: true,
                usage: "[CHANGE]")
        ],
        options: [Option.listedTokens],
        details: [
            "Nothing is written.",
            ScenarioParser.forms.map { "  suppose \($0.words)  (\($0.help))" }.joined(separator: "\n"),
        ],
        examples: [
            "suppose department move Invoicing under Sales", "suppose user deactivate anna",
            "suppose token 'Warehouse sync' expires 2027-01-01", "suppose reset",
        ],
        suggest: { completion, words in completion.scenario(words) },
        inside: { repl, invocation throws(CommandError) in
            let words = invocation.positionals
            if words == ["reset"] {
                repl.scenario = nil
                if invocation[.json] {
                    invocation.terminal.print(JSON.object([.init("supposed", .array([]))]).compact)
                }
                return ExitStatus.done
            }
            let parser = try ScenarioParser(repl, invocation)
            guard !words.isEmpty else { return try repl.tellDecisionDiff(invocation) }
            let change = try parser.change(words)
            var scenario = repl.scenario ?? Scenario(tenant: parser.tenant)
            guard scenario.tenant == parser.tenant else {
                throw .usage("the supposed changes are for the tenant `\(scenario.tenant)`: run `suppose reset` first")
            }
            scenario.changes.append(change)
            let directory = try repl.snapshot.directory(
                holding: [repl.state.token].compactMap(\.self) + scenario.changes.compactMap(\.token))
            do throws(ChangeError) {
                _ = try scenario.apply(to: directory)
                if let set = repl.loaded?.set { _ = try scenario.apply(to: set) }
            } catch { throw CommandError(error.message) }
            repl.scenario = scenario
            let told = scenario.changes.map { $0.words(in: directory, tenant: scenario.tenant) }
            for words in told { invocation.terminal.note("supposed: \(Terminal.escaped(words))") }
            if invocation[.json] {
                invocation.terminal.print(JSON.object([.init("supposed", .strings(told))]).compact)
            }
            return ExitStatus.done
        })
}

extension Completion {
    /// The candidates after these words, by the forms of a change.
    func scenario(_ words: [String]) -> [Candidate] {
        var result: [Candidate] = words.isEmpty ? [Candidate(text: "reset", help: "drop all supposed changes")] : []
        let variants = [
            ("activate", "deactivate"), ("require", "release"), ("grant", "withdraw"), ("revoked", "suspended"),
            ("revoked", "resumed"), ("deactivate", "activate"),
        ]
        var forms = ScenarioParser.forms.map { $0.words.split(separator: " ").map(String.init) }
        for (one, other) in variants {
            forms += forms.filter { $0.contains(one) }.map { $0.map { $0 == one ? other : $0 } }
        }
        for form in forms where form.count > words.count {
            let fits = zip(form, words).allSatisfy { $0 == $1 || $0.allSatisfy(\.isUppercase) }
            guard fits else { continue }
            let next = form[words.count]
            let candidates =
                next.allSatisfy(\.isUppercase)
                ? values(next) : [Candidate(text: next, help: form.dropFirst(words.count + 1).joined(separator: " "))]
            result += candidates.filter { candidate in !result.contains { $0.text == candidate.text } }
        }
        return result
    }
}

extension Repl {
    /// Prints the supposed changes, and the tokens whose answers differ by them or by the tried policies.
    func tellDecisionDiff(_ invocation: Invocation) throws(CommandError) -> Int32 {
        guard scenario != nil || tried != nil else {
            throw .usage("nothing is supposed: use `suppose CHANGE`; `help suppose` lists the changes")
        }
        let terminal = invocation.terminal
        let size = invocation.mostTokens
        let directory = try whole(terminal)
        let names = try names(invocation)
        let tenant = scenario?.tenant ?? directory.tenants[names.tenant].id
        for change in scenario?.changes ?? [] {
            terminal.note("supposed: \(Terminal.escaped(change.words(in: directory, tenant: tenant)))")
        }
        guard let whatIfSide = try whatIfSide(directory) else { return ExitStatus.done }
        let authorizer = try rules().authorizer
        let now = try now(invocation)
        let progress = Progress("tokens", terminal, stoppedBy: .keyboard)
        defer { progress.end() }
        let diff = DecisionDiff(
            PairedAuthorizers(
                before: (authorizer, directory), after: (whatIfSide.loaded.authorizer, whatIfSide.directory)),
            DecisionDiff.samples(of: authorizer, for: scenario?.changes ?? []), tenant: tenant, now: (now, now),
            most: size
        ) { progress.step($0, of: $1) }
        progress.end()
        try list(diff, directory, invocation)
        return ExitStatus.done
    }

    /// Prints one row per token, with the actions that it loses and gains.
    private func list(_ diff: DecisionDiff, _ directory: Directory, _ invocation: Invocation) throws(CommandError) {
        var order: [Int] = []
        var changes: [Int: (losses: [String], gains: [String])] = [:]
        for row in diff.rows where row.isTurned {
            if changes[row.number] == nil { order.append(row.number) }
            let place: String
            switch row.sample.place {
            case .nowhere: place = ""
            case .own: place = " in its department"
            case .department(let id):
                let index = directory.department(id, tenant: directory.tokens[row.number].tenant)
                place = " in \(index.map { directory.departments[$0].name } ?? id)"
            }
            var known = changes[row.number] ?? ([], [])
            if row.after.isPermitted {
                known.gains.append(row.sample.action.text + place)
            } else {
                known.losses.append(row.sample.action.text + place)
            }
            changes[row.number] = known
        }
        var listing = Listing(.changedTokens)
        for number in order {
            let token = directory.tokens[number]
            let user = directory.users[directory.assignments[token.assignment].user]
            let (losses, gains) = changes[number]!
            listing.add(
                [
                    .token(token.name, token.id, digits: try digits(of: token.id, invocation)), TableCell(user.name),
                    TableCell(losses.joined(separator: ", ")), TableCell(gains.joined(separator: ", ")),
                ],
                [
                    .init("token", .string(token.id.description)), .init("name", .string(token.name)),
                    .init("user", .string(user.id)), .init("loses", .strings(losses)), .init("gains", .strings(gains)),
                ])
        }
        try listing.print(invocation, "token")
        if diff.turned > order.count {
            invocation.terminal.note("\(order.count) of \(diff.turned) that change; `--limit` lists more")
        }
        if !invocation[.json] {
            invocation.terminal.note(
                "of \(counted(diff.asked, "token")): \(diff.losing) losing, \(diff.gaining) gaining something; nothing is written"
            )
        }
        if !diff.isComplete { invocation.terminal.note("stopped: not every token was evaluated") }
    }
}
