internal import CSystem
internal import Glibc

/// A program run as a child process, with pipes for its standard streams.
struct Child {
    let process: pid_t
    /// The descriptor to write its standard input to; -1 when it has none.
    let input: Int32
    let output: Int32
    /// The descriptor to read its error output from: the child never gets this process's terminal.
    let errors: Int32

    /// - Parameters:
    ///   - mark: a variable to set in its environment.
    ///   - keeps: selects the variables of this process that it inherits.
    ///   - readsInput: true to give it a pipe as standard input; else that is empty.
    init(
        _ program: String, _ arguments: [String], mark: String? = nil, readsInput: Bool,
        keeps: (Substring) -> Bool = { _ in true }
    ) throws(CommandError) {
        var pipes: [[Int32]] = [[-1, -1], [-1, -1], [-1, -1]]
        let isWanted = [readsInput, true, true]
        for place in pipes.indices where isWanted[place] {
            guard unsafe pipe(&pipes[place]) == 0 else {
                let reason = errno
                for descriptor in pipes.joined() where descriptor >= 0 { close(descriptor) }
                throw Self.fault(program, reason)
            }
            for descriptor in pipes[place] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if readsInput {
            unsafe posix_spawn_file_actions_adddup2(&actions, pipes[0][0], STDIN_FILENO)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1][1], STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[2][1], STDERR_FILENO)
        // The child must not inherit descriptors that this process itself inherited.
        guard unsafe csystem_spawn_closes_from(&actions, STDERR_FILENO + 1) == 0 else {
            for descriptor in pipes.joined() where descriptor >= 0 { close(descriptor) }
            throw Self.fault(program, ENOMEM)
        }
        var variables: [String] = mark.map { [$0 + "=1"] } ?? []
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            let variable = unsafe String(cString: entry)
            if keeps(variable.prefix { $0 != "=" }) { variables.append(variable) }
            unsafe place += 1
        }
        var words = unsafe (["demilune"] + arguments).map { unsafe strdup($0) } + [nil]
        var environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe environment.indices { unsafe free(environment[index]) }
        }
        var process: pid_t = 0
        let status = unsafe posix_spawn(&process, program, &actions, nil, &words, &environment)
        for descriptor in [pipes[0][0], pipes[1][1], pipes[2][1]] where descriptor >= 0 { close(descriptor) }
        guard status == 0 else {
            for descriptor in [pipes[0][1], pipes[1][0], pipes[2][0]] where descriptor >= 0 { close(descriptor) }
            throw Self.fault(program, status)
        }
        self.process = process
        input = pipes[0][1]
        output = pipes[1][0]
        errors = pipes[2][0]
    }

    private static func fault(_ program: String, _ reason: Int32) -> CommandError {
        CommandError("cannot start `\(program)` as a child process: \(unsafe String(cString: strerror(reason)))")
    }

    /// Waits for the child to end.
    /// - Returns: its exit status, or the signal that ended it.
    func wait() -> (status: Int32?, signal: Int32) {
        var word: Int32 = 0
        while unsafe waitpid(process, &word, 0) < 0, errno == EINTR {}
        let signal = word & 0x7F
        return signal == 0 ? (word >> 8 & 0xFF, 0) : (nil, signal)
    }
}
