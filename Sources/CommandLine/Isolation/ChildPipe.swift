internal import Decisions
internal import Files
internal import Glibc
internal import Model

/// Relays the input and output of a confined child process, and ends a child whose output has the wrong form.
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
    /// The reason why this process ended the child.
    private var fault: String?
    /// The longest report, in bytes.
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
        // A child that does not read must not block this process, which still has to read the child's output.
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
            // At most one block ahead: requests that were sent and not answered are denied when the child ends.
            let reads = isSourceOpen && pending.isEmpty
            waits.append(pollfd(fd: reads ? source : -1, events: Int16(POLLIN), revents: 0))
            waits.append(
                pollfd(fd: isInputOpen && !pending.isEmpty ? child.input : -1, events: Int16(POLLOUT), revents: 0))
            let isWaitingForUs = reads && exit.asked == exit.answered
            let left = max(0, deadline - Self.milliseconds())
            let ready = unsafe poll(&waits, 4, isWaitingForUs ? -1 : Int32(clamping: left))
            if ready < 0 { continue }
            if ready == 0 {
                fault = "was silent for \(silence / 1_000) s, and was ended"
                break
            }
            // Error output does not count as an answer: it does not extend the deadline.
            if isWaitingForUs || waits[0].revents != 0 || waits[3].revents != 0 {
                deadline = Self.milliseconds() + silence
            }
            if waits[1].revents != 0 { isErrorOpen = takeErrors() }
            // Requests are counted before answers.
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

    /// Checks the end of the child against the requests it was sent.
    private mutating func conclude(_ status: Int32?, _ signal: Int32) {
        exit.status = fault == nil ? status : nil
        exit.reason = fault ?? "was ended by signal \(signal)"
        if let status = exit.status {
            switch form {
            case .answers:
                // A child that fails before it begins must have answered nothing; any other must have answered
                // everything.
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
                    exit.reason = "ended with the unexpected status \(status)"
                }
            }
        }
        if exit.status == nil {
            // Counts the requests that will not be answered.
            while isSourceOpen { takeInput() }
        }
        if exit.status != nil, !isReadable {
            terminal.complain("cannot read the requests")
            exit.status = ExitStatus.failure
        }
    }

    /// True when the input has ended and every request was answered.
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
            if exit.output.count > Self.mostReport { fault = "wrote more than it may, and was ended" }
            return true
        }
        // Whole lines only: half a line is not an answer.
        tail += buffer[..<count]
        var end = 0
        while let next = tail[end...].firstIndex(of: 0x0A) {
            guard exit.answered < exit.asked, AnswerForm.answer(tail[end..<next]) != nil else {
                fault = "wrote a line that is not an answer, and was ended"
                break
            }
            exit.answered += 1
            end = next + 1
        }
        if tail.count - end > 1 << 24 { fault = "wrote a line that is not an answer, and was ended" }
        let lines = Array(tail[..<end])
        tail.removeFirst(end)
        guard Descriptor.write(lines, to: terminal.streams.outputDescriptor) else {
            let isBroken = errno == EPIPE
            kill(child.process, SIGKILL)
            _ = child.wait()
            // Nobody reads the decisions any longer.
            throw isBroken
                ? CommandError(messages: [], status: ExitStatus.done) : CommandError("cannot write the decisions")
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
            // It reads no more, so it cannot answer what was not sent.
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

    private static func milliseconds() -> Int { Int(SteadyClock.nanoseconds() / 1_000_000) }
}

/// Counts the requests in a stream: all lines that are not blank, including those that are too long to be valid.
///
/// INVARIANT: a request is counted no later than `BlockReader` can answer it. `BlockReader` does not wait for the end
/// of a line that is too long.
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
