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
        uses: .directory,
        details: ["acts: \(LogAct.all.joined(separator: ", ")); `token.` stands for all that begin so"],
        run: list)

    /// The rows that a person sees without `--limit`.
    private static let page = 100

    private static func list(_ invocation: Invocation) throws(CommandError) -> Int32 {
        var output = try ListingOutput(invocation, "entries", heads: LogRow.heads)
        let store = try invocation.openStore()
        var query = LogQuery()
        query.token = invocation[.token]
        query.act = invocation[.act]
        query.actor = invocation[.actor]
        query.tenant = invocation[.tenant]
        query.isRefused = invocation[.refused]
        query.since = invocation[.since]?.instant(in: .utc)
        query.until = invocation[.until]?.instant(in: .utc)
        var total: Int?
        var next: Int64?
        do throws(TokenStoreError) {
            try check(query, store, invocation)
            if ListingOutput.isForMachines(invocation), invocation[.limit] == nil {
                query.before = invocation[.before]
                try store.eachEntry(query) { entry throws(TokenStoreError) in
                    let row = LogRow(entry)
                    _ = output.add(row.cells, row.members)
                }
            } else {
                let count = try store.entryCount(query)
                query.before = invocation[.before]
                query.size = invocation[.limit] ?? page
                let entries = try store.log(query)
                for entry in entries {
                    let row = LogRow(entry)
                    _ = output.add(row.cells, row.members)
                }
                var earlier = query
                (earlier.before, earlier.size) = (entries.first?.number ?? query.before, 1)
                if !entries.isEmpty, case let rest = try store.log(earlier), !rest.isEmpty { next = earlier.before }
                if count > entries.count { total = count }
            }
        } catch { throw CommandError(error.message) }
        output.end(
            "entry", plural: "entries", next: next.map { .integer($0) } ?? .null, total: total.map(String.init),
            hint: next.map { "; those before: --before \($0)" } ?? "")
        return ExitStatus.done
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

extension Option<TimeArgument.Start?> {
    fileprivate static var since: Self { Self("since", "DAY", "from this day or time on (UTC)") }
    fileprivate static var until: Self { Self("until", "DAY", "before this day or time (UTC)") }
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

extension Option<TokenID?> {
    fileprivate static var token: Self {
        Self("token", "ID", "entries about this token", absent: nil) { text throws(CommandError) in
            guard let id = TokenID(text) else {
                throw .usage("`--token` must be an id of 32 digits, got `\(text)`")
            }
            return id
        }
    }
}
