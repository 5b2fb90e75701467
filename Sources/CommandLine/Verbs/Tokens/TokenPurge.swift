internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token purge`: removes tokens that were revoked before a day, and derived ones that ended before it.
    static let tokenPurge = Verb(
        name: "token purge", summary: "removes tokens that were revoked before a day, for good; the log stays",
        options: [
            Option.before, Option.yes, Option.reason,
        ],
        details: ["Derived tokens that expired before the day are removed, too."],
        run: { invocation throws(CommandError) in
            guard invocation.isGiven(Option.before) else {
                throw .usage("missing required option --before")
            }
            let session = try AdministrationSession(invocation, for: .writing)
            let act = try invocation.operatorAct(session.store)
            let before = try session.start(.before) ?? session.now
            guard before <= session.now else { throw .usage("`--before` is in the future") }
            guard invocation[.yes] else {
                let count = try session.stored { store throws(TokenStoreError) in
                    try store.purgeable(tenant: session.tenant.id, before: before)
                }
                session.tell(
                    "would_purge", count, "\(counted(count, "token")) would be removed for good; nothing is changed yet"
                )
                invocation.terminal.note("to do it, add: --yes")
                return ExitStatus.done
            }
            let count = try session.stored { store throws(TokenStoreError) in
                try store.purge(tenant: session.tenant.id, before: before, act)
            }
            session.tell("purged", count, "\(counted(count, "token")) removed")
            return ExitStatus.done
        })

    /// `token mark-dormant`: marks unused tokens as dormant.
    static let tokenMarkDormant = Verb(
        name: "token mark-dormant",
        summary: "marks tokens as dormant that were not used for some time; policies see since when",
        options: [
            Option.unusedFor, Option.reason,
        ],
        details: ["A mark stays when the token is used again, until `token amend --clear-dormant`."],
        formerNames: ["token sweep"],  // old-names: works for one more version
        run: { invocation throws(CommandError) in
            guard invocation.isGiven(Option.unusedFor) else {
                throw .usage("missing required option --unused-for")
            }
            let session = try AdministrationSession(invocation, for: .writing)
            let act = try invocation.operatorAct(session.store)
            let since = try session.start(.unusedFor) ?? act.now
            guard since <= act.now else { throw .usage("`--unused-for` is in the future") }
            let count = try session.stored { store throws(TokenStoreError) in
                try store.markDormant(tenant: session.tenant.id, unusedFor: since.distance(to: act.now), act).count
            }
            session.tell("dormant", count, "\(counted(count, "token")) marked as dormant")
            return ExitStatus.done
        })
}

extension AdministrationSession {
    func tell(_ key: String, _ count: Int, _ words: String) {
        terminal.print(
            invocation[.json] ? JSON.object([.init(ExactName(key), .integer(Int64(count)))]).compact : words)
    }
}

extension Option<TimeArgument?> {
    fileprivate static var before: Self {
        Self("before", "TIME", "a day, such as 2026-01-01, or so long ago: 90d, 6mo")
    }
    fileprivate static var unusedFor: Self {
        Self("unused-for", "TIME", "the time without use, such as 90d or 6mo, or the day since")
    }
}
