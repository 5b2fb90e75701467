internal import Analysis
internal import CommandLine
internal import Decisions
internal import Lua
internal import Model
internal import Policies
internal import Tokens

/// An interactive session: its state, the snapshot and policies it uses, and the last decision.
final class Repl {
    /// The command line that started the program.
    let start: Invocation
    let snapshot: StoreSnapshot
    var state = SessionState()
    /// The policies in force; `nil` while there is no folder of them that loads.
    private(set) var loaded: LoadedPolicies? { didSet { besides = nil } }
    /// The policies of another folder, which decide every request as well; set by `try`.
    var tried: LoadedPolicies? { didSet { besides = nil } }
    /// The changes supposed for every request; set by `suppose`.
    var scenario: Scenario? { didSet { besides = nil } }
    /// The what-if side, cached for the last directory.
    var besides: (before: Directory, whatIfSide: WhatIfSide)?
    private(set) var last: DecidedRequest?
    /// True when every answer shows the facts that were read.
    var isTracing = false
    var recording: Recording?
    /// Notices changes of the policies' files; `nil` while watching is off.
    var watching: Watch?
    /// The line editor; `nil` in a script.
    var editor: Editor?
    private(set) var isOver = false
    /// True when a user types at a terminal.
    var isInteractive = false
    var readLine: () -> String? = { nil }
    var readSecret: () -> [UInt8] = { [] }

    init(_ invocation: Invocation) throws(CommandError) {
        start = invocation
        snapshot = try StoreSnapshot(invocation)
        state.tenant = try invocation.tenant(among: snapshot.tenants.map(\.id))
        if state.tenant == nil, snapshot.tenants.count == 1 { state.tenant = snapshot.tenants[0].id }
        state.actor = invocation[.as]
        if invocation.isTimeStated { state.at = invocation.now }
    }

    // MARK: Lines

    /// All commands: those of the REPL, then the verbs of the command line but for `init`, and for `replay`: a session
    /// replays a recording of itself.
    static let verbs =
        commands.map(\.verb)
        + Demilune.verbs.filter { verb in
            verb.name != Verb.initialize.name && !commands.contains { $0.verb.name == verb.name }
        }

    /// Runs one command.
    /// - Parameter isHeld: true to hold the output for the pager until the command is done, the default at a terminal.
    func run(_ text: String, streams outer: StandardStreams, isHeld: Bool? = nil) -> Int32 {
        let isAboutRecording = CommandTokenizer(text).texts.first == "record"
        let output = PagedOutput(
            outer, isHeld: isHeld ?? isInteractive, pager: pager,
            record: { [self] in
                if !isAboutRecording { recording?.add($0) }
            })
        // A recording holds whole tables: another terminal replays it.
        let terminal = Terminal(output.streams(isWhole: recording != nil, line: readLine, secret: readSecret))
        let isColorRefused = start.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        terminal.color(start[.color], isRefused: isColorRefused)
        defer { output.finish() }
        do throws(CommandError) {
            if !isAboutRecording { recording?.begin(text) }
            let line = try parsed(text)
            for note in line.notes { terminal.note("note: \(note)") }
            if line.isGiven(Option.version) {
                terminal.print("demilune \(Demilune.version)")
                return ExitStatus.done
            }
            guard let verb = line.verb else {
                let family = line.family.map {
                    Help.text(ofFamily: $0, Self.verbs, terminal.streams.columns, program: "")
                }
                terminal.print(family ?? Repl.overview(terminal.streams.columns))
                return ExitStatus.done
            }
            if line.isGiven(Option.help) {
                terminal.print(Help.text(of: verb, terminal.streams.columns, program: ""))
                return ExitStatus.done
            }
            guard !line.isGiven(Option.watch) else {
                throw .usage("`--watch` is not available in the REPL: use `watch on`, which reloads the policies")
            }
            let invocation = try Invocation(line, environment: start.environment, terminal: terminal)
            let status: Int32
            if let command = Self.command(verb) {
                status = try command.run(self, invocation)
            } else {
                status = try verb.run(invocation)
            }
            invocation.noteUnread()
            return status
        } catch {
            Self.complain(error, terminal)
            return error.status
        }
    }

    /// Prints the messages of an error. Indented messages are details, printed without `error:`.
    static func complain(_ error: CommandError, _ terminal: Terminal) {
        // The terminal shows `^C` with the cursor behind it: begin a new line.
        if error.status == ExitStatus.interrupted { terminal.note("") }
        for message in error.messages {
            if message.hasPrefix("  ") { terminal.note(Terminal.escaped(message)) } else { terminal.complain(message) }
        }
    }

    private var pager: String? {
        let stated = start.environment["PAGER"]
        return stated == "" ? nil : stated ?? "less"
    }

    private func parsed(_ text: String) throws(CommandError) -> ParsedLine {
        guard TokenString.occurrences(in: Array(text.utf8)).isEmpty else {
            throw .usage(
                "never type a token string into a command: rotate the token, since the screen showed its string; "
                    + "write `-` instead, and type the string unseen when asked")
        }
        let trimmed = text.drop(while: \.isWhitespace)
        var words: [String]
        if trimmed.hasPrefix("=") {
            // `--` begins a comment in Lua, so an option after the expression is unambiguous.
            let expression = trimmed.dropFirst()
            let isForMachines = expression.hasSuffix(" --json")
            words = (isForMachines ? ["--json"] : []) + ["=", "--", String(expression)]
        } else {
            let split = CommandTokenizer(text)
            guard !split.isOpen else { throw .usage("a quote is not closed: \(text)") }
            words = Self.complete(split.texts)
        }
        return try ParsedLine(defaults(words) + words, verbs: Self.verbs, program: "")
    }

    /// Options from the session state and from the start of the program, except those given in the command.
    private func defaults(_ words: [String]) -> [String] {
        let stated = Set(words.filter { $0.hasPrefix("--") }.map { $0.dropFirst(2).prefix { $0 != "=" } })
        let session: [(any OptionDeclaration, String?)] = [
            (Option.policies, loaded?.path ?? start[.policies]), (Option.tenant, state.tenant?.text),
            (Option.as, state.actor), (Option.at, state.at?.description),
        ]
        let kept: [any OptionDeclaration] = [
            Option.store, Option.keys, Option.plugins, Option.color, Option.onRollback,
        ]
        var arguments: [String] = []
        for case (let option, let value?) in session + kept.map({ ($0, start.text(of: $0)) })
        where !stated.contains(option.name[...]) {
            arguments.append("\(option.flag)=\(value)")
        }
        if start[.json], !stated.contains(Option.json.name[...]) { arguments.append(Option.json.flag) }
        return arguments
    }

    /// Expands an abbreviated command if only one command begins with it.
    private static func complete(_ words: [String]) -> [String] {
        guard let first = words.first else { return words }
        let names = Set(verbs.map { $0.name.prefix { $0 != " " } })
        guard !names.contains(first[...]) else { return words }
        let aliases = ["exit": "quit", "q": "quit", "?": "help", "explain": "why", "h": "help"]
        if let name = aliases[first] { return [name] + words.dropFirst() }
        let own = Set(commands.map { $0.verb.name.prefix { $0 != " " } }).filter { $0.hasPrefix(first) }
        return own.count == 1 ? [String(own.first!)] + words.dropFirst() : words
    }

    func end() { isOver = true }

    // MARK: Policies

    /// Reloads the policies in force.
    /// - Throws: when they do not load; the previous ones stay in force.
    func reload(_ terminal: Terminal) throws(CommandError) {
        let path = loaded?.path ?? start.policyFolder
        loaded = try load(path, terminal)
    }

    func load(_ path: String, _ terminal: Terminal) throws(CommandError) -> LoadedPolicies {
        try LoadedPolicies(start.policyFiles(path), budget: budget) { terminal.report($0) }
    }

    /// The limits of policies, from the start of the program. At a terminal, `^C` stops them.
    var budget: Budget {
        var budget = start.budget
        budget.interrupt = isInteractive ? .keyboard : nil
        return budget
    }

    func rules() throws(CommandError) -> LoadedPolicies {
        if let loaded { return loaded }
        throw CommandError("no policies are in force: fix them, then `reload`", status: ExitStatus.policies)
    }

    // MARK: Deciding

    /// The time at which a command decides.
    func now(_ invocation: Invocation) throws(CommandError) -> Instant {
        guard !invocation.isTimeStated else { return invocation.now }
        return try invocation.now(snapshot.store)
    }

    /// The snapshot for a command about these tokens.
    func timedDirectory(_ invocation: Invocation, holding ids: [TokenID] = []) throws(CommandError) -> TimedDirectory {
        let directory = try snapshot.directory(holding: ids)
        return TimedDirectory(directory: directory, now: try now(invocation), store: snapshot.store)
    }

    /// The directory with every token.
    /// - Throws: when the user stops the reading; the directory then stays as it was.
    func whole(_ terminal: Terminal) throws(CommandError) -> Directory {
        let progress = Progress("tokens read", terminal, stoppedBy: .keyboard)
        defer { progress.end() }
        do throws(CommandError) { return try snapshot.whole { progress.step($0, of: $1) } } catch {
            guard progress.isStopped else { throw error }
            throw CommandError("stopped before every token was read", status: ExitStatus.interrupted)
        }
    }

    /// Decides a request, and keeps it as the last one.
    func decide(_ question: AuthorizationRequest, on directory: Directory) throws(CommandError) -> DecidedRequest {
        let answer = try decide(question, on: directory, by: try rules())
        last = answer
        return answer
    }

    func decide(
        _ question: AuthorizationRequest, on directory: Directory, by loaded: LoadedPolicies
    ) throws(CommandError) -> DecidedRequest {
        let start = SteadyClock.nanoseconds()
        let decision: Decision
        do throws(RequestError) {
            decision = try loaded.authorizer.decide(question, on: directory, detail: .trace)
        } catch {
            throw CommandError(error.message)
        }
        let elapsed = SteadyClock.nanoseconds() - start
        try stopIfInterrupted()
        loaded.count(decision)
        return DecidedRequest(
            question: question, decision: decision, directory: directory, loaded: loaded, nanoseconds: elapsed)
    }

    /// The last decided request.
    func lastAnswer() throws(CommandError) -> DecidedRequest {
        guard let last else { throw .usage("nothing was asked yet: run `can ACTION` first") }
        return last
    }

    func stopIfInterrupted() throws(CommandError) {
        if isInteractive, Interrupt.keyboard.isRaised { throw CommandError("stopped", status: ExitStatus.interrupted) }
    }
}
