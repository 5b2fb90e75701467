internal import Model
internal import Tokens

extension Verb {
    /// `log verify`: finds changes to the log made without the keys.
    static let logVerify = Verb(
        name: "log verify", summary: "finds entries of the log that were changed, removed, reordered or cut off",
        uses: .store.adding(Option.json),
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore()
            let (count, faults): (Int, [IntegrityViolation])
            do throws(TokenStoreError) { (count, faults) = try store.verifyLog() } catch {
                throw CommandError(error.message)
            }
            return tell(faults, "the log is as it was written: \(counted(count, "entry", "entries"))", invocation)
        })

    /// `store verify`: finds changes to the store made without the keys.
    static let storeVerify = Verb(
        name: "store verify",
        summary: "finds what was changed without the keys: tokens, users, rights, the log, and the file itself",
        uses: .store.adding(Option.json),
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore(toVerify: true)
            let faults: [IntegrityViolation]
            do throws(TokenStoreError) { faults = try store.verify() } catch { throw CommandError(error.message) }
            return tell(faults, "the store is as it was written", invocation)
        })

    private static func tell(_ faults: [IntegrityViolation], _ good: String, _ invocation: Invocation) -> Int32 {
        let terminal = invocation.terminal
        if invocation[.json] {
            let rows = faults.map { fault in
                JSON.object([
                    .init("message", .string(fault.message)), .init("token", .optional(fault.token?.description)),
                ])
            }
            terminal.print(JSON.object([.init("faults", .array(rows))]).compact)
        } else if faults.isEmpty {
            terminal.print(good)
        } else {
            for fault in faults { terminal.print(Terminal.escaped(fault.message)) }
        }
        return faults.isEmpty ? ExitStatus.done : ExitStatus.failure
    }
}
