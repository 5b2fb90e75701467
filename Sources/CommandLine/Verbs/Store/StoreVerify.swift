internal import Decisions
internal import Files
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `log verify`: finds changes to the log made without the keys, or to a decision log.
    static let logVerify = Verb(
        name: "log verify", summary: "finds entries of the log that were changed, removed, reordered or cut off",
        positionals: [
            .init(name: "FILE", help: "a decision log, instead of the log of the store", isOptional: true)
        ],
        options: [Option.head, Option.unsealed],
        uses: .store.adding(Option.json),
        details: [
            "A decision log needs no store; the key file of one checks the seals.",
            "exit status: 0 as it was written, 1 a fault was found, or nothing is proven, 64 wrong usage",
        ],
        examples: ["log verify", "log verify decisions.ndjson"],
        run: { invocation throws(CommandError) in
            if let path = invocation.positionals.first { return try verify(path, invocation) }
            guard invocation[.head] == nil, !invocation[.unsealed] else {
                throw .usage("`--head` and `--unsealed` are for a decision log: name its file")
            }
            let store = try invocation.openStore()
            let (count, faults): (Int, [IntegrityViolation])
            do throws(TokenStoreError) { (count, faults) = try store.verifyLog() } catch {
                throw CommandError(error.message)
            }
            return tell(faults, "the log is as it was written: \(counted(count, "entry", "entries"))", invocation)
        })

    private static func verify(_ path: String, _ invocation: Invocation) throws(CommandError) -> Int32 {
        let sealer = invocation.hasStore ? try invocation.openStore().lineSealer : nil
        let isFile: Bool
        do throws(FileError) { isFile = try FileStatus(of: path).kind == .regular } catch { throw CommandError(error) }
        guard isFile else { throw CommandError("`\(path)` is not a regular file: it has no lines to verify") }
        let result: DecisionLogVerification
        do throws(FileError) {
            result = try DecisionLogVerification(
                try OpenFile(path, for: .reading, waits: false), sealer: sealer,
                requiresSeals: !invocation[.unsealed], head: invocation[.head])
        } catch { throw CommandError(error) }
        let report = LogVerificationReport(result, of: path)
        if invocation[.json] {
            invocation.terminal.print(report.json.compact)
        } else {
            invocation.terminal.show(report.lines)
        }
        return report.isGood ? ExitStatus.done : ExitStatus.failure
    }

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

extension Option<[UInt8]?> {
    fileprivate static var head: Self {
        Self("head", "HASH", "the hash of a line that the decision log must have, noted elsewhere", absent: nil) {
            text throws(CommandError) in
            guard let hash = [UInt8](hexadecimal: text), hash.count == 32 else {
                throw .usage(
                    "`--head` must be the hash that `log verify FILE` prints, 64 hexadecimal digits, got `\(text)`")
            }
            return hash
        }
    }
}

extension Option<Bool> {
    fileprivate static var unsealed: Self {
        Self(flag: "unsealed", "accept lines of the decision log that are not sealed")
    }
}
