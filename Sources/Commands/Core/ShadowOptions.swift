internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Policies

extension Invocation {
    /// The shadow of `--shadow`: the evaluations that a batch is compared with.
    /// - Parameter files: the files that the policies were loaded from.
    func shadow(
        _ files: PolicyFiles, _ policies: PolicySet, _ options: BatchOptions
    ) throws(CommandError) -> Shadow {
        var shadow = Shadow()
        shadow.every = try number("shadow", default: 0, least: 0)
        guard shadow.every > 0 else { return shadow }
        shadow.load = { PolicySet.load(files.loadedPlugins().source).set }
        // A confined process cannot start another one.
        if !has(Isolation.option.name) { shadow.process = process(policies, options) }
        return shadow
    }

    /// A closure that decides one line by running this program again in a process of its own.
    private func process(_ policies: PolicySet, _ options: BatchOptions) -> @Sendable ([UInt8]) -> Bool? {
        var words = ["--at", options.now.description]
        for option in Option.global where option.value != nil && option.name != "at" {
            if let value = value(option.name) { words += ["--\(option.name)", value] }
        }
        words += ["batch", "--explain", "--jobs", "1", "--tree-memory", "0"]
        for name in ["fuel", "memory", "deadline"] {
            if let value = value(name) { words += ["--\(name)", value] }
        }
        if options.trustTime { words.append("--trust-time") }
        let version = policies.version
        let files = [storePath, storePath + "-wal"]
        let before = files.map(FileState.init)
        return { [words] line in
            guard let child = try? Child("/proc/self/exe", words, readsInput: true) else {
                return nil
            }
            // The other process's error output does not concern this run.
            close(child.errors)
            _ = Descriptor.write(line + [UInt8(ascii: "\n")], to: child.input)
            close(child.input)
            let answer = (try? Descriptor.readAll(child.output)) ?? []
            close(child.output)
            _ = child.wait()
            // With other policies, or another state of the store, a different decision is no fault.
            guard files.map(FileState.init) == before, let json = try? JSONReader.parse(answer),
                case .boolean(let isPermitted)? = json["decision"]
            else { return nil }
            if let other = json["context"]?["version"]?.string, other != version { return nil }
            return isPermitted
        }
    }
}

/// The time of the last change of a file, and its size.
private struct FileState: Equatable, Sendable {
    private var modified: FileStatus.Time?
    private var size = -1

    init(_ path: String) {
        guard let status = try? FileStatus(of: path) else { return }
        (modified, size) = (status.modified, status.size)
    }
}
