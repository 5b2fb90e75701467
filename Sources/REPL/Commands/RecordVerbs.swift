internal import CommandLine
internal import Files
internal import Model
internal import Presentation

extension ReplCommand {
    /// `record FILE`: writes the session into a file.
    static let record = ReplCommand(
        name: "record", summary: "writes the session into a new text file, which `replay` reads",
        positionals: [.init(name: "FILE", help: "a new file; `off` ends it", isOptional: true)],
        details: [
            "It begins with the current tenant, administrator, time and token. Token strings are left out.",
            "While it goes on, tables are whole: nothing in it depends on the width of this terminal.",
        ],
        examples: ["record incident.txt", "record off"],
        inside: { repl, invocation throws(CommandError) in
            switch invocation.positionals.first {
            case nil: break
            case "off"?: repl.recording = nil
            case let path?:
                let recording = try Recording(path)
                for line in repl.stateCommands {
                    recording.begin(line)
                    recording.add(Array(repl.answer(line, invocation.terminal).utf8))
                }
                invocation.terminal.note("recording into \(Terminal.escaped(path)); `record off` ends it")
                repl.recording = recording
            }
            if invocation[.json] {
                let members: [JSON.Member] = [.init("recording", .optional(repl.recording?.path))]
                invocation.terminal.print(JSON.object(members).compact)
            } else if invocation.positionals.isEmpty {
                let words = repl.recording.map { "recording into \(Terminal.escaped($0.path))" }
                invocation.terminal.print(words ?? "nothing is recorded")
            }
            return ExitStatus.done
        })

    /// `replay FILE`: runs a recording again.
    static let replay = ReplCommand(
        name: "replay", summary: "runs a recording again, and shows where the answers differ",
        positionals: [.init(name: "FILE", help: "a file that `record` wrote")],
        details: ["exit status: 0 every answer is the same, 5 some differ"],
        examples: ["replay incident.txt"],
        inside: { repl, invocation throws(CommandError) in
            let path = invocation.positionals[0]
            let text = String(decoding: try File.contents(of: path), as: UTF8.self)
            let exchanges = Recording.exchanges(text)
            guard !exchanges.isEmpty else {
                throw CommandError("`\(path)` is not a recording: no line begins with `> `")
            }
            guard !exchanges.contains(where: { $0.command.hasPrefix("replay ") }) else {
                throw CommandError("`\(path)` contains the command `replay`, which cannot be replayed")
            }
            return try repl.replay(exchanges, invocation)
        })
}

extension Repl {
    /// The commands that restore the session state.
    var stateCommands: [String] {
        var lines: [String] = []
        if let tenant = state.tenant { lines.append("tenant \(CommandTokenizer.quoted(tenant.text))") }
        if let actor = state.actor { lines.append("as \(CommandTokenizer.quoted(actor))") }
        if let at = state.at { lines.append("at \(at)") }
        if let token = state.token { lines.append("use \(token)") }
        return lines
    }

    /// Runs a recording, and prints each answer that differs line by line.
    fileprivate func replay(
        _ exchanges: [Recording.Exchange], _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let isForMachines = invocation[.json]
        var different: [JSON] = []
        for exchange in exchanges {
            if !isForMachines { terminal.print(echo(exchange.command)) }
            let answer = answer(exchange.command, terminal)
            try stopIfInterrupted()
            let told = Recording.plain(answer).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let now = told.last == "" ? Array(told.dropLast()) : told
            guard now.drop(while: \.isEmpty) != exchange.answer.drop(while: \.isEmpty) else {
                if !isForMachines { terminal.write(Array(answer.utf8)) }
                continue
            }
            different.append(
                .object([
                    .init("command", .string(exchange.command)), .init("recorded", .strings(exchange.answer)),
                    .init("now", .strings(now)),
                ]))
            if !isForMachines { tellDifference(exchange.answer, now, terminal) }
        }
        if isForMachines {
            let members: [JSON.Member] = [
                .init("commands", .integer(Int64(exchanges.count))), .init("different", .array(different)),
            ]
            terminal.print(JSON.object(members).pretty)
        } else {
            let count = different.count
            let words = count == 1 ? "answer differs" : "answers differ"
            terminal.note(
                "\(counted(exchanges.count, "command")): \(count == 0 ? "every answer is the same" : "\(count) \(words)")"
            )
        }
        return different.isEmpty ? ExitStatus.done : ExitStatus.gate
    }

    private func tellDifference(_ recorded: [String], _ now: [String], _ terminal: Terminal) {
        for line in recorded where !now.contains(line) { terminal.show("\("- \(line)", .bad)") }
        for line in now {
            let isNew = !recorded.contains(line)
            terminal.show(isNew ? "\("+ \(line)", .good)" : "  \(line)")
        }
    }

    /// Runs a command.
    /// - Returns: everything that it printed.
    func answer(_ command: String, _ terminal: Terminal) -> String {
        var bytes: [UInt8] = []
        var streams = terminal.streams
        streams.isInteractive = false
        streams.isOutputTerminal = false
        streams.output = { more in
            bytes += more
            return true
        }
        streams.errors = { bytes += $0 }
        _ = run(command, streams: streams, isHeld: false)
        return String(decoding: bytes, as: UTF8.self)
    }
}
