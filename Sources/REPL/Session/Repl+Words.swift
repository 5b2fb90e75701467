internal import Analysis
internal import CommandLine
internal import Model
internal import Policies
internal import Presentation

extension Repl {
    var zone: Zone? { snapshot.tenants.first { $0.id == state.tenant }?.zone }

    /// The prompt, which shows the session state. Text between two U+0001 takes no columns.
    var prompt: String {
        var words = state.words(zone: zone)
        if let tried { words.append("trying \(tried.path)") }
        if let count = scenario?.changes.count { words.append("supposing \(count)") }
        let text = Terminal.escaped(words.isEmpty ? "demilune" : words.joined(separator: " · "))
        guard isColored else { return text + "> " }
        return "\u{01}\u{1B}[1m\u{01}\(text)\u{01}\u{1B}[0m\u{01}> "
    }

    var isColored: Bool {
        let isRefused = start.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return isInteractive && start[.color] != .never && !isRefused
    }

    func echo(_ command: String) -> String {
        let text = "\(Terminal.escaped(command))"
        return isColored ? "\u{1B}[2m> \(text)\u{1B}[0m" : "> \(text)"
    }

    var greeting: String {
        let count = loaded.map { counted($0.set.policies.count, "policy", "policies") } ?? "no policies"
        let tenants = snapshot.absence == nil ? counted(snapshot.tenants.count, "tenant") : "no store"
        return "Demilune: \(tenants), \(count). `help` lists the commands; Tab completes; ^D leaves."
    }

    /// The help of all commands.
    /// - Parameter columns: the width of the terminal; `nil` for no limit.
    static func overview(_ columns: Int?) -> String {
        let rows = Prose.rows(commands.map { (usage($0.verb), $0.verb.summary) }, columns)
        var families: [String] = []
        for verb in verbs.dropFirst(commands.count) {
            let family = String(verb.name.prefix { $0 != " " })
            if !families.contains(family) { families.append(family) }
        }
        let more =
            "The verbs of the command line work too, without the program's name: \(families.joined(separator: ", "))"
            + "\n\n`help COMMAND` explains one, with examples. Commands may be shortened. All of them take `--json`."
        return "\(rows)\n\n\(Prose.wrapped(more, columns, hanging: 0))"
    }

    private static func usage(_ verb: Verb) -> String {
        let positionals = verb.positionals.map { positional in
            positional.usage ?? (positional.isOptional ? "[\(positional.name)]" : positional.name)
        }
        return ([verb.name] + positionals).joined(separator: " ")
    }
}
