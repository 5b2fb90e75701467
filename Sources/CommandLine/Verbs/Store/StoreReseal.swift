internal import Model
internal import Tokens

extension Verb {
    /// `store reseal`: seals unsealed records, or accepts a restored backup.
    static let storeReseal = Verb(
        name: "store reseal",
        summary: "seals unsealed records after you have reviewed them, or accepts a restored backup",
        options: [
            Option.yes.described("do it: you vouch for the records as they are"), Option.acceptRollback,
            Option.reason,
        ],
        uses: .act,
        details: [
            "A store whose log ends before the entry noted beside its key file was rolled back: nothing is written to it, "
                + "and everything is denied. NUMBER is its newest entry, which the warning of every verb names.",
            "`--accept-rollback` seals nothing: the records of the backup must have valid seals.",
        ],
        formerNames: ["store adopt"],  // old-names: works for one more version
        run: reseal)

    private static func reseal(_ invocation: Invocation) throws(CommandError) -> Int32 {
        if let number = invocation[.acceptRollback] { return try acceptRollback(number, invocation) }
        // A store from before keys existed gets them here, but only with `--yes`.
        let store = try invocation.openStore(makesKeys: invocation[.yes], for: .writing)
        let terminal = invocation.terminal
        let isClockIntact: Bool
        do throws(TokenStoreError) { isClockIntact = try store.isClockIntact() } catch {
            throw CommandError(error.message)
        }
        guard invocation[.yes] else {
            let records: (tenants: [ExactName], tokens: [TokenID])
            do throws(TokenStoreError) { records = try store.unsealedRecords() } catch {
                throw CommandError(error.message)
            }
            if !isClockIntact { terminal.print("the latest time of the store, which is reset") }
            for tenant in records.tenants {
                terminal.print("the directory of the tenant `\(Terminal.escaped(tenant))`")
            }
            for token in records.tokens { terminal.print("the token `\(token)`") }
            let count = records.tenants.count + records.tokens.count + (isClockIntact ? 0 : 1)
            terminal.note("\(counted(count, "unsealed record")); nothing is changed yet")
            terminal.note("add `--yes` to seal them as they are")
            return ExitStatus.done
        }
        // A forged time in the store must not become the time of the act.
        let act = isClockIntact ? try invocation.operatorAct(store) : try invocation.operatorAct(at: invocation.now)
        let count: (tenants: Int, tokens: Int)
        do throws(TokenStoreError) { count = try store.reseal(act) } catch { throw CommandError(error.message) }
        terminal.print("sealed: \(counted(count.tenants, "tenant")), \(counted(count.tokens, "token"))")
        return ExitStatus.done
    }

    private static func acceptRollback(_ number: Int, _ invocation: Invocation) throws(CommandError) -> Int32 {
        guard !invocation[.yes] else {
            throw .usage("`--yes` and `--accept-rollback` cannot be combined: accept the backup first, as it is")
        }
        guard let reason = invocation[.reason], !reason.isEmpty else {
            throw .usage("missing required option --reason: why the backup was restored, for the log")
        }
        let store = try invocation.openStore(for: .writing)
        let act = try invocation.operatorAct(store)
        do throws(TokenStoreError) { try store.acceptRollback(Int64(number), act) } catch {
            throw CommandError(error.message)
        }
        invocation.terminal.print("the backup is accepted: its log continues after entry \(number)")
        return ExitStatus.done
    }
}

extension Option<Int?> {
    fileprivate static var acceptRollback: Self {
        Self("accept-rollback", "NUMBER", "accept a restored backup; NUMBER is its newest log entry", least: 0)
    }
}
