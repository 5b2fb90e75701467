internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `log list`: lists the entries of the administration log.
    static let logList = Verb(
        name: "log list", summary: "lists what was done with tokens, keys and the directory, and what was refused",
        options: [
            Option.token, Option.act, Option.actor, Option.refused, Option.since, Option.until,
            Option.limit("at most N entries, the newest ones (100; with --csv and --json all)"), Option.before,
            Option.csv,
        ],
        uses: .directory.adding(Option.at),
        details: ["acts: \(LogAct.all.joined(separator: ", ")); `token.` stands for all that begin so"],
        run: list)

    /// The rows that a person sees without `--limit`.
    private static let page = 100

    private static func list(_ invocation: Invocation) throws(CommandError) -> Int32 {
        var output = try ListingOutput(invocation, "entries", .log)
        let store = try invocation.openStore()
        var query = LogQuery()
        query.token = try invocation[.token].map { text throws(CommandError) in try token(text, store, invocation) }
        query.act = invocation[.act]
        query.actor = invocation[.actor]
        query.tenant = invocation[.tenant]
        query.isRefused = invocation[.refused]
        query.since = try invocation.start(.since, before: invocation.now, in: .utc)
        query.until = try invocation.start(.until, before: invocation.now, in: .utc)
        var shown: [LogEntry] = []
        var total: Int?
        var next: Int64?
        do throws(TokenStoreError) {
            try check(query, store, invocation)
            if ListingOutput.isForMachines(invocation), invocation[.limit] == nil {
                query.before = invocation[.before]
                try store.eachEntry(query) { entry throws(TokenStoreError) in
                    let row = LogRow(entry) { _ in 32 }
                    _ = output.add(row.cells, row.members)
                }
            } else {
                let count = try store.entryCount(query)
                query.before = invocation[.before]
                query.size = invocation[.limit] ?? page
                let entries = try store.log(query)
                shown = entries
                var earlier = query
                (earlier.before, earlier.size) = (entries.first?.number ?? query.before, 1)
                if !entries.isEmpty, case let rest = try store.log(earlier), !rest.isEmpty { next = earlier.before }
                if count > entries.count { total = count }
            }
        } catch { throw CommandError(error.message) }
        for entry in shown {
            let row = try row(entry, store, invocation)
            _ = output.add(row.cells, row.members)
        }
        output.end(
            "entry", plural: "entries", next: next.map { .integer($0) } ?? .null, total: total.map(String.init),
            hint: next.map { "; those before: --before \($0)" } ?? "")
        return ExitStatus.done
    }

    private static func row(
        _ entry: LogEntry, _ store: TokenService, _ invocation: Invocation
    ) throws(CommandError) -> LogRow {
        var digits: [TokenID: Int] = [:]
        for id in [entry.token, entry.actor.token].compactMap(\.self) {
            digits[id] = try invocation.digits(of: id, tenant: nil, in: store)
        }
        return LogRow(entry) { digits[$0] ?? 32 }
    }

    /// The token that a text names, also one that only the log knows by now.
    private static func token(
        _ text: String, _ store: TokenService, _ invocation: Invocation
    ) throws(CommandError) -> TokenID {
        if let id = TokenID(text) { return id }
        let resolver = TokenResolver(store, tenant: invocation[.tenant])
        if try resolver.candidates(text).tokens.isEmpty, text.utf8.count >= TokenID.shortestPrefix,
            let range = TokenID.range(of: text)
        {
            var query = LogQuery()
            query.tokens = range
            query.tenant = invocation[.tenant]
            var ids: Set<TokenID> = []
            do throws(TokenStoreError) {
                try store.eachEntry(query) { entry throws(TokenStoreError) in
                    if let id = entry.token { ids.insert(id) }
                }
            } catch { throw CommandError(error.message) }
            guard ids.count < 2 else {
                let listed = ids.sorted().prefix(5).map { "`\($0)`" }.joined(separator: ", ")
                throw CommandError("`\(text)` begins the ids of \(ids.count) tokens; use more digits: \(listed)")
            }
            if let id = ids.first { return id }
        }
        return try resolver.token(text).details.token.id
    }

    /// - Throws: for a tenant, an actor or a token that neither the store nor its log knows.
    private static func check(
        _ query: LogQuery, _ store: TokenService, _ invocation: Invocation
    ) throws(TokenStoreError) {
        func isLogged(_ change: (inout LogQuery) -> Void) throws(TokenStoreError) -> Bool {
            var one = LogQuery()
            one.size = 1
            change(&one)
            return try !store.log(one).isEmpty
        }
        let organisation = try store.organisation(.none)
        if let tenant = query.tenant, !organisation.tenants.contains(where: { $0.id == tenant }) {
            let hint = Suggestion.hint(for: tenant, among: organisation.tenants.map(\.id))
            throw TokenStoreError(.unknown, "there is no tenant `\(tenant)`\(hint)")
        }
        if let actor = query.actor, actor != "operator" {
            let users = organisation.tenants.flatMap { $0.users.map(\.id) }
            let isKnown = try isLogged { $0.actor = actor }
            guard isKnown || users.contains(actor) else {
                let hint = Suggestion.hint(for: actor, among: users + ["operator"])
                throw TokenStoreError(
                    .unknown, "`--actor`: there is no user with the id `\(actor)`, and the log has none\(hint)")
            }
        }
        if let token = query.token {
            let isKnown = try isLogged { $0.token = token }
            let details = try store.details(token)
            guard isKnown || details != nil else {
                throw TokenStoreError(.unknown, "there is no token `\(token)`, and the log has none")
            }
        }
    }
}

extension Option<String?> {
    fileprivate static var token: Self {
        Self("token", "TOKEN", "entries about this token: an id, its first 8 digits or more, or a unique name")
    }

    fileprivate static var act: Self {
        Self("act", "ACT", "entries of this act, such as token.reveal", absent: nil) { text throws(CommandError) in
            guard LogAct.isKnown(text) else {
                throw .usage(
                    "`--act`: there is no act `\(text)`\(Suggestion.hint(for: text, among: LogAct.all)); "
                        + "`demilune log list --help` lists them")
            }
            return text
        }
    }
}

extension Option<ExactName?> {
    fileprivate static var actor: Self { Self("actor", "USER", "entries of this user, by id, or of operator") }
}

extension Option<Bool> {
    fileprivate static var refused: Self { Self(flag: "refused", "refusals only") }
}

extension Option<TimeArgument?> {
    fileprivate static var since: Self { Self("since", "TIME", "from a day (UTC) or time on, or for the last 24h") }
    fileprivate static var until: Self { Self("until", "TIME", "before a day (UTC) or time, or before 24h ago") }
}

extension Option<Int64?> {
    fileprivate static var before: Self {
        Self("before", "NUMBER", "entries before this one", absent: nil) { text throws(CommandError) in
            guard let number = Int64(text), number > 0 else {
                throw .usage("`--before` must be the number of an entry, got `\(text)`")
            }
            return number
        }
    }
}
