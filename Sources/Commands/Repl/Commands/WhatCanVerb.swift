internal import Decisions
internal import Model
internal import Policies
internal import Workbench

extension Verb {
    /// `what can`: actions by departments, and what of it is needed.
    static let whatCan = Verb(
        name: "what can", summary: "tells what a token may do, actions by departments, and what it used of that",
        positionals: [
            .init(name: "TOKEN", help: "where not the one in use", isOptional: true),
            .init(name: "do", help: "says nothing", isOptional: true),
        ],
        options: [
            Option(name: "log", value: "FILE", help: "the decision log that tells what it used (that of `repl --log`)")
        ],
        details: [
            "A cell is `yes`, `–` for no, or `?` where it depends on something else of the request or on the type of the "
                + "resource; `who can` and `can` tell on what."
        ],
        examples: ["what can 'Warehouse sync' do", "what can"],
        suggest: { completion, words in
            words.isEmpty ? completion.tokens : words.count == 1 ? [Candidate(text: "do", help: "")] : []
        },
        inside: { repl, invocation throws(CommandError) in
            var words = invocation.positionals
            if words.last == "do" { words.removeLast() }
            let id = try words.first.map { word throws(CommandError) in try repl.token(word, invocation).id }
            let token: TokenID
            if let id { token = id } else { token = try repl.tokenInUse() }
            let directory = try repl.world.directory(holding: [token])
            guard let number = directory.token(token) else { throw CommandError("there is no token `\(token)`") }
            let progress = Progress("questions", invocation.terminal)
            defer { progress.end() }
            let now = try repl.now(invocation)
            let point = try repl.rules().point
            let what = WhatCan(number, now: now, point, on: directory) { progress.step($0, of: $1) }
            progress.end()
            if let fault = what.fault {
                let reason = Decision.words(for: fault) ?? fault
                invocation.terminal.note("it can do nothing now: \(reason)")
            }
            try repl.tell(what, directory, invocation)
            if invocation.value("log") ?? repl.start.value("log") != nil {
                try repl.tellNeeds(number, directory, now, invocation)
            } else if !invocation.has("json") {
                invocation.terminal.note("with a decision log, `--log FILE`, it also tells which of it was ever used")
            }
            return ExitStatus.done
        })
}

extension Repl {
    /// A row an action, a column a department; columns that say the same as the one before are one.
    fileprivate func tell(_ what: WhatCan, _ directory: Directory, _ invocation: Invocation) throws(CommandError) {
        let possible = what.rows.filter { row in row.plain.isPossible || row.cells.contains(where: \.isPossible) }
        let columns = what.columns.indices.filter { column in possible.contains { $0.cells[column].isPossible } }
        let heads = columns.map { directory.departments[what.columns[$0]].name }
        var listing = Listing(["ACTION", "ANYWHERE"] + heads)
        for row in possible {
            listing.add(
                [row.action, Self.mark(row.plain)] + columns.map { Self.mark(row.cells[$0]) },
                [.init("action", .string(row.action)), .init("anywhere", .string(Self.mark(row.plain)))]
                    + columns.map { column in
                        JSON.Member(
                            directory.departments[what.columns[column]].id, .string(Self.mark(row.cells[column])))
                    })
        }
        try listing.print(invocation, "action")
        let idle = what.rows.filter { row in row.isHeld && !possible.contains { $0.action == row.action } }
        if !idle.isEmpty, !invocation.has("json") {
            invocation.terminal.note("held, and of no use anywhere: \(idle.map(\.action).joined(separator: ", "))")
        }
    }

    private static func mark(_ answer: Workbench.Answer) -> String {
        switch answer {
        case .yes: "yes"
        case .no: "–"
        default: "?"
        }
    }

    private static func mark(_ cell: WhatCan.Cell) -> String {
        if let answer = cell.answer { return mark(answer) }
        return cell.isPossible ? "?" : "–"
    }

    /// What of its permissions the log shows in use.
    fileprivate func tellNeeds(
        _ number: Int, _ directory: Directory, _ now: Instant, _ invocation: Invocation
    ) throws(CommandError) {
        let mark = Array(directory.tokens[number].id.description.utf8)
        var records: [DecisionRecord] = []
        var faulty = 0
        try log(invocation).scan { _, line in
            guard line.contains(mark) else { return true }
            if let record = try? LogFile.record(Array(line)) { records.append(record) } else { faulty += 1 }
            return true
        }
        let progress = Progress("uses", invocation.terminal)
        defer { progress.end() }
        let least = LeastPrivilege(number, records, now: now, try rules().point, on: directory) {
            progress.step($0, of: $1)
        }
        progress.end()
        let terminal = invocation.terminal
        guard !invocation.has("json") else {
            terminal.print(
                JSON.object([
                    .init("held", .strings(least.held)), .init("needed", .strings(least.needed)),
                    .init("superfluous", .strings(least.superfluous)), .init("uses", .integer(Int64(least.uses))),
                ]).compact)
            return
        }
        let names = { (names: [String]) in names.isEmpty ? "nothing" : names.joined(separator: ", ") }
        terminal.print()
        terminal.print(
            "The log has \(least.uses) different \(least.uses == 1 ? "use" : "uses") of it that \(least.uses == 1 ? "is" : "are") permitted now."
        )
        terminal.print("It needs:          \(Terminal.escaped(names(least.needed)))")
        terminal.print("It can go without: \(Terminal.escaped(names(least.superfluous)))")
        if least.unusable > 0 { terminal.note("\(least.unusable) uses were not permitted, or cannot be asked again") }
        if faulty > 0 { terminal.note("\(faulty) lines of the log cannot be read") }
    }
}
