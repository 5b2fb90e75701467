internal import Files
internal import Model
internal import PolicyTesting

/// Writes the first policy set of somebody who has none.
enum FirstPoliciesWriter {
    static func write(_ folder: String, _ terminal: Terminal) throws(CommandError) {
        let files = FirstPolicies.files
        try NewFolder.make(folder, files)
        let option = folder == "policies" ? "" : " --policies \(Terminal.escaped(folder))"
        terminal.print("\(Terminal.escaped(folder)) has a first policy set: \(counted(files.count, "file"))")
        terminal.print("try next:")
        terminal.print("  demilune\(option) check")
        terminal.print("  demilune\(option) test")
    }

    /// Offers a first policy set where there are no policies: a question at a terminal, a remark without one.
    static func offer(_ invocation: Invocation) throws(CommandError) {
        let folder = invocation.policyFolder
        guard !File.exists(folder) else { return }
        let terminal = invocation.terminal
        let shown = Terminal.escaped(folder)
        switch Prompt.confirm("there are no policies in `\(shown)`: write a first policy set?", terminal) {
        case true?: try write(folder, terminal)
        case false?: terminal.note("`demilune init --policies` writes one later")
        case nil:
            terminal.note(
                "there are no policies in `\(shown)`: `demilune init --policies` writes a first policy set, and "
                    + "`--policies \(ShippedPolicies.word)` uses the shipped policies")
        }
    }
}
