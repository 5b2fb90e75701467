internal import Model

/// A command line taken apart: the verb, its options and its positionals.
package struct ParsedLine {
    /// `nil` when the line has none, as in `demilune --help`.
    package var verb: Verb?
    /// The texts of the given options, by name; that of a flag is empty.
    private(set) var options: [String: String] = [:]
    /// The names of the options that are given after the verb.
    private var givenAfterVerb: Set<ExactName> = []
    var positionals: [String] = []
    let arguments: [String]
    /// Remarks for the person who wrote the line: names that are going away.
    package private(set) var notes: [String] = []

    /// - Parameter program: the word before the verb in usage lines.
    /// - Throws: `.usage`, with a suggestion for a name that is nearly right.
    package init(_ arguments: [String], verbs: [Verb], program: String = "demilune ") throws(CommandError) {
        self.arguments = arguments
        var rest = arguments[...]
        var isOptionsOver = false
        while let argument = rest.popFirst() {
            if !isOptionsOver, argument == "--" {
                isOptionsOver = true
            } else if !isOptionsOver, argument == "-h" {
                options[Option.help.name] = ""
            } else if !isOptionsOver, argument.hasPrefix("-"), argument != "-" {
                try readOption(argument, &rest)
            } else if verb == nil {
                verb = try findVerb(argument, &rest, verbs)
            } else {
                positionals.append(argument)
            }
        }
        guard !isGiven(Option.help), !isGiven(Option.version) else { return }
        try checkPositionals(program)
        try checkUse()
    }

    package func isGiven(_ option: any OptionDeclaration) -> Bool { options[option.name] != nil }

    /// True when the option is given after the verb, and so for this verb only.
    package func isGivenAfterVerb(_ option: any OptionDeclaration) -> Bool {
        givenAfterVerb.contains(ExactName(option.name))
    }

    /// - Throws: `.usage` for a global option after a verb that does not use it. Before the verb, and in the environment,
    ///   it is a default for every verb.
    private func checkUse() throws(CommandError) {
        guard let verb else { return }
        for option in GlobalOptions.all where isGivenAfterVerb(option) && !verb.uses.contains(option) {
            throw .usage("`\(verb.name)` does not use `\(option.flag)`; leave it out")
        }
    }

    private mutating func readOption(_ argument: String, _ rest: inout ArraySlice<String>) throws(CommandError) {
        let known = (verb?.options ?? []) + GlobalOptions.all
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let named = known.first { $0.flag == parts[0] }
        guard let option = named ?? known.first(where: { $0.formerName.map { "--\($0)" } == parts[0] }) else {
            let hint = Suggestion.hint(for: parts[0], among: known.map(\.flag))
            throw .usage("unknown option `\(parts[0])`\(hint)")
        }
        if named == nil { noteFormer(parts[0], now: option.flag) }
        guard options[option.name] == nil else { throw .usage("`\(option.flag)` is given twice") }
        if verb != nil { givenAfterVerb.insert(ExactName(option.name)) }
        guard option.placeholder != nil else {
            guard parts.count == 1 else { throw .usage("`\(option.flag)` takes no value") }
            options[option.name] = ""
            return
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if let next = rest.first, !next.hasPrefix("--") {
            value = next
            rest.removeFirst()
        } else {
            throw .usage("`\(option.flag)` needs a value: `\(option.heading)`")
        }
        try option.checkChoice(value)
        options[option.name] = value
    }

    /// Finds a verb of one word or of two.
    private mutating func findVerb(
        _ word: String, _ rest: inout ArraySlice<String>, _ verbs: [Verb]
    ) throws(CommandError) -> Verb {
        if let second = rest.first, let verb = verbs.first(where: { $0.name == "\(word) \(second)" }) {
            rest.removeFirst()
            return verb
        }
        if let second = rest.first, let verb = verbs.first(where: { $0.formerNames.contains("\(word) \(second)") }) {
            rest.removeFirst()
            noteFormer("\(word) \(second)", now: verb.name)
            return verb
        }
        if let verb = verbs.first(where: { $0.name == word }) { return verb }
        let family = verbs.filter { $0.name.hasPrefix(word + " ") }
        guard !family.isEmpty else {
            let words = verbs.map { String($0.name.prefix { $0 != " " }) }
            throw .usage("unknown verb `\(word)`\(Suggestion.hint(for: word, among: words))")
        }
        let names = family.map { String($0.name.dropFirst(word.count + 1)) }
        guard let second = rest.first, !second.hasPrefix("-") else {
            throw .usage("`\(word)` needs one of: \(names.joined(separator: ", "))")
        }
        throw .usage("unknown verb `\(word) \(second)`\(Suggestion.hint(for: second, among: names))")
    }

    private mutating func noteFormer(_ name: String, now: String) {
        notes.append("`\(name)` is now called `\(now)`; the old name works for one more version")
    }

    private func checkPositionals(_ program: String) throws(CommandError) {
        guard let verb else { return }
        let required = verb.positionals.filter { !$0.isOptional }
        if positionals.count < required.count {
            throw .usage("missing argument `\(required[positionals.count].name)`: \(program)\(Help.usage(verb))")
        }
        if positionals.count > verb.positionals.count, verb.positionals.last?.isRepeated != true {
            throw .usage(
                "unexpected argument `\(positionals[verb.positionals.count])`: \(program)\(Help.usage(verb))")
        }
    }
}
