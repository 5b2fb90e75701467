internal import CSystem
internal import Decisions
internal import Glibc
internal import Model

/// Running a verb in a child process that has nothing left to lose: for policies that nobody has reviewed.
///
/// The child opens what it needs, reads it, confines itself, and only then runs the first line of a policy. This process
/// passes on what goes in and out, and ends the child when it says nothing for too long. A child that ends by a fault has
/// decided nothing: what it was asked is denied here.
enum Isolation {
    static let option = Option(
        name: "isolate", help: "run the policies in a child process that can do nothing but decide")
    /// Tells the child that it is one.
    private static let mark = "DEMILUNE_ISOLATED"

    /// Whether this process is the child.
    static func isChild(_ environment: [String: String]) -> Bool { environment[mark] != nil }
    static var variable: String { mark }

    /// Whether this process is to start a child.
    /// - Parameter without: options that cannot be had together with it.
    static func isAsked(_ invocation: Invocation, without options: [String]) throws(CommandError) -> Bool {
        guard invocation.has(option.name) else { return false }
        for name in options where invocation.has(name) {
            throw .usage("`--\(name)` writes, and what runs with `--isolate` cannot: state one of them")
        }
        return !isChild(invocation.environment)
    }

    /// How long a child may say nothing, in milliseconds: ten times what one policy may take, and half a minute at least.
    static func silence(_ invocation: Invocation) throws(CommandError) -> Int {
        let deadline = try invocation.number("deadline", default: 1_000, most: 3_600_000)
        return min(max(30_000, 10 * deadline), Int(Int32.max))
    }

    // MARK: The child

    /// Gives up everything but deciding. Everything that is needed must be open and read.
    /// - Parameters:
    ///   - memory: bytes that policies and what is remembered of them may take.
    ///   - threads: how many threads are needed; no other can be started.
    static func confine(memory: Int, threads: Int) throws(CommandError) {
        guard InterpreterThread.reserve(threads) else {
            throw CommandError("`--isolate`: no \(threads) threads can be started; nothing was decided")
        }
        let space = UInt64(clamping: Self.addressSpace + memory) + 1 << 29
        let step = csystem_confine(space, 86_400)
        guard step == 0 else {
            throw CommandError(
                "`--isolate`: this system does not confine a process (step \(step)); nothing was decided")
        }
    }

    /// How many threads tests use.
    static var testThreads: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Bytes of address space that this process has by now.
    private static var addressSpace: Int {
        guard let text = try? Descriptor.contents(of: "/proc/self/statm"),
            let pages = Int(String(decoding: text.prefix { $0 != 0x20 }, as: UTF8.self))
        else { return 1 << 30 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    // MARK: The parent

    /// What the parent saw.
    struct ChildExit {
        /// The child's own exit status; `nil` when a fault or this process ended it, or it did not keep to what it may say.
        var status: Int32?
        var reason = ""
        /// What the child wrote that was not passed on, when it is held: without anything that moves a cursor.
        var output: [UInt8] = []
        /// How many lines the child answered whole, and in the form of an answer.
        var answered = 0
        /// How many requests went in; blank lines are none.
        var asked = 0
    }

    /// What a child may write to its standard output.
    enum Form {
        /// An answer of a batch a line, one for each request; they are passed on as they come.
        case answers
        /// Anything, once, kept until it has ended with one of these statuses.
        case report(statuses: Set<Int32>)
    }

    /// Runs this program with the same line in a child. What it says on its error output is passed on, up to a bound and
    /// without anything that moves a cursor.
    /// - Parameter input: what the child reads, passed on as it comes; -1 for nothing.
    /// - Parameter silence: how long it may answer nothing, in milliseconds, while it was asked something.
    static func run(
        _ invocation: Invocation, input: Int32, form: Form, silence: Int
    ) throws(CommandError) -> ChildExit {
        let child = try Child(
            "/proc/self/exe", invocation.arguments, mark: mark, readsInput: input >= 0,
            keeps: { name in name.hasPrefix("LD_") || Demilune.variables.contains(String(name)) })
        var pipe = ChildPipe(child, input: input, form: form, silence: silence, terminal: invocation.terminal)
        return try pipe.run()
    }
}
