internal import Model

extension Verb {
    /// A command of the conversation, which needs one.
    init(
        name: String, summary: String, positionals: [Positional] = [], options: [Option] = [], details: [String] = [],
        examples: [String] = [], suggest: (@Sendable (Completion, [String]) -> [Candidate])? = nil,
        inside body: @escaping @Sendable (Repl, Invocation) throws(CommandError) -> Int32
    ) {
        self.init(
            name: name, summary: summary, positionals: positionals, options: options, details: details,
            examples: examples, suggest: suggest,
            run: { invocation throws(CommandError) in
                guard let repl = invocation.repl else { throw .usage("`\(invocation.verb)` is for `demilune repl`") }
                return try body(repl, invocation)
            })
    }

    /// `use TOKEN`: whom `can` speaks of.
    static let use = Verb(
        name: "use", summary: "takes a token into use, which the questions are then about",
        positionals: [
            .init(name: "TOKEN", help: "its id, its name, or enough of it; `-` for none again", isOptional: true)
        ],
        examples: ["use 'Warehouse sync'", "use -"],
        inside: { repl, invocation throws(CommandError) in
            guard let word = invocation.positionals.first else {
                let words = repl.state.token.map { "\($0)  \(Terminal.escaped(repl.state.tokenName))" }
                return repl.tellState(invocation, words ?? "no token is in use")
            }
            if word == "-" {
                repl.state.token = nil
                return repl.tellState(invocation)
            }
            let named = try repl.token(word, invocation)
            _ = try repl.snapshot.directory(holding: [named.id])
            repl.state.token = named.id
            repl.state.tokenName = named.name.isEmpty ? String(named.id.description.prefix(8)) : named.name.text
            repl.state.tenant = named.tenant
            invocation.terminal.note("\(named.id)  \(Terminal.escaped(repl.describe(named)))")
            return repl.tellState(invocation)
        })

    /// `as USER`: who administers.
    static let acting = Verb(
        name: "as", summary: "says who administers; `can` speaks of tokens and does not change",
        positionals: [
            .init(
                name: "USER[/ASSIGNMENT]", help: "by id or name; nothing, or `operator`: whoever holds the store",
                isOptional: true)
        ],
        details: ["It attributes and does not authenticate; the log says which."],
        examples: ["as anna", "as operator"],
        inside: { repl, invocation throws(CommandError) in
            guard let word = invocation.positionals.first, !["operator", "-"].contains(word) else {
                repl.state.actor = nil
                return repl.tellState(invocation)
            }
            _ = try repl.actor(word, invocation)
            repl.state.actor = word
            return repl.tellState(invocation)
        })

    /// `at TIME`: when it is.
    static let at = Verb(
        name: "at", summary: "says what time it is; `at now` goes on with the clock",
        positionals: [
            .init(
                name: "TIME", help: "a day, its first moment; a moment; `+30d`, so much later; or `now`",
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

    /// `tenant ID`: whose tokens.
    static let tenant = Verb(
        name: "tenant", summary: "says which tenant is meant",
        positionals: [.init(name: "TENANT", help: "its id; `-` for none", isOptional: true)],
        examples: ["tenant 3"],
        inside: { repl, invocation throws(CommandError) in
            try repl.snapshot.refresh()
            let directory = repl.snapshot.directory
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
            guard word == "-" || directory.tenant(word) != nil else {
                let ids = directory.tenants.map(\.id)
                throw CommandError(
                    "there is no tenant `\(word)`\(Suggestion.hint(for: word, among: ids)); there are \(ids.joined(separator: ", "))"
                )
            }
            repl.state.tenant = word == "-" ? nil : word
            if let token = repl.state.token.flatMap(directory.token),
                directory.tenants[directory.tokens[token].tenant].id != word
            {
                repl.state.token = nil
            }
            return repl.tellState(invocation)
        })
}

extension Repl {
    /// What a command of the scene comes to: for people what they asked for, for machines that or the scene.
    fileprivate func tellState(_ invocation: Invocation, _ words: String? = nil, _ json: JSON? = nil) -> Int32 {
        if invocation.has("json") {
            invocation.terminal.print((json ?? state.json).compact)
        } else if let words {
            invocation.terminal.print(words)
        }
        return ExitStatus.done
    }

    /// Who administers, by name: an id and an assignment's id, checked.
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

    /// A day, a moment, or so much later than it is: `+30d`.
    func moment(_ word: String, _ invocation: Invocation) throws(CommandError) -> Instant {
        if word.hasPrefix("+") {
            let later = try TimeArgument.duration(String(word.dropFirst()), option: "at +")
            let now = try now(invocation)
            return Instant(microseconds: now.microseconds + later.components.seconds * 1_000_000)
        }
        if let day = Date(word) { return (zone ?? .utc).start(of: day) }
        if let instant = Instant(word) { return instant }
        throw .usage(
            "expected a day such as 2027-01-15, a moment such as 2027-01-15T12:00:00Z, `+30d`, or `now`, got `\(word)`")
    }
}
