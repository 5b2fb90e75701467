internal import Model
internal import Tokens

extension Verb {
    /// `store adopt`: vouches for tokens that came without a seal.
    static let storeAdopt = Verb(
        name: "store adopt",
        summary: "seals what carries no seal: a store of before there were keys, or what was looked through",
        options: [Option(name: "yes", help: "do it: whoever does vouches for them as they are"), Office.reason],
        run: { invocation throws(CommandError) in
            // A store of before there were keys gets them here, and only when that is what is asked for.
            let store = try invocation.openStore(makesKeys: invocation.has("yes"))
            let act = try invocation.operatorAct(store)
            let terminal = invocation.terminal
            guard invocation.has("yes") else {
                let records: (tenants: [ExactName], tokens: [TokenID])
                do throws(TokenStoreError) { records = try store.unsealedRecords() } catch {
                    throw CommandError(error.message)
                }
                for tenant in records.tenants {
                    terminal.print("the directory of the tenant `\(Terminal.escaped(tenant))`")
                }
                for token in records.tokens { terminal.print("the token `\(token)`") }
                terminal.note(
                    "\(records.tenants.count + records.tokens.count) records carry no seal; nothing is changed yet")
                terminal.note("add `--yes` to seal them as they are")
                return ExitStatus.done
            }
            let count: (tenants: Int, tokens: Int)
            do throws(TokenStoreError) { count = try store.adopt(act) } catch { throw CommandError(error.message) }
            terminal.print("sealed: \(count.tenants) tenants, \(count.tokens) tokens")
            return ExitStatus.done
        })
}
