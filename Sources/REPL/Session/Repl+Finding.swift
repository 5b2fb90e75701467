internal import CommandLine
internal import Model
internal import Tokens

extension Repl {
    /// The names of the tenant that the command or the session state selects.
    func names(_ invocation: Invocation) throws(CommandError) -> NameResolver {
        try snapshot.refresh()
        let directory = snapshot.directory
        if let tenant = try invocation.tenant(in: directory) {
            return NameResolver(directory: directory, tenant: tenant)
        }
        if let token = state.token.flatMap(directory.token) {
            return NameResolver(directory: directory, tenant: directory.tokens[token].tenant)
        }
        guard directory.tenants.count == 1 else {
            let ids = directory.tenants.map(\.id).joined(separator: ", ")
            throw .usage(
                ids.isEmpty
                    ? snapshot.absence ?? "the store has no tenant"
                    : "no tenant is selected: use `tenant ID`, one of \(ids)")
        }
        return NameResolver(directory: directory, tenant: 0)
    }

    /// The number of digits of a token's id that the output of a command shows.
    func digits(of id: TokenID, _ invocation: Invocation) throws(CommandError) -> Int {
        try invocation.digits(of: id, tenant: nil, in: snapshot.store)
    }

    /// The token that the word names, as `TokenResolver` understands it, or the only one found by this part of a name,
    /// user or department; for `-` the one whose string the person types.
    func token(_ word: String, _ invocation: Invocation) throws(CommandError) -> StoreSnapshot.Named {
        try snapshot.refresh()
        if let absence = snapshot.absence { throw CommandError("\(absence); `subject TYPE:ID` needs none") }
        let tenant = invocation[.tenant]
        if word == "-" { return try snapshot.token(with: try invocation.tokenString()) }
        if let id = TokenID(word) {
            let directory = try snapshot.directory(holding: [id])
            guard let index = directory.token(id),
                tenant == nil || directory.tenants[directory.tokens[index].tenant].id == tenant
            else { throw CommandError("there is no token `\(word)`\(tenant.map { " in the tenant `\($0)`" } ?? "")") }
            return StoreSnapshot.Named(directory.tokens[index], in: directory)
        }
        let (found, match) = try TokenResolver(snapshot.store, tenant: tenant).candidates(word)
        let named = found.map { StoreSnapshot.Named($0.token, tenant: $0.tenant) }
        if named.count == 1 {
            if match != .name {
                invocation.terminal.note("using \(Terminal.escaped(describe(named[0]))) (\(named[0].id))")
            }
            return named[0]
        }
        if !named.isEmpty {
            throw ambiguous(
                match == .prefix
                    ? "`\(word)` begins the ids of \(named.count) tokens" : "\(named.count) tokens are named `\(word)`",
                named
            )
        }
        let similar = snapshot.search(word, tenant: tenant, now: try now(invocation), size: 9)
        if similar.count == 1 {
            invocation.terminal.note("using `\(similar[0].name)`")
            return similar[0]
        }
        let place = tenant.map { " in the tenant `\($0)`" } ?? ""
        guard similar.isEmpty else {
            throw ambiguous("there is no token `\(word)`\(place), but some are similar", similar)
        }
        let near = snapshot.search("", tenant: tenant, now: try now(invocation), size: 1_000).map(\.name)
        throw CommandError("there is no token `\(word)`\(place)\(Suggestion.hint(for: word, among: near))")
    }

    private func ambiguous(_ words: String, _ candidates: [StoreSnapshot.Named]) -> CommandError {
        let rows = candidates.prefix(8).map { "  \($0.id)  \(describe($0))" }
        let more = candidates.count > 8 ? ["  … and others"] : []
        return CommandError(messages: ["\(words); give the id of one:"] + rows + more, status: ExitStatus.usage)
    }

    /// `Warehouse sync, of bjorn, Sales > Integrator`.
    func describe(_ token: StoreSnapshot.Named) -> String {
        "\(token.name.isEmpty ? "a \(token.kind.rawValue) token" : token.name), \(owner(of: token))"
    }

    /// `of bjorn, Sales > Integrator`.
    func owner(of token: StoreSnapshot.Named) -> String {
        let directory = snapshot.directory
        guard let tenant = directory.tenant(token.tenant),
            let index = directory.assignment(token.assignment, tenant: tenant)
        else { return "of nobody" }
        let user = directory.users[directory.assignments[index].user]
        let place = NameResolver(directory: directory, tenant: tenant).combination(index)
        return "of \(user.name), \(place)\(token.isRevoked ? ", revoked" : "")"
    }

    /// The token in use.
    func tokenInUse() throws(CommandError) -> TokenID {
        if let token = state.token { return token }
        if let subject = state.subject {
            throw .usage("this is about a token, and the session is about `\(subject)`: run `use TOKEN` first")
        }
        if let absence = snapshot.absence {
            throw .usage("\(absence); `subject TYPE:ID` sets an external subject, which needs none")
        }
        throw .usage("no token is in use: run `use TOKEN` first")
    }
}

extension StoreSnapshot.Named {
    init(_ token: Token, in directory: Directory) {
        id = token.id
        name = token.name
        tenant = directory.tenants[token.tenant].id
        assignment = directory.assignments[token.assignment].id
        isRevoked = token.revoked != nil
        expires = token.expires
        kind = token.kind
    }
}
