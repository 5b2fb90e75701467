internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Policies
internal import Presentation

extension ReplCommand {
    /// `who can`: all tokens that may do something.
    static let whoCan = ReplCommand(
        name: "who can", summary: "lists the tokens that may do something, and what the answer depends on",
        positionals: [
            .init(name: "ACTION", help: "an action of the schema"),
            .init(
                name: "[on RESOURCE] [in DEPARTMENT+] [with NAME=VALUE]",
                help: "whatever is left out may be anything; `DEPARTMENT+`: there or under it", isOptional: true,
                isRepeated: true,
                usage: "[on TYPE[:ID]] [in DEPARTMENT[+]] [with NAME=VALUE …]"),
        ],
        options: [Option.listedTokens, Option.among],
        examples: [
            "who can users.update on user in Finance+", "who can orders.read on order in Sales with mfa=true",
            "who can orders.read on order --among user:alice,bob",
        ],
        suggest: { completion, words in completion.access(words) },
        inside: { repl, invocation throws(CommandError) in
            if let candidates = invocation[.among] {
                return try repl.tellWhoCan(among: candidates, invocation.positionals, invocation)
            }
            if let absence = repl.snapshot.absence {
                throw CommandError("\(absence); `--among` names other candidates")
            }
            var (words, department) = try Repl.place(invocation.positionals)
            let names = try repl.names(invocation)
            let places = try department.map { name throws(CommandError) in try repl.places(name, names) }
            let progress = Progress("tokens", invocation.terminal, stoppedBy: .keyboard)
            defer { progress.end() }
            let directory = try repl.whole(invocation.terminal)
            let snapshot = TimedDirectory(
                directory: directory, now: try repl.now(invocation), store: repl.snapshot.store)
            words = try Repl.plain(words)
            // The analysis puts in the token.
            words.insert(TokenID.unassigned.description, at: 0)
            var question = try RequestParser(invocation, snapshot, try repl.rules().set.schema, words: words)
                .question()
            if places != nil, question.resource == nil {
                throw .usage("missing resource type in the department: `on TYPE`")
            }
            question.tenant = directory.tenants[names.tenant].id
            try repl.requireDeclared(question)
            func ask(_ authorizer: Authorizer, _ directory: Directory, _ question: AuthorizationRequest) -> WhoCan {
                WhoCan(question, departments: places, tenant: names.tenant, authorizer, on: directory) { done, total in
                    progress.step(done, of: total)
                }
            }
            let who = ask(try repl.rules().authorizer, directory, question)
            let whatIfSide = try repl.whatIfSide(directory)
            let after = whatIfSide.map { ask($0.loaded.authorizer, $0.directory, $0.question(question)) }
            progress.end()
            try repl.tell(who, after.map { ($0, whatIfSide!) }, directory, invocation)
            return ExitStatus.done
        })

    /// `who may`: the users who may administer a token.
    static let whoMay = ReplCommand(
        name: "who may", summary: "lists the users who may reveal, revoke, amend or list a token",
        positionals: [
            .init(name: "ACT", help: "reveal, revoke, amend or list"),
            .init(name: "TOKEN", help: "the token, if not the one in use", isOptional: true),
        ],
        examples: ["who may reveal 'Warehouse sync'"],
        suggest: { completion, words in
            words.isEmpty ? completion.administration(["operator"]) : completion.tokens
        },
        inside: { repl, invocation throws(CommandError) in
            let kind = try Repl.kind(invocation.positionals[0])
            let id = try invocation.positionals.dropFirst().first.map { word throws(CommandError) in
                try repl.token(word, invocation).id
            }
            let token: TokenID
            if let id { token = id } else { token = try repl.tokenInUse() }
            let directory = try repl.snapshot.directory(holding: [token])
            guard let number = directory.token(token) else { throw CommandError("there is no token `\(token)`") }
            let progress = Progress("users", invocation.terminal, stoppedBy: .keyboard)
            defer { progress.end() }
            let now = try repl.now(invocation)
            let authorizer = try repl.rules().authorizer
            let administering: Administering
            do throws(RequestError) {
                administering = try Administering(
                    kind, token: number, now: now, authorizer, on: directory
                ) { progress.step($0, of: $1) }
            } catch { throw CommandError(error.message) }
            progress.end()
            let names = NameResolver(directory: directory, tenant: directory.tokens[number].tenant)
            var listing = Listing(.whoMay)
            for row in administering.able {
                let user = row.assignment.map { directory.users[directory.assignments[$0].user] }
                listing.add(
                    [user?.name.text ?? "the operator", row.assignment.map(names.combination) ?? "", "permit"],
                    [
                        .init("user", .optional(user?.id)),
                        .init("assignment", .optional(row.assignment.map { directory.assignments[$0].id })),
                        .init("code", .string(row.summary.code)),
                    ])
            }
            try listing.print(invocation, "may", plural: "may")
            let denied = administering.denials.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            if !denied.isEmpty, !invocation[.json] {
                let words = denied.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
                invocation.terminal.note("the others may not: \(Terminal.escaped(words))")
            }
            return ExitStatus.done
        })
}

extension Repl {
    /// - Throws: for an action or a resource type that the schema does not declare: "no token" would say nothing.
    func requireDeclared(_ question: AuthorizationRequest) throws(CommandError) {
        let schema = try rules().set.schema
        guard schema.actions[question.action] != nil else {
            let hint = Suggestion.hint(for: question.action, among: schema.actions.keys.sorted())
            throw CommandError("the schema declares no action `\(question.action)`\(hint)")
        }
        if let resource = question.resource, schema.resource(resource.type) == nil {
            let hint = Suggestion.hint(for: resource.type, among: schema.resources.map(\.name))
            throw CommandError("the schema declares no resource type `\(resource.type)`\(hint)")
        }
        guard let action = schema.actions[question.action], !action.applies(to: question.resource?.type) else { return }
        let types = (action.resources ?? []).map { "`\($0)`" }.joined(separator: ", ")
        throw CommandError(
            question.resource.map {
                "the action `\(question.action)` does not apply to `\($0.type)`; it is on \(types)"
            }
                ?? "the action `\(question.action)` needs a resource: write `on` and one of \(types)")
    }

    /// Takes `in X` out of the words.
    /// - Returns: the other words, and the department X.
    static func place(_ words: [String]) throws(CommandError) -> ([String], String?) {
        guard let place = words.dropFirst().firstIndex(of: "in") else { return (words, nil) }
        guard place + 1 < words.count else { throw .usage("missing department after `in`") }
        var rest = words
        rest.removeSubrange(place...(place + 1))
        return (rest, words[place + 1])
    }

    /// The departments of `X`, or of `X+` with those under it, by id.
    func places(_ name: String, _ names: NameResolver) throws(CommandError) -> [ExactName] {
        let directory = names.directory
        guard name.hasSuffix("+"), (try? names.department(name)) == nil else {
            return [directory.departments[try names.department(name)].id]
        }
        let top = try names.department(String(name.dropLast()))
        return directory.departments.indices.filter { directory.department($0, isWithin: top) }
            .map { directory.departments[$0].id }
    }

    fileprivate func tell(
        _ who: WhoCan, _ other: (who: WhoCan, whatIfSide: WhatIfSide)?, _ directory: Directory, _ invocation: Invocation
    ) throws(CommandError) {
        let size = invocation.mostTokens
        var listing = Listing(other == nil ? .whoCan : .whoCanOfTwo)
        // By id: indices may differ between the two sides.
        let after = other.map { other in
            Dictionary(
                uniqueKeysWithValues: other.who.rows.map { (other.whatIfSide.directory.tokens[$0.token].id, $0) })
        }
        let before = Dictionary(uniqueKeysWithValues: who.rows.map { (directory.tokens[$0.token].id, $0) })
        var tokens = who.rows.map { directory.tokens[$0.token].id }
        if let other {
            let new = other.who.rows.map { other.whatIfSide.directory.tokens[$0.token].id }.filter { before[$0] == nil }
            // Tokens whose answer stays the same are left out.
            tokens = (tokens + new).filter { before[$0]?.answer != after![$0]?.answer }
        }
        for id in tokens.prefix(size) {
            guard let number = directory.token(id) else { continue }
            let token = directory.tokens[number]
            let assignment = directory.assignments[token.assignment]
            let tenant = directory.tenants[token.tenant].id
            let words = [before[id], after.flatMap { $0[id] }].prefix(other == nil ? 1 : 2).map { row in
                row.map { $0.answer.words(in: directory, tenant: tenant) } ?? "no"
            }
            listing.add(
                [
                    .token(token.name, id, digits: try digits(of: id, invocation)),
                    TableCell(directory.users[assignment.user].name),
                    TableCell(directory.departments[assignment.department].name),
                    TableCell(directory.userTypes[assignment.userType].name),
                ] + words.map { TableCell($0) },
                [
                    .init("token", .string(id.description)), .init("name", .string(token.name)),
                    .init("user", .string(directory.users[assignment.user].id)),
                    .init("answers", .strings(Array(words))),
                    .init("departments", .strings(before[id]?.departments ?? [])),
                ])
        }
        try listing.print(invocation, "token")
        let terminal = invocation.terminal
        if tokens.count > size { terminal.note("\(size) of \(counted(tokens.count, "token")); `--limit` lists more") }
        if other == nil, who.depending > 0, !invocation[.json] {
            terminal.note(
                "of \(counted(who.asked, "token")): \(who.yes) always, \(who.depending) depending on the request")
        }
        if !who.isComplete { terminal.note("stopped: not every token was evaluated") }
    }
}

extension ConditionalDecision {
    /// `yes`, `no`, `depends: yes when context.mfa is true` …
    func words(in directory: Directory, tenant: ExactName) -> String {
        func list(_ changes: [Change]) -> String {
            changes.map { $0.words(in: directory, tenant: tenant) }.joined(separator: " and ")
        }
        switch self {
        case .yes: return "yes"
        case .no: return "no"
        case .when(let changes): return "depends: yes when \(list(changes))"
        case .unless(let changes): return "depends: no when \(list(changes))"
        case .reads(let properties, let isPermitted):
            return "depends on \(properties.map(\.text).joined(separator: ", ")), \(isPermitted ? "yes" : "no") without"
        }
    }
}

extension Option<Int?> {
    /// The length of a list of tokens.
    static var listedTokens: Self { .limit("at most N tokens (1000; with --json all)") }
}

extension Invocation {
    /// The most tokens that a list has: for machines it is whole.
    var mostTokens: Int { self[.listedTokens] ?? (self[.json] ? .max : 1_000) }
}
