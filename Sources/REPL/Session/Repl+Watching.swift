internal import CommandLine
internal import Model
internal import Policies

extension Repl {
    /// Starts or stops watching the folders of the policies, with their settings, and of their plugins, with their data.
    func watch(_ isOn: Bool) {
        let policies = [loaded?.path ?? start.policyFolder, tried?.path].compactMap(\.self)
        var folders = policies
        for folder in policies.compactMap(start.pluginFolder) where !folders.contains(folder) { folders.append(folder) }
        watching = isOn ? Watch(folders) : nil
        editor?.watch(watching?.descriptor)
    }

    /// Reloads changed policies.
    /// - Returns: the result as lines of text; empty when nothing has changed.
    func noticed() -> String {
        guard let watching, watching.hasSettled() else { return "" }
        var text = ""
        let streams = StandardStreams(
            input: { [] },
            output: { bytes in
                text += String(decoding: bytes, as: UTF8.self)
                return true
            }, errors: { text += String(decoding: $0, as: UTF8.self) })
        let terminal = Terminal(streams)
        terminal.color(isColored ? .always : .never, isRefused: false)
        reloadAll(terminal)
        return text
    }

    /// Reloads the policies in force and those tried. Errors are reported, and the last good policies stay.
    @discardableResult func reloadAll(_ terminal: Terminal) -> Int32 {
        do throws(CommandError) {
            let before = loaded?.set.version
            try reload(terminal)
            if let path = tried?.path { tried = try load(path, terminal) }
            terminal.note(before == loaded?.set.version ? "the policies are unchanged" : inForce)
            return ExitStatus.done
        } catch {
            for message in error.messages { terminal.complain(message) }
            if let loaded {
                terminal.note("the last good policies stay in force: \(loaded.set.version.prefix(8))")
            }
            return error.status
        }
    }

    var inForce: String {
        guard let set = loaded?.set else { return "no policies are in force" }
        let count = set.policies.count
        return "\(count) \(count == 1 ? "policy is" : "policies are") in force: \(set.version.prefix(8))"
    }
}
