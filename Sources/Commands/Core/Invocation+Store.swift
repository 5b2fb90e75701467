internal import Model
internal import Tokens

extension Invocation {
    var storePath: String { value("store") ?? "demilune.db" }

    /// Whether `--store` names an exported organisation, which can be asked and not changed.
    var isStoreFile: Bool { storePath.hasSuffix(".json") }

    /// The store of `--store`, with its keys; both must exist.
    /// - Parameter makesKeys: whether a store that never had keys gets them.
    /// - Parameter toVerify: whether a foreign schema is left for `verify` to tell.
    func openStore(makesKeys: Bool = false, toVerify: Bool = false) throws(CommandError) -> SQLiteTokenStore {
        let path = storePath
        guard !isStoreFile else {
            throw CommandError(
                "`\(path)` is an exported organisation: it can be asked, but holds no keys and no strings")
        }
        guard Descriptor.exists(path) else {
            throw CommandError("there is no store `\(path)`; `demilune init` makes one")
        }
        let keyPath = try keyPath(makesFolder: makesKeys)
        do throws(TokenStoreError) {
            let store = try SQLiteTokenStore.open(path, keys: keyPath, makesKeys: makesKeys, toVerify: toVerify)
            store.decidesOnRollback = value("on-rollback") == "decide"
            if let rollback = store.rollback { terminal.warnOnce(rollback.message) }
            return store
        } catch { throw CommandError(error.message) }
    }

    /// Where the key file of a store is: `--keys`, or by the store's id in the user's own data folder.
    func keyPath(makesFolder: Bool) throws(CommandError) -> SQLiteTokenStore.KeyPath {
        if let path = value("keys") { return { _ in path } }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/share" : nil }
        let base = [environment["XDG_DATA_HOME"], home].compactMap(\.self).first { $0.hasPrefix("/") }
        guard let base else {
            throw .usage("say where the key file is: `--keys FILE`; there is no `HOME` to look for it in")
        }
        let folder = base + "/demilune/keys"
        if makesFolder { try Descriptor.makeFolders(folder) }
        return { "\(folder)/\($0)" }
    }

    /// The time of the run; a clock that was set back does not bring back what has expired.
    func now(_ store: SQLiteTokenStore) throws(CommandError) -> Instant {
        guard !isTimeStated else { return now }
        let seen: Instant?
        do throws(TokenStoreError) { seen = try store.highWater } catch { throw CommandError(error.message) }
        guard let seen, seen > now else { return now }
        if seen.microseconds - now.microseconds > 60_000_000 {
            terminal.note(
                "note: the clock says \(now), but the store has seen \(seen), which counts: set the clock right")
        }
        return seen
    }

    /// The one token string on the standard input.
    func tokenString() throws(CommandError) -> TokenString {
        let strings = TokenString.occurrences(in: terminal.streams.input())
        guard let string = strings.first, strings.count == 1 else {
            throw CommandError(
                strings.isEmpty
                    ? "there is no token string on the standard input, or it is mistyped"
                    : "there are several token strings on the standard input; `demilune token find` names them")
        }
        return string
    }

    // MARK: What is in it

    /// Everything in the store, at one moment.
    func organisation(_ tokens: TokenSelection = .all) throws(CommandError) -> Organisation {
        if isStoreFile {
            return try OrganisationFile(bytes: try Descriptor.contents(of: storePath), path: storePath).organisation
        }
        return try organisation(tokens, of: try openStore())
    }

    /// - Parameter goesOn: asked now and then, with how many tokens were read, whether to go on.
    func organisation(
        _ tokens: TokenSelection, of store: SQLiteTokenStore, goesOn: (Int) -> Bool = { _ in true }
    ) throws(CommandError) -> Organisation {
        do throws(TokenStoreError) { return try store.organisation(tokens, goesOn: goesOn) } catch {
            throw CommandError(
                error.message, status: error.code == .stopped ? ExitStatus.interrupted : ExitStatus.failure)
        }
    }

    func directory(_ tokens: TokenSelection = .all) throws(CommandError) -> Directory {
        try directory(of: try organisation(tokens))
    }

    func directory(
        _ tokens: TokenSelection, of store: SQLiteTokenStore, goesOn: (Int) -> Bool = { _ in true }
    ) throws(CommandError) -> Directory {
        try directory(of: try organisation(tokens, of: store, goesOn: goesOn))
    }

    private func directory(of organisation: Organisation) throws(CommandError) -> Directory {
        do { return try Directory(organisation) } catch {
            throw CommandError("\(storePath): \(error.path): \(error.message)")
        }
    }
}
