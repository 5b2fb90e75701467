internal import CSystem
internal import Decisions
internal import Glibc
internal import Synchronization
internal import Tokens

/// The command line: one verb a file, run by `main.swift`.
package enum Demilune {
    static let verbs: [Verb] = store + tokens + directory + decisions + policies + measures

    private static let decisions: [Verb] = [
        .decide, .repl, .batch, .requests, .keysList, .keysAdd, .keysRewrap, .keysRetire, .logList, .logVerify,
    ]

    private static let policies: [Verb] = [
        .plugins, .pluginsShow, .pluginsLock, .pluginsNew, .check, .test, .vocabulary,
    ]

    private static let measures: [Verb] = [.bench, .benchStore]

    private static let store: [Verb] = [.initialize, .importing, .exporting, .storeVerify, .storeReseal, .storeAdopt]

    private static let tokens: [Verb] = [
        .tokenCreate, .tokenList, .tokenShow, .tokenReveal, .tokenAmend, .tokenRotate, .tokenReplace, .tokenSuspend,
        .tokenResume, .tokenRevoke, .tokenFind, .tokenSweep, .tokenPurge,
    ]

    private static let directory: [Verb] =
        [
            .userList, .userShow, .departmentList, .departmentShow, .userTypeList, .userTypeShow, .tenantList,
            .tenantShow, .tenantReveal,
        ] + DirectoryVerbs.all

    /// Runs one command line.
    /// - Parameter arguments: without the program's own name.
    /// - Returns: the exit status.
    package static func run(arguments: [String], environment: [String: String], streams: StandardStreams) -> Int32 {
        let terminal = Terminal(streams)
        let isColorRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        terminal.color("auto", isRefused: isColorRefused)
        do throws(CommandError) {
            // Quoted by no message: a string that stood in an argument was seen by enough already.
            guard arguments.allSatisfy({ TokenString.occurrences(in: Array($0.utf8)).isEmpty }) else {
                throw CommandError.usage(
                    "a token string is no argument: other users of this machine, and the shell's history, see it there; "
                        + "put it on the standard input, and rotate the token whose it is")
            }
            let line = try ParsedLine(arguments, verbs: verbs)
            if line.options["help"] != nil {
                terminal.print(
                    line.verb.map { Help.text(of: $0, streams.columns) } ?? Help.overview(verbs, streams.columns))
                return ExitStatus.done
            }
            guard let verb = line.verb else {
                terminal.note(Help.overview(verbs, streams.isErrorTerminal ? streams.columns : nil))
                return ExitStatus.usage
            }
            let invocation = try Invocation(line, environment: environment, terminal: terminal)
            terminal.color(invocation.value("color") ?? "auto", isRefused: isColorRefused)
            let status = try verb.run(invocation)
            return status
        } catch {
            for message in error.messages { terminal.complain(message) }
            return error.status
        }
    }

    /// Runs the process's own command line; a reader that went away is no reason to die.
    package static func main() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        csystem_silence_faults()
        if csystem_seal_process() == 0 {
            Terminal(.standard).note("note: this system does not keep the memory of a process out of core dumps")
        }
        // Policies may run in any verb: not on the first thread, whose stack is what the system was told.
        let outcome = RunStatus()
        let thread = InterpreterThread(stack: 8 << 20) {
            let status = run(
                arguments: Array(CommandLine.arguments.dropFirst()), environment: environment(), streams: .standard)
            outcome.status.store(status, ordering: .relaxed)
        }
        guard let thread else {
            Terminal(.standard).complain("no thread can be started")
            return ExitStatus.failure
        }
        thread.join()
        return outcome.status.load(ordering: .relaxed)
    }

    /// How a run ended, told from one thread to another.
    private final class RunStatus: Sendable {
        let status = Atomic<Int32>(ExitStatus.failure)
    }

    /// Variables of the environment that are read.
    static let variables =
        [
            "NO_COLOR", "HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "PAGER", "EDITOR", "VISUAL", Isolation.variable,
        ] + Option.global.map(\.variable)

    private static func environment() -> [String: String] {
        var result: [String: String] = [:]
        for name in variables {
            if let value = unsafe getenv(name) { result[name] = unsafe String(cString: value) }
        }
        return result
    }
}
