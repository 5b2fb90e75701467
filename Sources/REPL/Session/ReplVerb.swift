package import CommandLine
internal import Files
internal import Lua
internal import Model
internal import Policies
internal import Tokens

extension Verb {
    /// `repl`: an interactive session.
    package static let repl = Verb(
        name: "repl", summary: "answers questions interactively, at the terminal or from a script",
        options: [
            Option.history, Option.noHistory, Option.log.described("the decision log that `denied` and `why #N` read"),
        ] + BudgetOptions.all,
        details: [
            "Starts without a store, too: `subject TYPE:ID` then says who asks.",
            "At a terminal: Tab completes, ^R searches past input, ^C drops the line or stops an answer, ^D leaves. "
                + "`help` lists the commands.",
            "Elsewhere it reads commands from the standard input, one per line. It exits with the status of the first "
                + "that failed, or else of the last: 0 done or permit, 2 deny, 64 wrong usage, 5 a replay differs.",
        ],
        run: { invocation throws(CommandError) in
            let streams = invocation.terminal.streams
            let repl = try Repl(invocation)
            let host = Editor.Host(
                isWhole: { text in CommandTokenizer.isWhole(text) },
                complete: { before, _ in
                    let (columns, rows) = (Descriptor.columns(1) ?? 80, Descriptor.rows(1) ?? 24)
                    return Completion.edit(before, repl, columns: columns, rows: rows)
                },
                noticed: { repl.noticed() })
            let editor = streams.isInteractive && streams.isOutputTerminal ? Editor(host) : nil
            repl.isInteractive = editor != nil
            repl.editor = editor
            var conversation = Conversation(repl, editor, invocation)
            return conversation.run()
        })
}

/// The read-evaluate-print loop: reads input and runs its commands.
struct Conversation {
    private let repl: Repl
    private let editor: Editor?
    private let history: History?
    private let invocation: Invocation
    /// The status of the first command that failed; `status` is that of the last one.
    private var failed: Int32?
    private var status = ExitStatus.done

    init(_ repl: Repl, _ editor: Editor?, _ invocation: Invocation) {
        self.repl = repl
        self.editor = editor
        self.invocation = invocation
        history =
            editor == nil || invocation[.noHistory]
            ? nil : History(path: invocation[.history], environment: invocation.environment)
        let descriptor = invocation.terminal.streams.inputDescriptor
        repl.readLine = {
            guard editor != nil else { return Descriptor.line(descriptor) }
            return Editor.readAnswer().map { String(decoding: $0, as: UTF8.self) }
        }
        repl.readSecret = {
            guard editor != nil else { return Array((Descriptor.line(descriptor) ?? "").utf8) }
            return Editor.readAnswer(secret: "the token's string (not shown): ") ?? []
        }
    }

    mutating func run() -> Int32 {
        let terminal = invocation.terminal
        do throws(CommandError) { try repl.reload(terminal) } catch {
            for message in error.messages { terminal.complain(message) }
            if editor == nil { failed = error.status }
        }
        if let editor {
            for entry in history?.entries() ?? [] { editor.remember(entry) }
            terminal.note(repl.greeting)
        }
        while !repl.isOver, let piece = next() {
            if piece.isEmpty { continue }
            keep(piece)
            carryOut(CommandTokenizer.commands(piece))
        }
        return failed ?? status
    }

    /// Keeps an input in the history, unless it seems to hold a token string or a part of one.
    private func keep(_ piece: String) {
        guard let editor else { return }
        guard TokenString.parts(in: Array(piece.utf8)).isEmpty else {
            return invocation.terminal.note(
                "a part of this looks like a token string, so it is not kept in the history")
        }
        editor.remember(piece)
        history?.add(piece)
    }

    private mutating func carryOut(_ commands: [String]) {
        // The user sees the errors: they do not affect the status of the program.
        defer { if editor != nil { (failed, status) = (nil, ExitStatus.done) } }
        for command in commands where !repl.isOver {
            // When several commands are pasted at once, each is shown before its answer.
            if editor != nil, commands.count > 1 { invocation.terminal.note(repl.echo(command)) }
            let notice = repl.noticed()
            if !notice.isEmpty { invocation.terminal.streams.errors(Array(notice.utf8)) }
            status = repl.run(command, streams: invocation.terminal.streams)
            if status != ExitStatus.done, status != ExitStatus.deny, failed == nil { failed = status }
            if editor != nil, Interrupt.keyboard.isRaised { return }
        }
    }

    /// The next input; empty when the user dropped it, `nil` at the end.
    private func next() -> String? {
        guard let editor else { return nextOfScript() }
        switch editor.read(prompt: repl.prompt) {
        case .text(let text): return text
        case .interrupted: return ""
        case .end: return nil
        }
    }

    private func nextOfScript() -> String? {
        let streams = invocation.terminal.streams
        if streams.isInteractive { invocation.terminal.prompt(Recording.plain(repl.prompt).filter { $0 != "\u{01}" }) }
        guard var piece = Descriptor.line(streams.inputDescriptor) else { return nil }
        while !CommandTokenizer.isWhole(piece), let line = Descriptor.line(streams.inputDescriptor) {
            piece += "\n" + line
        }
        return piece
    }
}

extension Option<String?> {
    fileprivate static var history: Self {
        Self("history", "FILE", "the file of past input (~/.local/state/demilune/history)")
    }
}

extension Option<Bool> {
    fileprivate static var noHistory: Self { Self(flag: "no-history", "keep no past input") }
}
