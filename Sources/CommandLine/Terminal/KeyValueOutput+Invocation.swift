internal import Model
internal import Presentation

extension KeyValueOutput {
    func print(_ invocation: Invocation) {
        let terminal = invocation.terminal
        guard !invocation[.json] else { return terminal.print(json.pretty) }
        terminal.show(lines)
    }
}
