internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `log list`: lists the entries of the administration log.
    static let logList = Verb(
        name: "log list", summary: "lists what was done with tokens, keys and the directory, and what was refused",
        options: [
            Option.token, Option.act, Option.actor, Option.refused, Option.since, Option.until, Option.size,
            Option.csv,
        ],
        run: { invocation throws(CommandError) in
            try Listing.check(invocation)
            var query = LogQuery()
            query.act = invocation[.act]
            query.actor = invocation[.actor]
            query.tenant = invocation[.tenant]
            query.isRefused = invocation[.refused]
            query.since = invocation[.since]?.instant(in: .utc)
            query.until = invocation[.until]?.instant(in: .utc)
            query.size = invocation[.size]
            let store = try invocation.openStore()
            if let text = invocation[.token] { query.token = try token(text, store, invocation) }
            var listing = Listing(.log)
            for entry in try entries(query, store) {
                var digits: [TokenID: Int] = [:]
                for id in [entry.token, entry.actor.token].compactMap(\.self) {
                    digits[id] = try invocation.digits(of: id, tenant: nil, in: store)
                }
                LogRow(entry) { digits[$0] ?? 32 }.add(to: &listing)
            }
            try listing.print(invocation, "entry", plural: "entries")
            return ExitStatus.done
        })

    private static func entries(_ query: LogQuery, _ store: TokenService) throws(CommandError) -> [LogEntry] {
        do throws(TokenStoreError) { return try store.log(query) } catch { throw CommandError(error.message) }
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
            let ids = Set(try entries(query, store).compactMap(\.token)).sorted()
            guard ids.count < 2 else {
                let listed = ids.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
                throw CommandError("`\(text)` begins the ids of \(ids.count) tokens; use more digits: \(listed)")
            }
            if let id = ids.first { return id }
        }
        return try resolver.token(text).details.token.id
    }
}

extension Option<String?> {
    fileprivate static var token: Self {
        Self("token", "TOKEN", "entries about this token: an id, its first 8 digits or more, or a unique name")
    }

    fileprivate static var act: Self { Self("act", "ACT", "entries of this act, such as token.reveal") }
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

extension Option<Int> {
    fileprivate static var size: Self { Self("size", "N", "at most N entries, the newest last", default: 100) }
}
