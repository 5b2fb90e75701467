internal import Model
internal import Tokens

extension Verb {
    /// `keys rewrap`: seals with the active key all records that older keys sealed.
    static let keysRewrap = Verb(
        name: "keys rewrap",
        summary: "seals with the active key the records of older keys; continues where it was stopped",
        options: [Option.batch],
        uses: .act,
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore(for: .writing)
            let batch = invocation[.batch]
            let act = try invocation.operatorAct(store)
            let terminal = invocation.terminal
            var total = 0
            var progress = Rewrapping()
            repeat {
                do throws(TokenStoreError) {
                    progress = try store.rewrap(act, batch: batch, after: progress.last)
                } catch {
                    throw CommandError("\(error.message); \(counted(total, "row")) done, run it again for the rest")
                }
                total += progress.count
                for id in progress.tampered {
                    terminal.complain("the token `\(id)` has no valid seal, and is left as it is")
                }
                if terminal.streams.isErrorTerminal { terminal.prompt("\r\(total) done") }
            } while !progress.isFinished
            if terminal.streams.isErrorTerminal { terminal.note("") }
            terminal.print("\(counted(total, "row")) written with the active key")
            return ExitStatus.done
        })

    /// `keys retire`: destroys a key that no record needs any longer.
    static let keysRetire = Verb(
        name: "keys retire", summary: "destroys an old key that no token needs any longer",
        positionals: [.init(name: "KEY", help: "its number in `keys list`")],
        options: [Option.yes.described("do it: it cannot be undone")],
        uses: .act,
        run: { invocation throws(CommandError) in
            guard let value = Int(invocation.positionals[0]), value > 0 else {
                throw .usage("a key is a number such as 1, got `\(invocation.positionals[0])`")
            }
            let store = try invocation.openStore(for: .writing)
            let act = try invocation.operatorAct(store)
            let keys: [Key]
            do throws(TokenStoreError) { keys = try store.keys.keys } catch { throw CommandError(error.message) }
            guard let key = keys.first(where: { $0.number == value }) else {
                throw CommandError("there is no key \(value); `demilune keys list` lists them")
            }
            guard key.state == .old else {
                throw CommandError(
                    key.state == .active
                        ? "key \(value) is the active one; `demilune keys add` makes another"
                        : "key \(value) is retired already")
            }
            guard invocation[.yes] else {
                throw .usage("key \(value) would be gone for good, also for backups of the store; add `--yes` to do it")
            }
            do throws(TokenStoreError) { try store.retireKey(value, act) } catch { throw CommandError(error.message) }
            invocation.terminal.print("key \(value) is retired")
            return ExitStatus.done
        })
}

extension Invocation {
    /// The context of an act that only the operator may do, who holds the store and its keys: no policy decides it.
    func operatorAct(_ store: TokenService) throws(CommandError) -> AuditContext {
        try operatorAct(at: try now(store))
    }

    func operatorAct(at now: @autoclosure () throws(CommandError) -> Instant) throws(CommandError) -> AuditContext {
        guard self[.as] == nil else {
            throw CommandError(
                "`\(verb)` is for the operator only: no policy decides it; leave out `--as`", status: ExitStatus.deny
            )
        }
        return AuditContext(now: try now(), reason: self[ifDeclared: .reason])
    }
}

extension Option<Int> {
    fileprivate static var batch: Self { Self("batch", "N", "tokens per transaction", most: 100_000, default: 500) }
}
