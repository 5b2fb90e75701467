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
            query.token = invocation[.token]
            query.act = invocation[.act]
            query.actor = invocation[.actor]
            query.tenant = invocation[.tenant]
            query.isRefused = invocation[.refused]
            query.since = try invocation[.since].map { time throws(CommandError) in
                try invocation.start(time, Option.since, before: invocation.now, in: .utc)
            }
            query.until = try invocation[.until].map { time throws(CommandError) in
                try invocation.start(time, Option.until, before: invocation.now, in: .utc)
            }
            query.size = invocation[.size]
            let store = try invocation.openStore()
            let entries: [LogEntry]
            do throws(TokenStoreError) { entries = try store.log(query) } catch { throw CommandError(error.message) }
            var listing = Listing(["NUMBER", "TIME", "WHO", "ACT", "TENANT", "TOKEN", "ABOUT", "REASON"])
            for entry in entries { LogRow(entry).add(to: &listing) }
            try listing.print(invocation, "entry", plural: "entries")
            return ExitStatus.done
        })
}

extension Option<String?> {
    fileprivate static var act: Self { Self("act", "ACT", "entries of this act, such as token.reveal") }
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

extension Option<Int> {
    fileprivate static var size: Self { Self("size", "N", "at most N entries, the newest last", default: 100) }
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
