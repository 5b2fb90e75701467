internal import Glibc

/// The output of a program, run to its end.
struct ProgramRun {
    /// The bytes kept of each output; the rest is read and dropped.
    private static let mostBytes = 1 << 22

    /// `nil` when a signal ended it.
    let status: Int32?
    let signal: Int32
    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []

    /// - Parameter input: its standard input; `nil` for none. A program that reads less than all of it is not a failure.
    /// - Throws: when it cannot be started.
    init(_ program: String, _ arguments: [String], input: [UInt8]? = nil) throws(CommandError) {
        let child = try Child(program, arguments, readsInput: input != nil)
        defer {
            close(child.output)
            close(child.errors)
        }
        var unwritten = (input ?? [])[...]
        var feed = child.input
        if feed >= 0 { _ = fcntl(feed, F_SETFL, O_NONBLOCK) }
        var isOpen = [true, true]
        while isOpen.contains(true) {
            if unwritten.isEmpty, feed >= 0 {
                close(feed)
                feed = -1
            }
            var waits = [child.output, child.errors].enumerated().map { place, descriptor in
                pollfd(fd: isOpen[place] ? descriptor : -1, events: Int16(POLLIN), revents: 0)
            }
            waits.append(pollfd(fd: feed, events: Int16(POLLOUT), revents: 0))
            if unsafe poll(&waits, 3, -1) < 0 { continue }
            if waits[2].revents != 0 {
                let count = unsafe unwritten.withUnsafeBytes { unsafe write(feed, $0.baseAddress!, $0.count) }
                if count > 0 {
                    unwritten = unwritten.dropFirst(count)
                } else if errno != EINTR, errno != EAGAIN {
                    unwritten = []
                }
            }
            for place in isOpen.indices where waits[place].revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                let count = unsafe read(waits[place].fd, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    isOpen[place] = false
                } else if place == 0 {
                    output += buffer[..<count].prefix(Self.mostBytes - output.count)
                } else {
                    errors += buffer[..<count].prefix(Self.mostBytes - errors.count)
                }
            }
        }
        if feed >= 0 { close(feed) }
        (status, signal) = child.wait()
    }

    /// The last line of the error output.
    var complaint: String {
        String(decoding: errors.split(separator: 0x0A).last ?? [], as: UTF8.self)
    }
}
