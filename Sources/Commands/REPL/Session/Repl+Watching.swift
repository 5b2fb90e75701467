internal import Model
internal import Policies

extension Repl {
    /// Looks at the policies' folders from now on, or not any more.
    func watch(_ isOn: Bool) {
        watching =
            isOn
            ? Watch([loaded?.path ?? start.value("policies") ?? "policies", tried?.path].compactMap(\.self)) : nil
        editor?.watch(watching?.descriptor)
    }

    /// What became of a change of the policies, in lines; empty where nothing has changed.
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
        terminal.color(isColored ? "always" : "never", isRefused: false)
        reloadAll(terminal)
        return text
    }

    /// Loads what is in force and what is tried; a broken set is told, and the last good one stays.
    @discardableResult func reloadAll(_ terminal: Terminal) -> Int32 {
        do throws(CommandError) {
            let before = loaded?.set.version
            try reload(terminal)
            if let path = tried?.path { tried = try load(path, terminal) }
            terminal.note(before == loaded?.set.version ? "the policies are as they were" : inForce)
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
