internal import Glibc

/// This program once more, as a child process with pipes for what it reads and writes.
struct Child {
    let process: pid_t
    /// Where its standard input is written to; -1 when it has none.
    let input: Int32
    let output: Int32

    /// - Parameter mark: the variable of the environment that tells the child what it is.
    init(_ arguments: [String], mark: String, readsInput: Bool) throws(CommandError) {
        var incoming: [Int32] = [-1, -1]
        var outgoing: [Int32] = [-1, -1]
        let isOpen = unsafe pipe(&outgoing) == 0
        let isInputOpen = unsafe readsInput ? pipe(&incoming) == 0 : true
        guard isOpen, isInputOpen else { throw Self.fault() }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if readsInput { unsafe posix_spawn_file_actions_adddup2(&actions, incoming[0], STDIN_FILENO) }
        unsafe posix_spawn_file_actions_adddup2(&actions, outgoing[1], STDOUT_FILENO)
        for descriptor in incoming + outgoing where descriptor > STDERR_FILENO {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var variables: [String] = [mark + "=1"]
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            variables.append(unsafe String(cString: entry))
            unsafe place += 1
        }
        var words = unsafe (["demilune"] + arguments).map { unsafe strdup($0) } + [nil]
        var environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe environment.indices { unsafe free(environment[index]) }
        }
        var process: pid_t = 0
        let status = unsafe posix_spawn(&process, "/proc/self/exe", &actions, nil, &words, &environment)
        close(outgoing[1])
        if readsInput { close(incoming[0]) }
        guard status == 0 else {
            errno = status
            throw Self.fault()
        }
        self.process = process
        input = incoming[1]
        output = outgoing[0]
    }

    private static func fault() -> CommandError {
        CommandError("`--isolate`: a child process cannot be started: \(unsafe String(cString: strerror(errno)))")
    }

    /// Waits for its end.
    /// - Returns: its exit status, or the signal that ended it.
    func wait() -> (status: Int32?, signal: Int32) {
        var word: Int32 = 0
        while unsafe waitpid(process, &word, 0) < 0, errno == EINTR {}
        let signal = word & 0x7F
        return signal == 0 ? (word >> 8 & 0xFF, 0) : (nil, signal)
    }
}
