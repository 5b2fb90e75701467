internal import Engine
package import Model
internal import Plugins
package import Policies
internal import Tokens

/// One run of a verb: its arguments, the defaults of the environment, and the files that verbs commonly open.
package struct Invocation {
    package let terminal: Terminal
    package let positionals: [String]
    /// The verb's name.
    package let verb: String
    /// The whole command line, as given.
    let arguments: [String]
    /// The time at which the run began.
    private let start = Instant.now()
    private let options: OptionValues
    package let environment: [String: String]

    /// - Parameter use: notes the options that the run reads.
    package init(
        _ line: ParsedLine, environment: [String: String], terminal: Terminal, use: OptionUse = OptionUse()
    ) throws(CommandError) {
        self.terminal = terminal
        positionals = line.positionals
        verb = line.verb?.name ?? ""
        arguments = line.arguments
        options = try OptionValues(line, of: line.verb, environment: environment, use: use)
        self.environment = environment
    }

    /// The time of the whole run.
    package var now: Instant { options[.at] ?? start }
    /// True when `--at`, or its variable, gives the time.
    package var isTimeStated: Bool { options[.at] != nil }

    // MARK: Options

    /// The value of an option that the verb declares.
    package subscript<Value>(_ option: Option<Value>) -> Value { options[option] }

    /// The value of an option that only some of the verbs declare that run this code.
    package subscript<Value>(ifDeclared option: Option<Value>) -> Value { options[ifDeclared: option] }

    /// True when the command line gives the option; a default in the environment does not count.
    func isGiven(_ option: any OptionDeclaration) -> Bool { options.isGiven(option) }

    /// True when the option stands after the verb, where it is addressed to this verb alone.
    func isGivenAfterVerb(_ option: any OptionDeclaration) -> Bool { options.isGivenAfterVerb(option) }

    /// The text of an option, as given or as the environment sets it; `nil` without both.
    package func text(of option: any OptionDeclaration) -> String? { options.text(of: option) }

    /// The text of an option that is given a second time, by a verb that takes two.
    func secondText(of option: any OptionDeclaration) -> String? { options.secondText(of: option) }

    /// Tells of options after the verb that had no effect on a run, which is over.
    /// A child process that runs the policies has read some itself.
    package func noteUnread() {
        guard !self[ifDeclared: .isolate] else { return }
        for option in options.unread { terminal.note("note: `\(option.flag)` had no effect here") }
    }

    /// The budget of `--fuel`, `--memory` and `--deadline`.
    package var budget: Budget {
        Budget(fuel: self[.fuel], memory: self[.memory] << 20, deadline: .milliseconds(self[.deadline]))
    }

    // MARK: Tenants

    /// The tenant of `--tenant`, as its index.
    package func tenant(in directory: Directory) throws(CommandError) -> Int? {
        try tenant(among: directory.tenants.map(\.id)).flatMap(directory.tenant)
    }

    /// The tenant of `--tenant`, which must be one of these.
    package func tenant(among ids: [ExactName]) throws(CommandError) -> ExactName? {
        guard let id = self[.tenant] else { return nil }
        guard ids.contains(id) else {
            throw CommandError("there is no tenant `\(id)`\(Suggestion.hint(for: id, among: ids))")
        }
        return id
    }
}
