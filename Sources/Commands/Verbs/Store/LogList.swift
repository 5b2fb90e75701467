internal import Model
internal import Tokens

extension Verb {
    /// `log list`: lists the entries of the administration log.
    static let logList = Verb(
        name: "log list", summary: "lists what was done with tokens, keys and the directory, and what was refused",
        options: [
            Option(name: "token", value: "ID", help: "entries about this token"),
            Option(name: "act", value: "ACT", help: "entries of this act, such as token.reveal"),
            Option(name: "actor", value: "USER", help: "entries of this user, by id, or of operator"),
            Option(name: "refused", help: "refusals only"),
            Option(name: "since", value: "DAY", help: "from this day or time on (UTC)"),
            Option(name: "until", value: "DAY", help: "before this day or time (UTC)"),
            Option(name: "size", value: "N", help: "at most N entries, the newest last (100)"),
            Listing.csv,
        ],
        run: { invocation throws(CommandError) in
            try Listing.check(invocation)
            var query = LogQuery()
            if let text = invocation.value("token") {
                guard let id = TokenID(text) else {
                    throw .usage("`--token` must be an id of 32 digits, got `\(text)`")
                }
                query.token = id
            }
            query.act = invocation.value("act")
            query.actor = invocation.name("actor")
            query.tenant = invocation.name("tenant")
            query.isRefused = invocation.has("refused")
            query.since = try moment(invocation, "since")
            query.until = try moment(invocation, "until")
            query.size = try invocation.number("size", default: 100)
            let store = try invocation.openStore()
            let entries: [LogEntry]
            do throws(TokenStoreError) { entries = try store.log(query) } catch { throw CommandError(error.message) }
            var listing = Listing(["NUMBER", "TIME", "WHO", "ACT", "TENANT", "TOKEN", "ABOUT", "REASON"])
            for entry in entries { LogRow(entry).add(to: &listing) }
            try listing.print(invocation, "entry", plural: "entries")
            return ExitStatus.done
        })

    private static func moment(_ invocation: Invocation, _ option: String) throws(CommandError) -> Instant? {
        guard let text = invocation.value(option) else { return nil }
        return try TimeArgument.instant(text, option: option, in: .utc)
    }
}
