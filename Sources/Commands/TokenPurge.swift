internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token purge`: forgets tokens that ended long ago.
    static let tokenPurge = Verb(
        name: "token purge", summary: "removes tokens that were revoked before a day, for good; the log stays",
        options: [
            Option(name: "before", value: "DAY", help: "the day, such as 2026-01-01, or a moment"),
            Option(name: "yes", help: "do it"), Office.reason,
        ],
        run: { invocation throws(CommandError) in
            guard let text = invocation.value("before") else {
                throw .usage("before which day is missing: `--before DAY`")
            }
            let office = try Office(invocation)
            let act = try invocation.operatorAct(office.store)
            let before = try Moment.instant(text, option: "before", in: office.zone)
            guard before <= office.now else { throw .usage("`--before` lies ahead: nothing was revoked then yet") }
            guard invocation.has("yes") else {
                let count = try office.stored { store throws(TokenStoreError) in
                    try store.purgeable(tenant: office.tenant.id, before: before)
                }
                office.tell("would_purge", count, "\(count) tokens would be gone for good; nothing is changed yet")
                invocation.terminal.note("to do it, add: --yes")
                return ExitStatus.done
            }
            let count = try office.stored { store throws(TokenStoreError) in
                try store.purge(tenant: office.tenant.id, before: before, act)
            }
            office.tell("purged", count, "\(count) tokens removed")
            return ExitStatus.done
        })

    /// `token sweep`: marks what nobody uses.
    static let tokenSweep = Verb(
        name: "token sweep", summary: "marks tokens as dormant that nobody used for a time; policies see since when",
        options: [
            Option(name: "unused-for", value: "DURATION", help: "how long, such as 90d"), Office.reason,
        ],
        details: ["A mark stays when the token is used again, until `token amend --clear-dormant`."],
        run: { invocation throws(CommandError) in
            guard let text = invocation.value("unused-for") else {
                throw .usage("for how long is missing: `--unused-for DURATION`")
            }
            let office = try Office(invocation)
            let act = try invocation.operatorAct(office.store)
            let duration = try Moment.duration(text, option: "unused-for")
            let count = try office.stored { store throws(TokenStoreError) in
                try store.sweepDormant(tenant: office.tenant.id, unusedFor: duration, act).count
            }
            office.tell("dormant", count, "\(count) tokens marked as dormant")
            return ExitStatus.done
        })
}

extension Office {
    func tell(_ key: String, _ count: Int, _ words: String) {
        terminal.print(
            invocation.has("json") ? JSON.object([.init(ExactName(key), .integer(Int64(count)))]).compact : words)
    }
}
