internal import Decisions
internal import Glibc

/// Passes on what goes into a confined child process and comes out of it, as long as it keeps to what it may say.
struct ChildPipe {
    private let child: Child
    private let source: Int32
    private let form: Isolation.Form
    private let silence: Int
    private let terminal: Terminal
    private var isSourceOpen: Bool
    private var isInputOpen: Bool
    private var isReadable = true
    private var pending: [UInt8] = []
    private var tail: [UInt8] = []
    private var counter = LineCounter()
    private var words: ChildWords
    private var exit = Isolation.ChildExit()
    /// Why it was ended by this process.
    private var fault: String?
    /// How much of a report is kept.
    private static let mostReport = 1 << 28

    init(_ child: Child, input: Int32, form: Isolation.Form, silence: Int, terminal: Terminal) {
        self.child = child
        source = input
        self.form = form
        self.silence = silence
        self.terminal = terminal
        isSourceOpen = input >= 0
        isInputOpen = child.input >= 0
        words = ChildWords(terminal)
        // A child that does not read must not keep this process from reading what it writes.
        if isInputOpen { _ = fcntl(child.input, F_SETFL, O_NONBLOCK) }
    }

    mutating func run() throws(CommandError) -> Isolation.ChildExit {
        defer {
            close(child.output)
            close(child.errors)
        }
        var (isOutputOpen, isErrorOpen) = (true, true)
        var deadline = Self.milliseconds() + silence
        while fault == nil, isOutputOpen || isErrorOpen {
            var waits: [pollfd] = [
                pollfd(fd: isOutputOpen ? child.output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isErrorOpen ? child.errors : -1, events: Int16(POLLIN), revents: 0),
            ]
            // Not more than a block ahead: what went in and was not answered is denied when the child ends.
            let reads = isSourceOpen && pending.isEmpty
            waits.append(pollfd(fd: reads ? source : -1, events: Int16(POLLIN), revents: 0))
            waits.append(
                pollfd(fd: isInputOpen && !pending.isEmpty ? child.input : -1, events: Int16(POLLOUT), revents: 0))
            let isWaitingForUs = reads && exit.asked == exit.answered
            let left = max(0, deadline - Self.milliseconds())
            let ready = unsafe poll(&waits, 4, isWaitingForUs ? -1 : Int32(clamping: left))
            if ready < 0 { continue }
            if ready == 0 {
                fault = "said nothing for \(silence / 1_000) s, and was ended"
                break
            }
            // What it says beside its answers is no answer.
            if isWaitingForUs || waits[0].revents != 0 || waits[3].revents != 0 {
                deadline = Self.milliseconds() + silence
            }
            if waits[1].revents != 0 { isErrorOpen = takeErrors() }
            // What was asked is counted before what is answered.
            if waits[2].revents != 0 { takeInput() }
            if waits[0].revents != 0 { isOutputOpen = try takeOutput() }
            if waits[3].revents != 0 { giveInput() }
        }
        if fault != nil { kill(child.process, SIGKILL) }
        closeInput()
        let (status, signal) = child.wait()
        words.finish()
        conclude(status, signal)
        return exit
    }

    /// Holds the end of the child to what it was asked.
    private mutating func conclude(_ status: Int32?, _ signal: Int32) {
        exit.status = fault == nil ? status : nil
        exit.reason = fault ?? "was ended by signal \(signal)"
        if let status = exit.status {
            switch form {
            case .answers:
                // One that fails before it begins has answered nothing; any other has answered all of it.
                let isFailure = [ExitStatus.failure, ExitStatus.policies, ExitStatus.usage].contains(status)
                let isKnown = isFailure || status == ExitStatus.done || status == ExitStatus.gate
                if !isKnown || !tail.isEmpty || !(exit.answered == 0 && isFailure || isWholeInput) {
                    exit.status = nil
                    exit.reason = "ended with status \(status) before everything was answered"
                }
            case .report(let statuses):
                exit.output = ChildWords.harmless(exit.output, keepsStyles: terminal.isOutputColored)
                if !statuses.contains(status) {
                    exit.status = nil
                    exit.reason = "ended with status \(status), which means nothing here"
                }
            }
        }
        if exit.status == nil {
            // Counts what nobody will answer.
            while isSourceOpen { takeInput() }
        }
        if exit.status != nil, !isReadable {
            terminal.complain("cannot read the requests")
            exit.status = ExitStatus.failure
        }
    }

    /// Whether there is nothing more to ask, and everything was answered.
    private var isWholeInput: Bool { !isSourceOpen && pending.isEmpty && exit.answered == exit.asked }

    private mutating func takeErrors() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe read(child.errors, &buffer, buffer.count)
        if count < 0 { return errno == EINTR }
        words.take(buffer[..<max(count, 0)])
        return count > 0
    }

    private mutating func takeOutput() throws(CommandError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(child.output, &buffer, buffer.count)
        if count < 0 { return errno == EINTR }
        guard count > 0 else { return false }
        guard case .answers = form else {
            exit.output += buffer[..<count]
            if exit.output.count > Self.mostReport { fault = "said more than it may, and was ended" }
            return true
        }
        // Whole lines only: half an answer is none.
        tail += buffer[..<count]
        var end = 0
        while let next = tail[end...].firstIndex(of: 0x0A) {
            guard exit.answered < exit.asked, AnswerForm.answer(tail[end..<next]) != nil else {
                fault = "wrote what is no answer to a request, and was ended"
                break
            }
            exit.answered += 1
            end = next + 1
        }
        if tail.count - end > 1 << 24 { fault = "wrote what is no answer to a request, and was ended" }
        let lines = Array(tail[..<end])
        tail.removeFirst(end)
        guard Output.write(lines, to: terminal.streams.outputDescriptor) else {
            let isBroken = errno == EPIPE
            kill(child.process, SIGKILL)
            _ = child.wait()
            // Nobody reads the decisions any more.
            throw isBroken
                ? CommandError(messages: [], status: ExitStatus.done) : CommandError("the decisions cannot be written")
        }
        return true
    }

    private mutating func takeInput() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(source, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        guard count > 0 else {
            if count < 0 { isReadable = false }
            isSourceOpen = false
            counter.finish()
            exit.asked = counter.requests
            if pending.isEmpty { closeInput() }
            return
        }
        counter.count(buffer[..<count])
        exit.asked = counter.requests
        if isInputOpen { pending += buffer[..<count] }
    }

    private mutating func giveInput() {
        let count = unsafe pending.withUnsafeBytes { unsafe write(child.input, $0.baseAddress!, $0.count) }
        if count < 0 {
            guard errno != EINTR, errno != EAGAIN else { return }
            // It reads no more: what it was not told of, it does not answer.
            closeInput()
            return
        }
        pending.removeFirst(count)
        if pending.isEmpty, !isSourceOpen { closeInput() }
    }

    private mutating func closeInput() {
        guard isInputOpen else { return }
        close(child.input)
        isInputOpen = false
        pending = []
    }

    private static func milliseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1_000 + Int(time.tv_nsec) / 1_000_000
    }
}

/// Counts the lines of a stream that are requests: all that are not blank, and those that are too long to be any.
///
/// INVARIANT: a request is counted no later than `BlockReader` can answer it, which does not wait for the end of a line that
/// is too long.
private struct LineCounter {
    private static let longest = 1 << 20
    private(set) var requests = 0
    private var isBlank = true
    private var length = 0

    mutating func count(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            switch byte {
            case 0x0A:
                finish()
                continue
            case 0x20, 0x09, 0x0D: break
            default: isBlank = false
            }
            length += 1
            if length == Self.longest + 1 { requests += 1 }
        }
    }

    mutating func finish() {
        if !isBlank, length <= Self.longest { requests += 1 }
        isBlank = true
        length = 0
    }
}
