internal import Presentation

/// The help texts: of the program, and of each verb.
package enum Help {
    /// - Parameter columns: the width of the terminal; `nil` leaves lines as they are.
    static func overview(_ verbs: [Verb], _ columns: Int?) -> String {
        let text = """
            usage: demilune [OPTION …] VERB …

            Keeps access tokens, and decides by Lua policies what each may do.

            verbs:
            \(Prose.rows(verbs.map { ($0.name, $0.summary) }, columns))

            options, before or after the verb:
            \(Prose.rows(GlobalOptions.all.map { ($0.title, $0.help) }, columns))

            The environment can set the default of an option with a value: DEMILUNE_STORE for --store, and so on.
            NO_COLOR turns colours off. `demilune help VERB` describes a verb.

            exit status: 0 done or permit, 1 failure, 2 deny, 3 policies do not load, 4 tests failed, 5 not as expected, 64 wrong usage
            """
        return Prose.wrapped(text, columns, hanging: 0)
    }

    /// The help that a command line asks for: of a verb, of all verbs that begin with one word, or of the program.
    /// - Parameter columns: the width of the terminal; `nil` leaves lines as they are.
    static func text(for line: ParsedLine, _ verbs: [Verb], _ columns: Int?) -> String {
        if let verb = line.verb { return text(of: verb, columns) }
        return line.family.map { text(ofFamily: $0, verbs, columns) } ?? overview(verbs, columns)
    }

    /// The help of all verbs that begin with one word.
    /// - Parameter columns: the width of the terminal; `nil` leaves lines as they are.
    package static func text(
        ofFamily word: String, _ verbs: [Verb], _ columns: Int?, program: String = "demilune "
    ) -> String {
        let family = verbs.filter { $0.name == word || $0.name.hasPrefix(word + " ") }
        let text = """
            usage: \(program)\(word) VERB …

            \(Prose.rows(family.map { ($0.name, $0.summary) }, columns))

            `\(program)help \(word) VERB` describes one.
            """
        return Prose.wrapped(text, columns, hanging: 0)
    }

    /// - Parameters:
    ///   - columns: the width of the terminal; `nil` leaves lines as they are.
    ///   - program: the word before the verb in the usage line.
    package static func text(of verb: Verb, _ columns: Int?, program: String = "demilune ") -> String {
        func rows(_ rows: [(String, String)]) -> String { Prose.rows(rows, columns) }
        var parts = [
            Prose.wrapped("usage: \(program)\(usage(verb))", columns, hanging: 7), verb.summary.capitalizedFirst + ".",
        ]
        if !verb.positionals.isEmpty { parts.append(rows(verb.positionals.map { ($0.name, $0.help) })) }
        if !verb.options.isEmpty { parts.append("options:\n" + rows(verb.options.map { ($0.title, $0.help) })) }
        parts.append(contentsOf: verb.details)
        if !verb.examples.isEmpty {
            parts.append("examples:\n" + verb.examples.map { "  " + $0 }.joined(separator: "\n"))
        }
        let others = GlobalOptions.all.filter(verb.uses.contains).map(\.flag)
        parts.append("Also: " + others.joined(separator: " "))
        return Prose.wrapped(parts.joined(separator: "\n\n"), columns, hanging: 0)
    }

    package static func usage(_ verb: Verb) -> String {
        let positionals = verb.positionals.map { positional in
            if let usage = positional.usage { return usage }
            let name = positional.isRepeated ? "\(positional.name) …" : positional.name
            return positional.isOptional ? "[\(name)]" : name
        }
        return ([verb.name] + positionals + verb.options.map { "[\($0.heading)]" }).joined(separator: " ")
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
