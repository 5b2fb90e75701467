internal import Glibc

/// Passes on what goes into a child process and comes out of it, and counts the lines.
struct Relay {
    private let child: Child
    private let source: Int32
    private let sink: Int32
    private let holdsOutput: Bool
    private let silence: Int
    private var isSourceOpen: Bool
    private var isInputOpen: Bool
    private var pending: [UInt8] = []
    private var tail: [UInt8] = []
    private var counter = LineCounter()
    private var ending = Isolation.Ending()

    init(_ child: Child, input: Int32, output: Int32, holdsOutput: Bool, silence: Int) {
        self.child = child
        source = input
        sink = output
        self.holdsOutput = holdsOutput
        self.silence = silence
        isSourceOpen = input >= 0
        isInputOpen = child.input >= 0
        // A child that does not read must not keep this process from reading what it writes.
        if isInputOpen { _ = fcntl(child.input, F_SETFL, O_NONBLOCK) }
    }

    mutating func run() throws(CommandError) -> Isolation.Ending {
        defer { close(child.output) }
        var isOutputOpen = true
        var isKilled = false
        while isOutputOpen {
            var waits: [pollfd] = [pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)]
            // Not more than a block ahead: what went in and was not answered is denied when the child ends.
            let reads = isSourceOpen && pending.isEmpty
            waits.append(pollfd(fd: reads ? source : -1, events: Int16(POLLIN), revents: 0))
            waits.append(
                pollfd(fd: isInputOpen && !pending.isEmpty ? child.input : -1, events: Int16(POLLOUT), revents: 0))
            let isWaitingForUs = reads && ending.asked == ending.answered
            let ready = unsafe poll(&waits, 3, isWaitingForUs ? -1 : Int32(silence))
            if ready < 0, errno == EINTR { continue }
            guard ready != 0 else {
                kill(child.process, SIGKILL)
                isKilled = true
                break
            }
            if waits[0].revents != 0 { isOutputOpen = try takeOutput() }
            if waits[1].revents != 0 { takeInput() }
            if waits[2].revents != 0 { giveInput() }
        }
        closeInput()
        let (status, signal) = child.wait()
        ending.status = isKilled ? nil : status
        ending.reason =
            isKilled ? "said nothing for \(silence / 1_000) s, and was ended" : "was ended by signal \(signal)"
        if ending.status == nil { drain() }
        counter.finish()
        ending.asked = counter.requests
        return ending
    }

    private mutating func takeOutput() throws(CommandError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(child.output, &buffer, buffer.count)
        if count < 0 { return errno == EINTR }
        guard count > 0 else { return false }
        if holdsOutput {
            ending.output += buffer[..<count]
            return true
        }
        // Whole lines only: half an answer is none.
        tail += buffer[..<count]
        guard let end = tail.lastIndex(of: 0x0A) else { return true }
        let lines = Array(tail[...end])
        tail.removeFirst(end + 1)
        ending.answered += lines.count { $0 == 0x0A }
        guard Descriptor.write(lines, to: sink) else {
            kill(child.process, SIGKILL)
            throw CommandError("the decisions cannot be written")
        }
        return true
    }

    private mutating func takeInput() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(source, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        guard count > 0 else {
            isSourceOpen = false
            if pending.isEmpty { closeInput() }
            return
        }
        counter.count(buffer[..<count])
        ending.asked = counter.requests
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

    /// Counts what nobody will answer.
    private mutating func drain() {
        while isSourceOpen { takeInput() }
    }
}

/// Counts the lines of a stream that are not blank.
private struct LineCounter {
    private(set) var requests = 0
    private var isBlank = true

    mutating func count(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            switch byte {
            case 0x0A: finish()
            case 0x20, 0x09, 0x0D: continue
            default: isBlank = false
            }
        }
    }

    mutating func finish() {
        if !isBlank { requests += 1 }
        isBlank = true
    }
}
