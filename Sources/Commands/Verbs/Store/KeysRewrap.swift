internal import Model
internal import Tokens

extension Verb {
    /// `keys rewrap`: everything sealed with older keys is sealed with the active one.
    static let keysRewrap = Verb(
        name: "keys rewrap", summary: "seals with the active key what older keys sealed; goes on where it was stopped",
        options: [Option(name: "batch", value: "N", help: "how many tokens a transaction (500)")],
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore()
            let batch = try invocation.number("batch", default: 500, most: 100_000)
            let act = try invocation.operatorAct(store)
            let terminal = invocation.terminal
            var total = 0
            var progress = Rewrapping()
            repeat {
                do throws(TokenStoreError) {
                    progress = try store.rewrap(act, batch: batch, after: progress.last)
                } catch {
                    throw CommandError("\(error.message); \(total) rows are done, run it again for the rest")
                }
                total += progress.count
                for id in progress.tampered {
                    terminal.complain("the token `\(id)` does not carry its seal, and is left as it is")
                }
                if terminal.streams.isErrorTerminal { terminal.prompt("\r\(total) done") }
            } while !progress.isFinished
            if terminal.streams.isErrorTerminal { terminal.note("") }
            terminal.print("\(total) rows written with the active key")
            return ExitStatus.done
        })

    /// `keys retire`: a key that nothing needs any more is destroyed.
    static let keysRetire = Verb(
        name: "keys retire", summary: "destroys an old key that no token needs any more",
        positionals: [.init(name: "KEY", help: "its number, as `keys list` tells")],
        options: [Option(name: "yes", help: "do it: it cannot be undone")],
        run: { invocation throws(CommandError) in
            guard let value = Int(invocation.positionals[0]), value > 0 else {
                throw .usage("a key is a number such as 1, got `\(invocation.positionals[0])`")
            }
            let store = try invocation.openStore()
            let act = try invocation.operatorAct(store)
            guard let key = store.keys.keys.first(where: { $0.number == value }) else {
                throw CommandError("there is no key \(value); `demilune keys list` tells which there are")
            }
            guard key.state == .old else {
                throw CommandError(
                    key.state == .active
                        ? "key \(value) is the active one; `demilune keys add` makes another"
                        : "key \(value) is retired already")
            }
            guard invocation.has("yes") else {
                throw .usage("key \(value) would be gone for good, also for backups of the store; add `--yes` to do it")
            }
            do throws(TokenStoreError) { try store.retireKey(value, act) } catch { throw CommandError(error.message) }
            invocation.terminal.print("key \(value) is retired")
            return ExitStatus.done
        })
}

extension Invocation {
    /// An act of the operator's: what no decision point governs is for whoever holds the store and its keys.
    func operatorAct(_ store: SQLiteTokenStore) throws(CommandError) -> AuditContext {
        try operatorAct(at: try now(store))
    }

    func operatorAct(at now: @autoclosure () throws(CommandError) -> Instant) throws(CommandError) -> AuditContext {
        guard value("as") == nil else {
            throw CommandError(
                "`\(verb)` is for the operator: no decision point governs it; leave `--as` out", status: ExitStatus.deny
            )
        }
        return AuditContext(now: try now(), reason: value("reason"))
    }
}
