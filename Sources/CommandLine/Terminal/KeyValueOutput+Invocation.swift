internal import Model
internal import Presentation

extension KeyValueOutput {
    func print(_ invocation: Invocation) {
        let terminal = invocation.terminal
        guard !invocation[.json] else { return terminal.print(json.pretty) }
        for line in lines {
            let text = terminal.styled(line.name, .bold) + line.text
            terminal.print(Prose.wrapped(text, terminal.streams.columns, hanging: line.indent))
        }
    }
}
