internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension AdministrationSession {
    /// A token by its id, by a name that only one of the tenant's has, or by its string on the standard input.
    ///
    /// An id is not looked up here: the authorizer decides if the token exists and if the actor may know of it.
    func token(_ word: String) throws(CommandError) -> TokenID {
        if word == "-" { return try tokenFromInput() }
        if let id = TokenID(word) { return id }
        let ids = try found(named: word)
        guard let id = ids.first else {
            throw CommandError(
                "there is no token `\(word)` in the tenant `\(tenant.id)`; try `demilune token list --search TEXT`",
                status: ExitStatus.deny)
        }
        guard ids.count == 1 else {
            throw CommandError("\(counted(ids.count, "token")) are named `\(word)`; use an id: \(listed(ids))")
        }
        return id
    }

    /// The ids of these tokens, each once, in the order given.
    func tokens(_ words: [String]) throws(CommandError) -> [TokenID] {
        var ids: [TokenID] = []
        for word in words {
            let id = try token(word)
            if !ids.contains(id) { ids.append(id) }
        }
        return ids
    }

    private func listed(_ ids: [TokenID]) -> String {
        ids.prefix(5).map { "`\($0)`" }.joined(separator: ", ") + (ids.count > 5 ? " …" : "")
    }

    private func tokenFromInput() throws(CommandError) -> TokenID {
        let string = try invocation.tokenString()
        guard let match = try stored({ store throws(TokenStoreError) in try store.find(string) }),
            match.tenant == tenant.id
        else { throw CommandError("no token has this string", status: ExitStatus.deny) }
        return match.token.id
    }

    /// Visible tokens of exactly this name. Revoked ones are left out when any other has the name.
    private func found(named name: String) throws(CommandError) -> [TokenID] {
        let named = try stored { store throws(TokenStoreError) in try store.named(ExactName(name), tenant: tenant.id) }
        let alive = named.filter { $0.token.revoked == nil }
        let isVisible = try act { administration throws(AdministrationError) in
            try administration.current().visibility(tenant: tenant.id)
        }
        return (alive.isEmpty ? named : alive).map(\.token).filter(isVisible).map(\.id)
    }

    func stored<Result>(
        _ body: (TokenService) throws(TokenStoreError) -> Result
    ) throws(CommandError) -> Result {
        do { return try body(store) } catch { throw CommandError(error.message) }
    }

    func details(_ id: TokenID) throws(CommandError) -> TokenDetails? {
        try stored { store throws(TokenStoreError) in try store.details(id) }
    }

    /// A token of the tenant that the actor may see.
    func visible(_ id: TokenID) throws(CommandError) -> TokenDetails {
        let seen = try act { administration throws(AdministrationError) in try administration.visible(id) }
        guard let seen, seen.tenant == tenant.id else {
            throw CommandError("there is no token `\(id)`", status: ExitStatus.deny)
        }
        return seen
    }

    /// The user whom a token is bound to, as its index.
    func owner(of id: TokenID) throws(CommandError) -> Int {
        guard let details = try details(id), details.tenant == tenant.id,
            let index = directory.assignment(details.token.assignment, tenant: names.tenant)
        else { throw CommandError("there is no token `\(id)`", status: ExitStatus.deny) }
        return directory.assignments[index].user
    }

    /// Prints the new state of a token: one line, or its record as JSON.
    func report(_ id: TokenID, _ word: String) throws(CommandError) {
        guard let details = try details(id) else { return }
        let token = details.token
        let name = token.name.isEmpty ? "" : "`\(Terminal.escaped(token.name))` "
        if invocation[.json] {
            let directory = try invocation.directory(.some([id]), of: store)
            let names = NameResolver(directory: directory, tenant: names.tenant)
            terminal.print(TokenDescription(details, names: names, session: self).fields.json.compact)
        } else {
            let day = LocalTime.lastDay(before: token.expires, in: zone)
            terminal.print("\(name)\(id) is \(word); its last valid day is \(day)")
        }
    }
}
