internal import Model
internal import Policies
internal import Workbench

extension Repl {
    var zone: Zone? {
        scene.tenant.flatMap(world.directory.tenant).map { world.directory.tenants[$0].zone }
    }

    /// What stands before the cursor: the scene. What takes no columns stands between two U+0001.
    var prompt: String {
        var words = scene.words(zone: zone)
        if let tried { words.append("trying \(tried.path)") }
        if let count = supposition?.changes.count { words.append("supposing \(count)") }
        let text = Terminal.escaped(words.isEmpty ? "demilune" : words.joined(separator: " · "))
        guard isColored else { return text + "> " }
        return "\u{01}\u{1B}[1m\u{01}\(text)\u{01}\u{1B}[0m\u{01}> "
    }

    var isColored: Bool {
        let isRefused = start.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return isInteractive && start.value("color") != "never" && !isRefused
    }

    func echo(_ command: String) -> String {
        let text = "\(Terminal.escaped(command))"
        return isColored ? "\u{1B}[2m> \(text)\u{1B}[0m" : "> \(text)"
    }

    var greeting: String {
        let directory = world.directory
        let count = rulebook.map { "\($0.set.policies.count) policies" } ?? "no policies"
        let tenants = directory.tenants.count == 1 ? "1 tenant" : "\(directory.tenants.count) tenants"
        return "Demilune: \(tenants), \(count). `help` says what can be asked; Tab completes; ^D leaves."
    }

    static var overview: String {
        let width = commands.map { usage($0).count }.max() ?? 0
        let rows = commands.map { verb in
            let usage = usage(verb)
            return "  \(usage)\(String(repeating: " ", count: width - usage.count + 2))\(verb.summary)"
        }
        var families: [String] = []
        for verb in verbs.dropFirst(commands.count) {
            let family = String(verb.name.prefix { $0 != " " })
            if !families.contains(family) { families.append(family) }
        }
        return rows.joined(separator: "\n")
            + "\n\nand the verbs of the command line, without its name: \(families.joined(separator: ", "))"
            + "\n\n`help COMMAND` tells more, with examples. A command may be shortened. `--json` goes with each."
    }

    private static func usage(_ verb: Verb) -> String {
        let positionals = verb.positionals.map { positional in
            positional.usage ?? (positional.isOptional ? "[\(positional.name)]" : positional.name)
        }
        return ([verb.name] + positionals).joined(separator: " ")
    }
}
