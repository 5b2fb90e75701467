internal import Model
internal import Tokens

extension Verb {
    /// `store reseal`: vouches for records that came without a seal, or for a backup that was restored.
    static let storeReseal = Verb(
        name: "store reseal",
        summary: "seals unsealed records after you have reviewed them, or accepts a restored backup",
        options: resealOptions,
        details: [
            "A store whose log ends before the entry noted beside its key file was rolled back: nothing is written to it, "
                + "and everything is denied. NUMBER is the newest entry that it has, as every verb says.",
            "With `--accept-rollback` nothing is sealed: what the backup holds must carry its seals.",
        ],
        run: reseal)

    /// `store adopt`: the former name of `store reseal`.
    static let storeAdopt = Verb(
        name: "store adopt", summary: "the former name of `store reseal`", options: resealOptions,
        run: { invocation throws(CommandError) in
            invocation.terminal.note("note: `store adopt` is called `store reseal` now; the old name goes away")
            return try reseal(invocation)
        })

    private static let resealOptions = [
        Option(name: "yes", help: "do it: whoever does vouches for the records as they are"),
        Option(
            name: "accept-rollback", value: "NUMBER",
            help: "take a restored backup for the store; NUMBER is its newest log entry"),
        AdministrationSession.reason,
    ]

    private static func reseal(_ invocation: Invocation) throws(CommandError) -> Int32 {
        if invocation.has("accept-rollback") { return try acceptRollback(invocation) }
        // A store of before there were keys gets them here, and only when that is what is asked for.
        let store = try invocation.openStore(makesKeys: invocation.has("yes"))
        let terminal = invocation.terminal
        let isClockIntact: Bool
        do throws(TokenStoreError) { isClockIntact = try store.isClockIntact() } catch {
            throw CommandError(error.message)
        }
        guard invocation.has("yes") else {
            let records: (tenants: [ExactName], tokens: [TokenID])
            do throws(TokenStoreError) { records = try store.unsealedRecords() } catch {
                throw CommandError(error.message)
            }
            if !isClockIntact { terminal.print("the latest time that the store has seen, which is forgotten") }
            for tenant in records.tenants {
                terminal.print("the directory of the tenant `\(Terminal.escaped(tenant))`")
            }
            for token in records.tokens { terminal.print("the token `\(token)`") }
            let count = records.tenants.count + records.tokens.count + (isClockIntact ? 0 : 1)
            terminal.note("\(count) records carry no seal; nothing is changed yet")
            terminal.note("add `--yes` to seal them as they are")
            return ExitStatus.done
        }
        // A time that somebody made up is no time to act at.
        let act = isClockIntact ? try invocation.operatorAct(store) : try invocation.operatorAct(at: invocation.now)
        let count: (tenants: Int, tokens: Int)
        do throws(TokenStoreError) { count = try store.adopt(act) } catch { throw CommandError(error.message) }
        terminal.print("sealed: \(count.tenants) tenants, \(count.tokens) tokens")
        return ExitStatus.done
    }

    private static func acceptRollback(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let number = try invocation.number("accept-rollback", default: 0, least: 0)
        guard !invocation.has("yes") else {
            throw .usage("`--yes` and `--accept-rollback` are two things: a backup is accepted first, as it is")
        }
        guard let reason = invocation.value("reason"), !reason.isEmpty else {
            throw .usage("missing required option --reason: why the backup was restored, for the log")
        }
        let store = try invocation.openStore()
        let act = try invocation.operatorAct(store)
        do throws(TokenStoreError) { try store.acceptRollback(Int64(number), act) } catch {
            throw CommandError(error.message)
        }
        invocation.terminal.print("the store counts as it is: its log goes on after entry \(number)")
        return ExitStatus.done
    }
}
