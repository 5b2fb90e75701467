internal import CSystem
internal import Decisions
internal import Files
internal import Glibc
internal import Model

/// Runs a verb in a confined child process, for policies that nobody has reviewed.
///
/// The child opens and reads its files, confines itself, and only then runs the first line of a policy. This process
/// relays input and output, and ends a child that is silent for too long. A child that crashes has decided nothing:
/// this process denies the requests it was sent.
enum Isolation {
    /// The variable that marks a process as the child.
    private static let mark = "DEMILUNE_ISOLATED"

    /// True when this process is the child.
    static func isChild(_ environment: [String: String]) -> Bool { environment[mark] != nil }
    static var variable: String { mark }

    /// True when this process should start a child.
    /// - Parameter without: options that cannot be combined with `--isolate`.
    static func isAsked(_ invocation: Invocation, without options: [any OptionDeclaration]) throws(CommandError) -> Bool
    {
        guard invocation[.isolate] else { return false }
        for option in options where invocation.isGiven(option) {
            throw .usage(
                "`\(option.flag)` and `--isolate` cannot be combined: an isolated process cannot write"
            )
        }
        return !isChild(invocation.environment)
    }

    /// The longest silence of a child, in milliseconds: ten times the deadline of one policy, and at least half a
    /// minute.
    static func silence(_ invocation: Invocation) -> Int {
        min(max(30_000, 10 * invocation[.deadline]), Int(Int32.max))
    }

    // MARK: The child

    /// Confines this process to deciding. All files it needs must have been read or opened; the time zones, which
    /// policies, tests, plugins and directories may name at any time, are read here.
    /// - Parameters:
    ///   - memory: bytes for policies and their decision trees.
    ///   - threads: the number of threads needed; no more can be started later.
    static func confine(memory: Int, threads: Int) throws(CommandError) {
        Zones.readAll()
        guard InterpreterThread.reserve(threads) else {
            throw CommandError("`--isolate`: cannot start \(counted(threads, "thread")); nothing was decided")
        }
        let space = UInt64(clamping: Self.addressSpace + memory) + 1 << 29
        let step = csystem_confine(space, 86_400)
        guard step == 0 else {
            throw CommandError(
                "`--isolate`: this system cannot confine a process (step \(step)); nothing was decided")
        }
    }

    /// The bytes of address space that this process uses now.
    private static var addressSpace: Int {
        guard let text = try? File.contents(of: "/proc/self/statm"),
            let pages = Int(String(decoding: text.prefix { $0 != 0x20 }, as: UTF8.self))
        else { return 1 << 30 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    // MARK: The parent

    /// Runs a verb that only prints a report in a child process, and shows the report.
    /// - Parameters:
    ///   - statuses: the exit statuses of the verb; any other is a crash.
    ///   - silence: the longest silence of the child, in milliseconds.
    ///   - loss: what is lost when the child crashes: `no test counts as passed`.
    ///   - status: the exit status then.
    static func report(
        _ invocation: Invocation, statuses: Set<Int32>, silence: Int, loss: String, status: Int32
    ) throws(CommandError) -> Int32 {
        let ending = try run(invocation, input: -1, form: .report(statuses: statuses), silence: silence)
        if let status = ending.status {
            invocation.terminal.write(ending.output)
            return status
        }
        invocation.terminal.complain("the process that ran the policies \(ending.reason): \(loss)")
        return status
    }

    /// The end of a child, as its parent saw it.
    struct ChildExit {
        /// The child's exit status; `nil` when it crashed, this process ended it, or its output had the wrong form.
        var status: Int32?
        var reason = ""
        /// The held output of a `report`, with control characters written out.
        var output: [UInt8] = []
        /// The number of complete, well-formed answers of the child.
        var answered = 0
        /// The number of requests sent; blank lines do not count.
        var asked = 0
    }

    /// The permitted standard output of a child.
    enum Form {
        /// One answer a line for each request of a batch, passed on as they come.
        case answers
        /// Any output, held until the child has ended with one of these statuses.
        case report(statuses: Set<Int32>)
    }

    /// Runs this program with the same command line in a child. Its error output is passed on, up to a limit and with
    /// control characters written out.
    /// - Parameter input: the descriptor whose bytes the child reads, passed on as they come; -1 for none.
    /// - Parameter silence: the longest time without an answer, in milliseconds, while requests are pending.
    static func run(
        _ invocation: Invocation, input: Int32, form: Form, silence: Int
    ) throws(CommandError) -> ChildExit {
        let child = try Child(
            "/proc/self/exe", invocation.arguments, mark: mark, readsInput: input >= 0,
            keeps: { name in
                name.hasPrefix("LD_") || name == Zones.variable || Demilune.variables.contains(String(name))
            })
        var pipe = ChildPipe(child, input: input, form: form, silence: silence, terminal: invocation.terminal)
        return try pipe.run()
    }
}
