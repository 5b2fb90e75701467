/// The help texts: of the program, and of each verb.
enum Help {
    static func overview(_ verbs: [Verb]) -> String {
        """
        usage: demilune [OPTION …] VERB …

        Keeps tokens, and lets Lua policies decide what each may do.

        verbs:
        \(rows(verbs.map { ($0.name, $0.summary) }))

        options, before or after the verb:
        \(rows(Option.global.map { ($0.heading, $0.help) }))

        Each option with a value has its default in the environment: DEMILUNE_STORE for --store, and so on.
        NO_COLOR turns colours off. `demilune VERB --help` tells more about a verb.

        exit status: 0 done or permit, 1 failure, 2 deny, 3 policies do not load, 4 tests failed, 5 not as expected, 64 wrong usage
        """
    }

    /// - Parameter program: what stands before the verb where it is typed.
    static func text(of verb: Verb, program: String = "demilune ") -> String {
        let options = verb.options + Option.global
        var parts = ["usage: \(program)\(usage(verb))", verb.summary.capitalizedFirst + "."]
        if !verb.positionals.isEmpty { parts.append(rows(verb.positionals.map { ($0.name, $0.help) })) }
        if !verb.options.isEmpty { parts.append("options:\n" + rows(verb.options.map { ($0.heading, $0.help) })) }
        parts.append(contentsOf: verb.details)
        if !verb.examples.isEmpty {
            parts.append("examples:\n" + verb.examples.map { "  " + $0 }.joined(separator: "\n"))
        }
        parts.append("Also: " + options.suffix(Option.global.count).map { "--\($0.name)" }.joined(separator: " "))
        return parts.joined(separator: "\n\n")
    }

    static func usage(_ verb: Verb) -> String {
        let positionals = verb.positionals.map { positional in
            if let usage = positional.usage { return usage }
            let name = positional.isRepeated ? "\(positional.name) …" : positional.name
            return positional.isOptional ? "[\(name)]" : name
        }
        return ([verb.name] + positionals + verb.options.map { "[\($0.heading)]" }).joined(separator: " ")
    }

    static func rows(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, help in
            "  " + name + String(repeating: " ", count: width - name.count + 2) + help
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
