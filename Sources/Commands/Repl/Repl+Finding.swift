internal import Model

extension Repl {
    /// The names of the tenant that the scene or the line speaks of.
    func names(_ invocation: Invocation) throws(CommandError) -> Names {
        try world.refresh()
        let directory = world.directory
        if let tenant = try invocation.tenant(in: directory) { return Names(directory: directory, tenant: tenant) }
        if let token = scene.token.flatMap(directory.token) {
            return Names(directory: directory, tenant: directory.tokens[token].tenant)
        }
        guard directory.tenants.count == 1 else {
            let ids = directory.tenants.map(\.id).joined(separator: ", ")
            throw .usage("say which tenant is meant: `tenant ID`, one of \(ids.isEmpty ? "none" : ids)")
        }
        return Names(directory: directory, tenant: 0)
    }

    /// A token by its id, its name, or as much of it as tells it from the others.
    func token(_ word: String, _ invocation: Invocation) throws(CommandError) -> World.Named {
        try world.refresh()
        let tenant = invocation.name("tenant")
        if let id = TokenID(word) {
            let directory = try world.directory(holding: [id])
            guard let index = directory.token(id),
                tenant == nil || directory.tenants[directory.tokens[index].tenant].id == tenant
            else { throw CommandError("there is no token `\(word)`\(tenant.map { " in the tenant `\($0)`" } ?? "")") }
            return World.Named(directory.tokens[index], in: directory)
        }
        let named = try world.named(word, tenant: tenant)
        if named.count == 1 { return named[0] }
        if !named.isEmpty { throw ambiguous("\(named.count) tokens are called `\(word)`", named) }
        let similar = world.search(word, tenant: tenant, now: try now(invocation), size: 9)
        if similar.count == 1 {
            invocation.terminal.note("`\(similar[0].name)` is meant")
            return similar[0]
        }
        let place = tenant.map { " in the tenant `\($0)`" } ?? ""
        guard similar.isEmpty else { throw ambiguous("there is no token `\(word)`\(place), but", similar) }
        let near = world.search("", tenant: tenant, now: try now(invocation), size: 1_000).map(\.name)
        throw CommandError("there is no token `\(word)`\(place)\(Suggestion.hint(for: word, among: near))")
    }

    private func ambiguous(_ words: String, _ candidates: [World.Named]) -> CommandError {
        let rows = candidates.prefix(8).map { "  \($0.id)  \(describe($0))" }
        let more = candidates.count > 8 ? ["  … and others"] : []
        return CommandError(messages: ["\(words); state the id of one:"] + rows + more, status: ExitStatus.usage)
    }

    /// `Warehouse sync, of bjorn, Sales > Integrator`.
    func describe(_ token: World.Named) -> String {
        "\(token.name.isEmpty ? "a \(token.kind.rawValue) token" : token.name), \(owner(of: token))"
    }

    /// `of bjorn, Sales > Integrator`.
    func owner(of token: World.Named) -> String {
        let directory = world.directory
        guard let tenant = directory.tenant(token.tenant),
            let index = directory.assignment(token.assignment, tenant: tenant)
        else { return "of nobody" }
        let user = directory.users[directory.assignments[index].user]
        let place = Names(directory: directory, tenant: tenant).combination(index)
        return "of \(user.name), \(place)\(token.isRevoked ? ", revoked" : "")"
    }

    /// The token in use.
    func tokenInUse() throws(CommandError) -> TokenID {
        if let token = scene.token { return token }
        throw .usage("no token is in use: `use TOKEN`, first")
    }
}

extension World.Named {
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
