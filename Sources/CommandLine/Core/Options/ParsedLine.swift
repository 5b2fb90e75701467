internal import Model

/// A command line taken apart: the verb, its options and its positionals.
package struct ParsedLine {
    /// `nil` when the line has none, as in `demilune --help`.
    package var verb: Verb?
    /// The first word of several verbs, when the line asks for the help of all of them: `token --help`.
    package private(set) var family: String?
    /// The texts of the given options, by name; that of a flag is empty. An option that leaves out its optional value
    /// has none.
    private(set) var options: [String: String] = [:]
    /// The second texts of options that are given twice, by name.
    private(set) var secondOptions: [String: String] = [:]
    /// The names of the given options.
    private var given: Set<String> = []
    /// The names of the options that stand after the verb.
    private var givenAfterVerb: Set<String> = []
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
        // A session has commands of its own for these.
        if program != "", rest.first == "help" || rest.first == "version" {
            note(rest.removeFirst() == "help" ? Option.help : Option.version)
        } else if rest.prefix(while: { $0 != "--" }).contains(Option.help.flag) {
            note(Option.help)
        }
        while let argument = rest.popFirst() {
            if !isOptionsOver, argument == "--" {
                isOptionsOver = true
            } else if !isOptionsOver, ["-h", Option.help.flag].contains(argument) {
                note(Option.help)
            } else if !isOptionsOver, argument.hasPrefix("-"), argument != "-" {
                try readOption(argument, &rest)
            } else if verb == nil, family == nil {
                verb = try findVerb(argument, &rest, verbs)
            } else {
                positionals.append(argument)
            }
        }
        guard !isGiven(Option.help), !isGiven(Option.version) else { return }
        try checkPositionals(program)
        try checkUse()
    }

    package func isGiven(_ option: any OptionDeclaration) -> Bool { given.contains(option.name) }

    /// True when the option stands after the verb, where it is addressed to this verb alone.
    package func isGivenAfterVerb(_ option: any OptionDeclaration) -> Bool { givenAfterVerb.contains(option.name) }

    /// Notes a given option.
    private mutating func note(_ option: any OptionDeclaration, value: String? = "") {
        given.insert(option.name)
        if verb != nil { givenAfterVerb.insert(option.name) }
        options[option.name] = value
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
        let named = known.first { $0.flag == parts[0] || $0.letter.map { "-\($0)" } == parts[0] }
        guard let option = named ?? known.first(where: { $0.formerName.map { "--\($0)" } == parts[0] }) else {
            let hint = Suggestion.hint(for: parts[0], among: known.map(\.flag))
            throw .usage("unknown option `\(parts[0])`\(hint)")
        }
        if named == nil { noteFormer(parts[0], now: option.flag) }
        let isPair = verb?.pairs.contains { $0.name == option.name } == true
        guard !isGiven(option) || isPair && secondOptions[option.name] == nil else {
            throw .usage("`\(option.flag)` is given \(isPair ? "more than twice" : "twice")")
        }
        guard option.placeholder != nil else {
            guard parts.count == 1 else { throw .usage("`\(option.flag)` takes no value") }
            return note(option)
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if let next = rest.first, !next.hasPrefix("--") {
            value = next
            rest.removeFirst()
        } else if option.isValueOptional {
            return note(option, value: nil)
        } else {
            throw .usage("`\(option.flag)` needs a value: `\(option.heading)`")
        }
        try option.checkChoice(value)
        if isGiven(option) { secondOptions[option.name] = value } else { note(option, value: value) }
    }

    /// Finds a verb of one word or of two.
    /// - Returns: `nil` for the first word of several verbs whose help is asked for; it is the `family` then.
    private mutating func findVerb(
        _ word: String, _ rest: inout ArraySlice<String>, _ verbs: [Verb]
    ) throws(CommandError) -> Verb? {
        let second = rest.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
        if let second {
            let name = "\(word) \(second)"
            if let verb = verbs.first(where: { $0.name == name }) {
                rest.removeFirst()
                return verb
            }
            if let verb = verbs.first(where: { $0.formerNames.contains(name) }) {
                rest.removeFirst()
                noteFormer(name, now: verb.name)
                return verb
            }
        }
        let one = verbs.first { $0.name == word }
        let family = verbs.family(word)
        // `plugins` is a verb, and the first word of others.
        if isGiven(Option.help), !family.isEmpty, second == nil, one == nil {
            self.family = word
            return nil
        }
        if let one { return one }
        guard second == nil, !family.isEmpty, rest.first == "-h" else {
            throw CommandError.unknownVerb(word, second, among: verbs)
        }
        self.family = word
        return nil
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
