internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension AdministrationSession {
    /// A token by its id, by anything else that `TokenResolver` understands, or by its string on the standard input.
    ///
    /// An id is not looked up here: the authorizer decides if the token exists and if the actor may know of it. An act
    /// on a token that was named in another way than by its id or its name says first which one it is.
    func token(_ word: String) throws(CommandError) -> TokenID {
        if word == "-" { return try tokenFromInput() }
        if let id = TokenID(word) { return id }
        let resolver = TokenResolver(store, tenant: scope.count == 1 ? tenant.id : nil, where: try visibility())
        let details: TokenDetails
        let match: TokenResolver.Match
        do throws(CommandError) {
            (details, match) = try resolver.token(word, status: ExitStatus.deny)
        } catch {
            if let acting { try logUnseen(named: word, acting) }
            throw error
        }
        if writes, match != .name {
            terminal.note("`\(Terminal.escaped(word))` is the token \(described(details))")
        }
        return details.token.id
    }

    /// A predicate for the tokens of the tenants in scope that the actor may see.
    private func visibility() throws(CommandError) -> (TokenRecord, ExactName) -> Bool {
        let authorizer = try act { administration throws(AdministrationError) in try administration.current() }
        var isVisible: [ExactName: (TokenRecord) -> Bool] = [:]
        for tenant in scope.map({ directory.tenants[$0].id }) {
            isVisible[tenant] = authorizer.visibility(tenant: tenant)
        }
        return { record, tenant in isVisible[tenant]?(record) ?? false }
    }

    /// ``6532…` (Warehouse sync, of bjorn, Sales > Integrator)`.
    private func described(_ details: TokenDetails) -> String {
        let token = details.token
        var words = token.name.isEmpty ? ["\(token.kind.rawValue)"] : [Terminal.escaped(token.name)]
        if let tenant = directory.tenant(details.tenant),
            let index = directory.assignment(token.assignment, tenant: tenant)
        {
            words.append("of " + Terminal.escaped(directory.users[directory.assignments[index].user].name))
            words.append(Terminal.escaped(directory.combination(index)))
        }
        return "`\(token.id)` (\(words.joined(separator: ", ")))"
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

    private func tokenFromInput() throws(CommandError) -> TokenID {
        let string = try invocation.tokenString()
        let match = try stored { store throws(TokenStoreError) in try store.find(string) }
        guard let match, scope.contains(where: { directory.tenants[$0].id == match.tenant }) else {
            if let match, let acting { try logUnseen([match.token.id], acting, tenant: match.tenant) }
            throw CommandError("no token has this string", status: ExitStatus.deny)
        }
        return match.token.id
    }

    /// Logs that an act on the tokens of exactly this name was refused, where the actor may see none of them.
    private func logUnseen(named name: String, _ kind: DecisionKind) throws(CommandError) {
        let isVisible = try visibility()
        for tenant in scope.map({ directory.tenants[$0].id }) {
            let named = try stored { store throws(TokenStoreError) in try store.named(ExactName(name), tenant: tenant) }
            guard !named.contains(where: { isVisible($0.token, tenant) }) else { continue }
            let alive = named.filter { $0.token.revoked == nil }
            try logUnseen((alive.isEmpty ? named : alive).map(\.token.id), kind, tenant: tenant)
        }
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
        let seen = try act { administration throws(AdministrationError) in try administration.visible(id, for: acting) }
        guard let seen, seen.tenant == tenant.id else {
            if let acting { try logUnseen([id], acting) }
            throw CommandError("there is no token `\(id)`", status: ExitStatus.deny)
        }
        return seen
    }

    /// The user whom a token that the actor may see is bound to, as its index.
    func owner(of id: TokenID) throws(CommandError) -> Int {
        guard let index = directory.assignment(try visible(id).token.assignment, tenant: names.tenant) else {
            throw CommandError("there is no token `\(id)`", status: ExitStatus.deny)
        }
        return directory.assignments[index].user
    }

    /// Prints a note on each department that a token cannot enter any more under its ceiling, and on permissions that it
    /// limits without an effect.
    func noteAboutCeiling(of details: TokenDetails) {
        guard let ceiling = details.token.ceiling, let tenant = directory.tenant(details.tenant),
            let index = directory.assignment(details.token.assignment, tenant: tenant)
        else { return }
        let before = Rights(of: directory.assignments[index], in: directory).gates.map(\.department)
        for gate in Rights(of: directory.narrowed(index, under: ceiling), in: directory).gates
        where !before.contains(gate.department) {
            let department = directory.departments[gate.department]
            terminal.note(
                "note: \(Terminal.escaped(department.name)) requires "
                    + "\(gate.missing.map { Terminal.escaped($0) }.joined(separator: ", ")) of whoever enters, and the "
                    + "ceiling takes that away: the token does nothing there")
        }
    }

    /// Prints the new state of a token: one line, or its record as JSON.
    func report(_ id: TokenID, _ word: String) throws(CommandError) {
        guard let details = try details(id) else { return }
        let token = details.token
        let name = token.name.isEmpty ? "" : "`\(Terminal.escaped(token.name))` "
        if invocation[.json] {
            let directory = try invocation.directory(.some([id]), of: store)
            let names = NameResolver(directory: directory, tenant: names.tenant)
            terminal.print(try description(details, names).fields.json.compact)
        } else {
            terminal.print("\(name)\(id) is \(word); \(LocalTime.expiryClause(token.expires, in: zone))")
        }
    }
}
