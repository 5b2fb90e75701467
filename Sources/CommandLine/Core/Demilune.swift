internal import CSystem
internal import Decisions
internal import Glibc
internal import Tokens

/// The command line: one verb a file, run by `main.swift`.
package enum Demilune {
    /// The verbs that need no other target, in the order of the help.
    package static let verbs: [Verb] = store + tokens + directory + decisions + policies + measures

    private static let decisions: [Verb] = [
        .decide, .batch, .replay, .requests, .requestsImport, .keysList, .keysAdd, .keysRewrap, .keysRetire, .logList,
        .logVerify,
    ]

    private static let policies: [Verb] = [
        .plugins, .pluginsShow, .pluginsLock, .pluginsNew, .check, .test, .mutate, .diff, .explore, .vocabulary,
    ]

    private static let measures: [Verb] = [.bench, .benchStore]

    private static let store: [Verb] = [.initialize, .importing, .exporting, .storeVerify, .storeReseal]

    private static let tokens: [Verb] = [
        .tokenCreate, .tokenDerive, .tokenList, .tokenShow, .tokenReveal, .tokenAmend, .tokenNarrow, .tokenRotate,
        .tokenReassign,
        .tokenSuspend,
        .tokenResume, .tokenRevoke, .tokenFind, .tokenMarkDormant, .tokenPurge, .tokenExpiring, .advise, .noticesRun,
        .reviewStart, .reviewStatus, .reviewShow, .reviewAttest, .reviewRevoke, .reviewClose, .reviewExport,
        .requestList, .requestShow, .requestApprove, .requestRefuse, .requestCancel, .requestFetch,
    ]

    private static let directory: [Verb] =
        [
            .userList, .userShow, .departmentList, .departmentShow, .userTypeList, .userTypeShow, .tenantList,
            .tenantShow, .tenantSetReveal,
        ] + DirectoryVerbs.all

    /// The version of the program, as the changelog has it.
    package static let version = "0.1.0"

    /// Runs one command line.
    /// - Parameters:
    ///   - verbs: all verbs of the program.
    ///   - arguments: the words of the command line, without the program's own name.
    ///   - use: notes the options that the run reads.
    /// - Returns: the exit status.
    package static func run(
        _ verbs: [Verb], arguments: [String], environment: [String: String], streams: StandardStreams,
        use: OptionUse = OptionUse()
    ) -> Int32 {
        let terminal = Terminal(streams)
        let isColorRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        terminal.color(.auto, isRefused: isColorRefused)
        do throws(CommandError) {
            // No message quotes the argument: the string in it has been exposed enough already.
            guard arguments.allSatisfy({ TokenString.occurrences(in: Array($0.utf8)).isEmpty }) else {
                throw CommandError.usage(
                    "never pass a token string as an argument: it is visible to other users and in the shell history; "
                        + "pass it on standard input, and rotate this token")
            }
            let line = try ParsedLine(arguments, verbs: verbs)
            for note in line.notes { terminal.note("note: \(note)") }
            if line.isGiven(Option.help) {
                terminal.print(Help.text(for: line, verbs, streams.columns))
                return ExitStatus.done
            }
            if line.isGiven(Option.version) {
                terminal.print("demilune \(version)")
                return ExitStatus.done
            }
            guard let verb = line.verb else {
                terminal.note(Help.overview(verbs, streams.isErrorTerminal ? streams.columns : nil))
                return ExitStatus.usage
            }
            // The messages about the verb's own options have the colours of `--color` already.
            let options = try OptionValues(line, of: nil, environment: environment)
            terminal.color(options[.color], isRefused: isColorRefused)
            let invocation = try Invocation(line, environment: environment, terminal: terminal, use: use)
            let status = try verb.run(invocation)
            invocation.noteUnread()
            return status
        } catch {
            for message in error.messages { terminal.complain(message) }
            return error.status
        }
    }

    /// Runs the command line of this process. SIGPIPE and SIGXFSZ are ignored: a reader that goes away, and a limit on
    /// the size of files, make a write fail with its cause.
    package static func main(_ verbs: [Verb]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        csystem_silence_faults()
        if csystem_seal_process() == 0 {
            Terminal(.standard).note("note: this system does not keep the memory of a process out of core dumps")
        }
        // Policies may run in any verb, so the verb gets a thread of its own: the system sets the first thread's stack
        // size.
        let status = InterpreterThread.run(stack: 8 << 20) {
            // `CommandLine` is the standard library's here, not this target.
            let arguments = Array(Swift.CommandLine.arguments.dropFirst())
            return run(verbs, arguments: arguments, environment: environment(), streams: .standard)
        }
        guard let status else {
            Terminal(.standard).complain("cannot start a thread")
            return ExitStatus.failure
        }
        return status
    }

    /// The environment variables that are read.
    static let variables =
        [
            "NO_COLOR", "HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "PAGER", "EDITOR", "VISUAL", Isolation.variable,
        ] + GlobalOptions.all.map(\.variable)

    private static func environment() -> [String: String] {
        var result: [String: String] = [:]
        for name in variables {
            if let value = unsafe getenv(name) { result[name] = unsafe String(cString: value) }
        }
        return result
    }
}

extension [Verb] {
    /// The verbs of one target with one of another target, in the order of the help.
    package func adding(_ verb: Verb, after neighbour: Verb) -> [Verb] {
        var verbs = self
        let place = verbs.firstIndex { $0.name == neighbour.name }
        verbs.insert(verb, at: place.map { $0 + 1 } ?? verbs.endIndex)
        return verbs
    }
}
