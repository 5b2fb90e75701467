internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token purge`: forgets tokens that ended long ago.
    static let tokenPurge = Verb(
        name: "token purge", summary: "removes tokens that were revoked before a day, for good; the log stays",
        options: [
            Option(name: "before", value: "DAY", help: "the day, such as 2026-01-01, or a moment"),
            Option(name: "yes", help: "do it"), AdministrationSession.reason,
        ],
        run: { invocation throws(CommandError) in
            guard let text = invocation.value("before") else {
                throw .usage("before which day is missing: `--before DAY`")
            }
            let session = try AdministrationSession(invocation)
            let act = try invocation.operatorAct(session.store)
            let before = try TimeArgument.instant(text, option: "before", in: session.zone)
            guard before <= session.now else { throw .usage("`--before` lies ahead: nothing was revoked then yet") }
            guard invocation.has("yes") else {
                let count = try session.stored { store throws(TokenStoreError) in
                    try store.purgeable(tenant: session.tenant.id, before: before)
                }
                session.tell("would_purge", count, "\(count) tokens would be gone for good; nothing is changed yet")
                invocation.terminal.note("to do it, add: --yes")
                return ExitStatus.done
            }
            let count = try session.stored { store throws(TokenStoreError) in
                try store.purge(tenant: session.tenant.id, before: before, act)
            }
            session.tell("purged", count, "\(count) tokens removed")
            return ExitStatus.done
        })

    /// `token sweep`: marks what nobody uses.
    static let tokenSweep = Verb(
        name: "token sweep", summary: "marks tokens as dormant that nobody used for a time; policies see since when",
        options: [
            Option(name: "unused-for", value: "DURATION", help: "how long, such as 90d"), AdministrationSession.reason,
        ],
        details: ["A mark stays when the token is used again, until `token amend --clear-dormant`."],
        run: { invocation throws(CommandError) in
            guard let text = invocation.value("unused-for") else {
                throw .usage("for how long is missing: `--unused-for DURATION`")
            }
            let session = try AdministrationSession(invocation)
            let act = try invocation.operatorAct(session.store)
            let duration = try TimeArgument.duration(text, option: "unused-for")
            let count = try session.stored { store throws(TokenStoreError) in
                try store.sweepDormant(tenant: session.tenant.id, unusedFor: duration, act).count
            }
            session.tell("dormant", count, "\(count) tokens marked as dormant")
            return ExitStatus.done
        })
}

extension AdministrationSession {
    func tell(_ key: String, _ count: Int, _ words: String) {
        terminal.print(
            invocation.has("json") ? JSON.object([.init(ExactName(key), .integer(Int64(count)))]).compact : words)
    }
}
