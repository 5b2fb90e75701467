internal import Glibc
internal import ProgramSupport
internal import Testing

/// The program on a pseudo-terminal, used as by a person: keys in, screen out.
final class PersonAtTerminal {
    private let terminal: Int32
    private let process: pid_t
    private(set) var screen: Screen
    private var status: Int32?

    // Linux's TIOCSPTLCK, TIOCGPTN and POSIX_SPAWN_SETSID, which Swift does not import.
    private static let (unlock, name): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    private static let newSession: Int16 = 0x80

    /// The time limit of every wait in milliseconds, for a machine that is busy with other work.
    private static let patience: Int32 = 30_000

    init(_ arguments: [String], environment: [String: String], rows: Int = 30, columns: Int = 100) throws {
        screen = Screen(rows: rows, columns: columns)
        terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, 0)
        let isOpen = unsafe ioctl(terminal, Self.unlock, &lock) == 0 && ioctl(terminal, Self.name, &number) == 0
        try #require(terminal >= 0 && isOpen)
        let name = "/dev/pts/\(number)"
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(terminal, UInt(TIOCSWINSZ), &size)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawnattr_setflags(&attributes, Self.newSession)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        // Opened by a session leader, it becomes the terminal of that session.
        unsafe posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        var words = unsafe (["demilune"] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        var process: pid_t = 0
        try #require(unsafe posix_spawn(&process, Program.path, &actions, &attributes, &words, &variables) == 0)
        self.process = process
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            var word: Int32 = 0
            unsafe waitpid(process, &word, 0)
        }
        close(terminal)
    }

    func type(_ keys: String) {
        var bytes = Array(keys.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe write(terminal, $0.baseAddress!, min($0.count, 256)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
            // The echo must be read, or both sides wait.
            _ = read(within: 0)
        }
    }

    func resize(rows: Int, columns: Int) {
        screen.resize(rows: rows, columns: columns)
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(terminal, UInt(TIOCSWINSZ), &size)
    }

    /// Waits until the screen meets a condition.
    /// - Parameter meanwhile: runs each time no output came for a moment.
    func wait(
        meanwhile: () -> Void = {}, until isSo: (Screen) -> Bool, location: SourceLocation = #_sourceLocation
    ) {
        var waited: Int32 = 0
        while !isSo(screen) {
            guard waited < Self.patience else {
                Issue.record("the screen is\n\(screen.text)", sourceLocation: location)
                return
            }
            switch read(within: 100) {
            case .some: continue
            case nil:
                waited += 100
                meanwhile()
            }
        }
    }

    func wait(for text: String, location: SourceLocation = #_sourceLocation) {
        wait(until: { $0.text.contains(text) }, location: location)
    }

    /// Waits until the cursor is after a text.
    func waitAtPrompt(_ text: String = "> ", location: SourceLocation = #_sourceLocation) {
        let end = text.last == " " ? String(text.dropLast()) : text
        wait(until: { $0.line.hasSuffix(end) }, location: location)
    }

    /// Leaves the program and returns its exit status.
    func leave() -> Int32 {
        waitAtPrompt()
        type("\u{04}")
        return end()
    }

    /// Waits until the program has ended and returns its exit status.
    func end() -> Int32 {
        var asked = pollfd(fd: terminal, events: 0, revents: 0)
        // The other side is closed when the program has ended.
        while unsafe poll(&asked, 1, 0) == 0, read(within: Self.patience) != nil {}
        if unsafe poll(&asked, 1, 0) == 0 { kill(process, SIGKILL) }
        var word: Int32 = 0
        while unsafe waitpid(process, &word, 0) < 0, errno == EINTR {}
        status = word & 0x7F == 0 ? word >> 8 & 0xFF : -1
        return status!
    }

    /// - Returns: the number of bytes; `nil` when none came in time, or the other side is closed.
    private func read(within milliseconds: Int32) -> Int? {
        var asked = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&asked, 1, milliseconds) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe Glibc.read(terminal, &buffer, buffer.count)
        guard count > 0 else { return nil }
        bytes += buffer[..<count]
        // A character may arrive in two parts.
        let end = bytes.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        let isWhole = bytes[end] < 0x80 || bytes.count - end >= (bytes[end] >= 0xF0 ? 4 : bytes[end] >= 0xE0 ? 3 : 2)
        let whole = isWhole ? bytes.count : end
        screen.write(String(decoding: bytes[..<whole], as: UTF8.self))
        bytes.removeFirst(whole)
        return count
    }

    private var bytes: [UInt8] = []
}
