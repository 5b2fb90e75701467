internal import Decisions
internal import Lua
internal import Model
internal import Policies
internal import Tokens
internal import Workbench

/// A conversation: the scene, what it is held on, and what was last said.
final class Repl {
    /// How the program was started.
    let start: Invocation
    let snapshot: StoreSnapshot
    var state = SessionState()
    /// The policies in force; `nil` while there is no folder of them that loads.
    private(set) var loaded: LoadedPolicies? { didSet { besides = nil } }
    /// Another folder, asked beside the one in force.
    var tried: LoadedPolicies? { didSet { besides = nil } }
    /// What every question is asked with as well.
    var scenario: Scenario? { didSet { besides = nil } }
    /// The other side of the last snapshot.
    var besides: (before: Directory, whatIfSide: WhatIfSide)?
    private(set) var last: DecidedRequest?
    /// Whether every answer tells what was read.
    var isTracing = false
    var recording: Recording?
    /// What notices that the policies' files change; `nil` while that is not wanted.
    var watching: Watch?
    /// The person's.
    var editor: Editor?
    private(set) var isOver = false
    /// Whether a person sits at the terminal.
    var isInteractive = false
    var readLine: () -> String? = { nil }
    var readSecret: () -> [UInt8] = { [] }

    init(_ invocation: Invocation) throws(CommandError) {
        start = invocation
        snapshot = try StoreSnapshot(invocation)
        state.tenant = try invocation.tenant(among: snapshot.tenants.map(\.id))
        if state.tenant == nil, snapshot.tenants.count == 1 { state.tenant = snapshot.tenants[0].id }
        state.actor = invocation.value("as")
        if invocation.isTimeStated { state.at = invocation.now }
    }

    // MARK: Lines

    /// Everything that can be said here.
    static let verbs = commands + Demilune.verbs.filter { !["repl", "init"].contains($0.name) }

    /// Carries out one command.
    /// - Parameter isHeld: whether what is printed is held until it is done, for the pager; so it is for a person.
    func run(_ text: String, streams outer: StandardStreams, isHeld: Bool? = nil) -> Int32 {
        let isAboutRecording = CommandTokenizer(text).texts.first == "record"
        let output = PagedOutput(
            outer, isHeld: isHeld ?? isInteractive, pager: pager,
            record: { [self] in
                if !isAboutRecording { recording?.add($0) }
            })
        let terminal = Terminal(output.streams(line: readLine, secret: readSecret))
        let isColorRefused = start.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        terminal.color(start.value("color") ?? "auto", isRefused: isColorRefused)
        defer { output.finish() }
        do throws(CommandError) {
            if !isAboutRecording { recording?.begin(text) }
            let line = try parsed(text)
            guard let verb = line.verb else {
                terminal.print(Repl.overview(terminal.streams.columns))
                return ExitStatus.done
            }
            if line.options["help"] != nil {
                terminal.print(Help.text(of: verb, terminal.streams.columns, program: ""))
                return ExitStatus.done
            }
            guard line.options["watch"] == nil else {
                throw .usage("here `watch on` looks after the policies, and goes on with the conversation")
            }
            var invocation = try Invocation(line, environment: start.environment, terminal: terminal)
            invocation.repl = self
            return try verb.run(invocation)
        } catch {
            Self.complain(error, terminal)
            return error.status
        }
    }

    /// What went wrong; what is listed under it is indented and no mistake itself.
    static func complain(_ error: CommandError, _ terminal: Terminal) {
        // The terminal has shown `^C`, and the cursor stands behind it.
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
                "a token string is no argument, and now it was on the screen: rotate the token whose it is; "
                    + "where a string is wanted write `-`, and you are asked for it without its being shown")
        }
        let trimmed = text.drop(while: \.isWhitespace)
        var words: [String]
        if trimmed.hasPrefix("=") {
            // What stands behind two dashes is nothing to Lua: the option may stand there.
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

    /// The options that the scene and the start of the program state, where the line does not.
    private func defaults(_ words: [String]) -> [String] {
        let stated = Set(words.filter { $0.hasPrefix("--") }.map { $0.dropFirst(2).prefix { $0 != "=" } })
        var values: [(String, String?)] = ["store", "keys", "plugins"].map { ($0, start.value($0)) }
        values += [
            ("policies", loaded?.path ?? start.value("policies")), ("tenant", state.tenant?.text),
            ("as", state.actor),
            ("at", state.at?.description), ("color", start.value("color")), ("on-rollback", start.value("on-rollback")),
        ]
        var arguments: [String] = []
        for case (let name, let value?) in values where !stated.contains(name[...]) {
            arguments.append("--\(name)=\(value)")
        }
        if start.has("json"), !stated.contains("json") { arguments.append("--json") }
        return arguments
    }

    /// A command may be shortened as far as it is told from the others.
    private static func complete(_ words: [String]) -> [String] {
        guard let first = words.first else { return words }
        let names = Set(verbs.map { $0.name.prefix { $0 != " " } })
        guard !names.contains(first[...]) else { return words }
        let aliases = ["exit": "quit", "q": "quit", "?": "help", "explain": "why", "h": "help"]
        if let name = aliases[first] { return [name] + words.dropFirst() }
        let own = Set(commands.map { $0.name.prefix { $0 != " " } }).filter { $0.hasPrefix(first) }
        return own.count == 1 ? [String(own.first!)] + words.dropFirst() : words
    }

    func end() { isOver = true }

    // MARK: Policies

    /// Loads the policies in force anew.
    /// - Throws: with what is wrong; what was in force stays so.
    func reload(_ terminal: Terminal) throws(CommandError) {
        let path = loaded?.path ?? start.value("policies") ?? "policies"
        loaded = try load(path, terminal)
    }

    func load(_ path: String, _ terminal: Terminal) throws(CommandError) -> LoadedPolicies {
        try LoadedPolicies(start.policyFiles(path), budget: budget()) { terminal.note(Terminal.escaped($0)) }
    }

    /// What policies may spend, as the program was started; a person may stop them.
    func budget() throws(CommandError) -> Budget {
        var budget = try start.budget()
        budget.interrupt = isInteractive ? .keyboard : nil
        return budget
    }

    func rules() throws(CommandError) -> LoadedPolicies {
        if let loaded { return loaded }
        throw CommandError("no policies are in force: mend them, then `reload`", status: ExitStatus.policies)
    }

    // MARK: Deciding

    /// The time of an answer.
    func now(_ invocation: Invocation) throws(CommandError) -> Instant {
        guard !invocation.isTimeStated, let store = snapshot.store else { return invocation.now }
        return try invocation.now(store)
    }

    /// What is decided on when these tokens are spoken of.
    func snapshot(_ invocation: Invocation, holding ids: [TokenID] = []) throws(CommandError) -> Snapshot {
        let directory = try snapshot.directory(holding: ids)
        return Snapshot(directory: directory, now: try now(invocation), store: snapshot.store)
    }

    /// The directory with every token.
    /// - Throws: when the person wants no more of it; then it stays as it was.
    func whole(_ terminal: Terminal) throws(CommandError) -> Directory {
        let progress = Progress("tokens are read", terminal)
        defer { progress.end() }
        do throws(CommandError) { return try snapshot.whole { progress.step($0, of: $1) } } catch {
            guard progress.isStopped else { throw error }
            throw CommandError("stopped before every token was read", status: ExitStatus.interrupted)
        }
    }

    /// Decides, and keeps it as what was last said.
    func decide(_ question: AuthorizationRequest, on directory: Directory) throws(CommandError) -> DecidedRequest {
        let answer = try decide(question, on: directory, by: try rules())
        last = answer
        return answer
    }

    func decide(
        _ question: AuthorizationRequest, on directory: Directory, by loaded: LoadedPolicies
    ) throws(CommandError) -> DecidedRequest {
        let start = Verb.clock()
        let decision: Decision
        do throws(RequestError) { decision = try loaded.authorizer.decide(question, on: directory) } catch {
            throw CommandError(error.message)
        }
        let elapsed = Verb.clock() - start
        try stopIfInterrupted()
        loaded.count(decision)
        return DecidedRequest(
            question: question, decision: decision, directory: directory, loaded: loaded, nanoseconds: elapsed)
    }

    /// What was last decided.
    func lastAnswer() throws(CommandError) -> DecidedRequest {
        guard let last else { throw .usage("nothing was asked yet: `can ACTION`, first") }
        return last
    }

    func stopIfInterrupted() throws(CommandError) {
        if isInteractive, Interrupt.keyboard.isRaised { throw CommandError("stopped", status: ExitStatus.interrupted) }
    }
}
