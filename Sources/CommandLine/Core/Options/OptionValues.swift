/// The values of all options that a verb declares, read and checked once before the verb runs.
struct OptionValues {
    private var values: [String: any Sendable] = [:]
    /// The texts of options that the command line gives, or whose default the environment sets.
    private var texts: [String: String] = [:]
    private let line: ParsedLine
    private let use: OptionUse

    /// - Parameter use: notes the options that are read.
    /// - Parameter verb: `nil` to read the global options only.
    /// - Throws: `.usage` for the first text that its option does not permit.
    init(_ line: ParsedLine, of verb: Verb?, environment: [String: String], use: OptionUse = OptionUse())
        throws(CommandError)
    {
        self.line = line
        self.use = use
        for option in GlobalOptions.all {
            let isFlag = option.placeholder == nil
            let stated = isFlag ? nil : environment[option.variable]
            if line.options[option.name] == nil, let stated { try option.checkChoice(stated) }
            try read(option, default: stated == "" ? nil : stated)
        }
        // A verb may describe a global option in its own words: its default is the same.
        for option in verb?.options ?? [] where values[option.name] == nil { try read(option, default: nil) }
    }

    private mutating func read(_ option: any OptionDeclaration, default standard: String?) throws(CommandError) {
        let text = line.options[option.name] ?? standard
        texts[option.name] = text
        values[option.name] = try option.value(of: text)
    }

    /// The value of an option, or its default.
    /// - Precondition: the verb declares the option. An undeclared one could never be given, so that a restriction
    ///   such as `--preview` would be ignored.
    subscript<Value>(_ option: Option<Value>) -> Value {
        guard let value = values[option.name] as? Value else { preconditionFailure(undeclared(option)) }
        use.note(option)
        return value
    }

    /// The value of an option that only some of the verbs declare that run this code.
    subscript<Value>(ifDeclared option: Option<Value>) -> Value {
        values[option.name] == nil ? option.absent : self[option]
    }

    /// True when the command line gives the option; a default in the environment does not count.
    func isGiven(_ option: any OptionDeclaration) -> Bool {
        precondition(values[option.name] != nil, undeclared(option))
        use.note(option)
        return line.isGiven(option)
    }

    /// True when the option stands after the verb, where it is addressed to this verb alone.
    func isGivenAfterVerb(_ option: any OptionDeclaration) -> Bool { line.isGivenAfterVerb(option) }

    /// The text of an option, as given or as the environment sets it; `nil` without both.
    func text(of option: any OptionDeclaration) -> String? {
        precondition(values[option.name] != nil, undeclared(option))
        use.note(option)
        return texts[option.name]
    }

    /// The text of an option that is given a second time.
    func secondText(of option: any OptionDeclaration) -> String? {
        use.note(option)
        return line.secondOptions[option.name]
    }

    /// The options given after the verb that nothing has read.
    var unread: [any OptionDeclaration] {
        (GlobalOptions.all + (line.verb?.options ?? [])).filter { option in
            let isOfProgram = GlobalUse.nothing.contains(option)
            return line.isGivenAfterVerb(option) && !isOfProgram && !use.contains(option)
        }
    }

    private func undeclared(_ option: any OptionDeclaration) -> String {
        "`\(line.verb?.name ?? "demilune")` does not declare `\(option.flag)` with this type"
    }
}
