internal import CommandLine
internal import Model
internal import Policies

extension ReplCommand {
    /// `use TOKEN`: the token that `can` decides for.
    static let use = ReplCommand(
        name: "use", summary: "selects the token that `can` and other commands are about",
        positionals: [
            .init(
                name: "TOKEN", help: "its id, its name, or a part that only it has; `-`: the one whose string you type",
                isOptional: true)
        ],
        options: [Option.emptied.described("select no token")],
        examples: ["use 'Warehouse sync'", "use -", "use --none"],
        inside: { repl, invocation throws(CommandError) in
            if try repl.selectsNone(invocation) {
                repl.state.token = nil
                return repl.tellState(invocation)
            }
            guard let word = invocation.positionals.first else {
                let words = repl.state.token.map { "\($0)  \(Terminal.escaped(repl.state.tokenName))" }
                return repl.tellState(invocation, words ?? "no token is in use")
            }
            let named = try repl.token(word, invocation)
            _ = try repl.snapshot.directory(holding: [named.id])
            repl.state.token = named.id
            repl.state.tokenName = named.name.isEmpty ? String(named.id.description.prefix(8)) : named.name.text
            repl.state.tenant = named.tenant
            invocation.terminal.note("\(named.id)  \(Terminal.escaped(repl.describe(named)))")
            return repl.tellState(invocation)
        })

    /// `subject TYPE:ID`: the external subject that `can` decides for.
    static let subject = ReplCommand(
        name: "subject",
        summary: "selects an external subject, with its properties, that `can` and other commands are about",
        positionals: [
            .init(name: "TYPE:ID", help: "a subject type of the schema, and the subject's id", isOptional: true),
            .init(
                name: "NAME=VALUE", help: "its properties; a list is `a,b` or JSON", isOptional: true, isRepeated: true,
                usage: "[NAME=VALUE …]"),
        ],
        options: [Option.emptied.described("select no subject")],
        details: ["It needs no store: `repl` starts without one."],
        examples: ["subject user:alice role=admin", "subject user:alice roles=admin,auditor", "subject --none"],
        suggest: { completion, words in completion.subject(words) },
        inside: { repl, invocation throws(CommandError) in
            if try repl.selectsNone(invocation) {
                (repl.state.subject, repl.state.subjectProperties) = (nil, [])
                return repl.tellState(invocation)
            }
            guard let word = invocation.positionals.first else {
                let words = repl.state.subject.map { ([$0] + repl.state.subjectProperties).joined(separator: " ") }
                return repl.tellState(invocation, Terminal.escaped(words ?? "no subject is selected"))
            }
            let properties = Array(invocation.positionals.dropFirst())
            let reader = RequestParser(
                invocation, try repl.timedDirectory(invocation), try repl.rules().set.schema,
                words: properties.map { "subject.\($0)" }, subject: word)
            _ = try reader.externalSubject()
            (repl.state.subject, repl.state.subjectProperties) = (word, properties)
            return repl.tellState(invocation)
        })

    /// `as USER`: the user who administers.
    static let acting = ReplCommand(
        name: "as", summary: "sets the user who administers; `can` decides for the token in use, whoever administers",
        positionals: [
            .init(
                name: "USER[/ASSIGNMENT]", help: "by id or name; left out, or `operator`: whoever holds the store",
                isOptional: true)
        ],
        details: ["The user is recorded but not authenticated; the log shows that."],
        examples: ["as anna", "as operator"],
        inside: { repl, invocation throws(CommandError) in
            guard let word = invocation.positionals.first, word != "operator" else {
                repl.state.actor = nil
                return repl.tellState(invocation)
            }
            guard word != "-" else {
                throw .usage(
                    "a session keeps no token string: give `--as -` to each verb that acts through a token, and "
                        + "`as operator` to act as the operator")
            }
            _ = try repl.actor(word, invocation)
            repl.state.actor = word
            return repl.tellState(invocation)
        })

    /// `at TIME`: the time at which commands decide.
    static let at = ReplCommand(
        name: "at", summary: "sets the time of all answers; `at now` returns to the clock",
        positionals: [
            .init(
                name: "TIME", help: "a day (its first moment), a moment, `+30d`, `+12mo` (so much later), or `now`",
                isOptional: true)
        ],
        examples: ["at 2027-01-15", "at 2027-01-15T12:00:00Z", "at +30d", "at now"],
        inside: { repl, invocation throws(CommandError) in
            guard let word = invocation.positionals.first else {
                let now = try repl.now(invocation).description
                return repl.tellState(invocation, now, .object([.init("now", .string(now))]))
            }
            if word == "now" {
                repl.state.at = nil
            } else {
                repl.state.at = try repl.moment(word, invocation)
            }
            return repl.tellState(invocation)
        })

    /// `tenant ID`: the tenant that commands are about.
    static let tenant = ReplCommand(
        name: "tenant", summary: "selects the tenant, or lists the tenants",
        positionals: [.init(name: "TENANT", help: "its id", isOptional: true)],
        options: [Option.emptied.described("select no tenant")],
        examples: ["tenant 3", "tenant --none"],
        inside: { repl, invocation throws(CommandError) in
            try repl.snapshot.refresh()
            let directory = repl.snapshot.directory
            if try repl.selectsNone(invocation) {
                (repl.state.tenant, repl.state.token) = (nil, nil)
                return repl.tellState(invocation)
            }
            guard let word = invocation.positionals.first.map({ ExactName($0) }) else {
                let names = directory.tenants.map { "\(Terminal.escaped($0.id))  \(Terminal.escaped($0.name))" }
                let json = directory.tenants.map { tenant in
                    JSON.object([
                        .init("id", .string(tenant.id)), .init("name", .string(tenant.name)),
                        .init("is_meant", .boolean(tenant.id == repl.state.tenant)),
                    ])
                }
                return repl.tellState(invocation, names.joined(separator: "\n"), .array(json))
            }
            guard directory.tenant(word) != nil else {
                let ids = directory.tenants.map(\.id)
                throw CommandError(
                    "there is no tenant `\(word)`\(Suggestion.hint(for: word, among: ids)); "
                        + "use one of \(ids.joined(separator: ", "))")
            }
            repl.state.tenant = word
            if let token = repl.state.token.flatMap(directory.token),
                directory.tenants[directory.tokens[token].tenant].id != word
            {
                repl.state.token = nil
            }
            return repl.tellState(invocation)
        })
}

extension Option<Bool> {
    /// Empties a selection. `-` could not: everywhere, it is the standard input.
    fileprivate static var emptied: Self { Self(flag: "none", "select nothing") }
}

extension Repl {
    /// True when a command empties a selection.
    fileprivate func selectsNone(_ invocation: Invocation) throws(CommandError) -> Bool {
        guard invocation[.emptied] else { return false }
        guard let word = invocation.positionals.first else { return true }
        throw .usage("`--none` selects nothing, and `\(word)` is given too: use only one of them")
    }

    /// Prints the result of a command that sets the session state: `words` or, with `--json`, the given value or else the
    /// state.
    fileprivate func tellState(_ invocation: Invocation, _ words: String? = nil, _ json: JSON? = nil) -> Int32 {
        if invocation[.json] {
            invocation.terminal.print((json ?? state.json).compact)
        } else if let words {
            invocation.terminal.print(words)
        }
        return ExitStatus.done
    }

    /// The administrator of `USER[/ASSIGNMENT]`: the ids of a user and of an assignment, checked.
    func actor(_ text: String, _ invocation: Invocation) throws(CommandError) -> (
        user: ExactName, assignment: ExactName?
    ) {
        let names = try names(invocation)
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let user = try names.user(parts[0])
        let own = names.assignments(of: user)
        let assignment = parts.count == 2 ? try names.assignment(parts[1], of: user) : nil
        guard assignment != nil || own.count == 1 else {
            let known = own.map { "`\(parts[0])/\(names.directory.assignments[$0].id)` (\(names.combination($0)))" }
            throw .usage("`\(parts[0])` has \(own.count) assignments; say which: \(known.joined(separator: ", "))")
        }
        return (names.directory.users[user].id, assignment.map { names.directory.assignments[$0].id })
    }

    /// The instant of a day, of a moment, or so much later or earlier than now: `+30d`, `-2h`.
    func moment(_ word: String, _ invocation: Invocation) throws(CommandError) -> Instant {
        try TimeArgument.present(word, for: invocation.verb, now: now(invocation), in: zone ?? .utc)
    }
}
