internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Plugins
internal import Policies

extension Invocation {
    /// The shadow of `--shadow`: the evaluations that a batch is compared with.
    /// - Parameter files: the files that the policies were loaded from.
    func shadow(
        _ files: PolicyFiles, _ policies: PolicySet, _ options: BatchOptions
    ) -> Shadow {
        var shadow = Shadow()
        shadow.every = self[.shadow]
        guard shadow.every > 0 else { return shadow }
        shadow.load = { PolicySet.load(files.loadedPlugins().source).set }
        // A confined process cannot start another one.
        if !self[.isolate] { shadow.process = process(policies, options) }
        return shadow
    }

    /// A closure that decides one line by running this program again in a process of its own.
    private func process(_ policies: PolicySet, _ options: BatchOptions) -> @Sendable ([UInt8]) -> Bool? {
        var words = ["--at", options.now.description]
        let passed = GlobalOptions.all.filter {
            $0.placeholder != nil && $0.name != Option.at.name && Verb.batch.uses.contains($0)
        }
        for option in passed { words += given(option) }
        words += ["batch", "--explain", "--jobs", "1", "--tree-memory", "0"]
        for option in BudgetOptions.all { words += given(option) }
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

extension Invocation {
    /// The words that give an option its value again; none when it has no value.
    fileprivate func given(_ option: any OptionDeclaration) -> [String] {
        text(of: option).map { [option.flag, $0] } ?? []
    }
}

extension Option<Int> {
    static var shadow: Self {
        Self(
            "shadow", "N", "compare one request in N with an uncached evaluation (0: none)", least: 0, absent: 0)
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
