internal import ExportedStore
internal import Files
package import Model
internal import SQLiteStore
package import Tokens

/// The use that a verb makes of a store.
package enum StoreUse: Sendable {
    case reading
    /// Reading of keys, seals or the log, which an export does not have.
    case readingKeys
    /// An act. Its preview only reads.
    case writing
}

extension Invocation {
    var storePath: String { self[.store] ?? "demilune.db" }

    /// True when a store is named, or there is one at the usual place.
    package var hasStore: Bool { self[.store] != nil || File.exists(storePath) }

    /// The sentence for what needs a store where none is.
    package var noStore: String { "no store was found: there is no `\(storePath)`, and no `--store` names another" }

    /// The store, or one without any tenant where none is: requests of external subjects need no other.
    package func openStoreOrNone() throws(CommandError) -> TokenService {
        hasStore ? try openStore() : TokenService(reading: ExportedStore(Organisation(tenants: []), name: storePath))
    }

    /// The store of `--store`: one with its keys, both of which must exist, or an exported organisation (`.json`).
    /// - Parameter makesKeys: true to give keys to a store that never had any.
    /// - Parameter toVerify: true to open a store with a foreign schema, which `verify` then reports.
    /// - Parameter use: the use that the verb makes of it; an export, and a store that cannot be written, are refused at
    ///   once where they do not serve it, before anything is previewed or asked.
    package func openStore(
        makesKeys: Bool = false, toVerify: Bool = false, for use: StoreUse = .reading
    ) throws(CommandError) -> TokenService {
        try openStore(storePath, keys: self[.keys], makesKeys: makesKeys, toVerify: toVerify, for: use)
    }

    /// The second store of `--store`, with its `--keys`; `nil` when only one is given.
    func openSecondStore() throws(CommandError) -> TokenService? {
        guard let path = secondText(of: Option.store) else { return nil }
        return try openStore(path, keys: secondText(of: Option.keys), for: .reading)
    }

    /// - Parameter keys: the path of the key file; `nil` for one named by the store's id in the user's data folder.
    private func openStore(
        _ path: String, keys: String?, makesKeys: Bool = false, toVerify: Bool = false, for use: StoreUse
    ) throws(CommandError) -> TokenService {
        if path.hasSuffix(".json") {
            let export: TokenService
            do throws(TokenStoreError) { export = try ExportedStore.open(path) } catch {
                throw CommandError(error.message)
            }
            if use != .reading { throw CommandError(TokenStoreError.readOnly(path).message) }
            return export
        }
        let keyPath = try keyPath(keys, makesFolder: makesKeys)
        do throws(TokenStoreError) {
            let store = try SQLiteStore.open(path, keys: keyPath, makesKeys: makesKeys, toVerify: toVerify)
            store.decidesOnRollback = self[.onRollback] == .decide
            if let rollback = store.rollback { terminal.warnOnce(rollback.message) }
            if use == .writing, !self[ifDeclared: Option.preview], let refusal = store.refusalToWrite {
                throw refusal
            }
            return store
        } catch { throw CommandError(error.message) }
    }

    /// The path of a store's key file: `--keys`, or a file named by the store's id in the user's data folder.
    func keyPath(makesFolder: Bool) throws(CommandError) -> TokenService.KeyPath {
        try keyPath(self[.keys], makesFolder: makesFolder)
    }

    private func keyPath(_ path: String?, makesFolder: Bool) throws(CommandError) -> TokenService.KeyPath {
        if let path { return { _ in path } }
        guard let folder = KeyFolder.usual(data: environment["XDG_DATA_HOME"], home: environment["HOME"]) else {
            throw .usage("no key file is found, because `HOME` is not set; give its path with `--keys FILE`")
        }
        if makesFolder { try Folder.new(withParents: folder) }
        return { "\(folder)/\($0)" }
    }

    /// The time of the run, never earlier than the latest time in the store: setting the clock back revives no expired
    /// token.
    package func now(_ store: TokenService) throws(CommandError) -> Instant {
        guard !isTimeStated else { return now }
        let seen: Instant?
        do throws(TokenStoreError) { seen = try store.highWater } catch { throw CommandError(error.message) }
        guard let seen, seen > now else { return now }
        if seen.microseconds - now.microseconds > 60_000_000 {
            terminal.note(
                "note: the clock says \(now), earlier than \(seen), the latest time in this store, "
                    + "which is used instead: set the clock right")
        }
        return seen
    }

    /// The number of digits of an id that the output shows: as many as tell it apart on a terminal, else all.
    /// - Parameter tenant: the tenant within which it is told apart; `nil` for all.
    package func digits(of id: TokenID, tenant: ExactName?, in store: TokenService) throws(CommandError) -> Int {
        guard terminal.streams.columns != nil else { return 32 }
        do throws(TokenStoreError) { return try store.uniqueDigits(of: id, tenant: tenant) } catch {
            throw CommandError(error.message)
        }
    }

    /// The one token string on the standard input.
    /// - Throws: with the status of a deny for other text: it authenticates nobody.
    package func tokenString() throws(CommandError) -> TokenString {
        guard let string = try presentedString() else {
            throw CommandError("no token has this string; it may be mistyped", status: ExitStatus.deny)
        }
        return string
    }

    /// The one token string on the standard input; `nil` where there is other text, which no token has.
    package func presentedString() throws(CommandError) -> TokenString? {
        let input = terminal.streams.input()
        let strings = TokenString.occurrences(in: input)
        guard strings.count <= 1 else {
            throw CommandError(
                "there are several token strings on standard input; `demilune token find` lists their tokens")
        }
        guard input.contains(where: { $0 > UInt8(ascii: " ") }) else {
            throw CommandError("there is no token string on standard input")
        }
        return strings.first
    }

    // MARK: Content

    /// The content of the store, read at one moment.
    func organisation(_ tokens: TokenSelection = .all) throws(CommandError) -> Organisation {
        try organisation(tokens, of: try openStore())
    }

    /// - Parameter goesOn: called now and then with the number of tokens read so far; `false` stops the reading.
    func organisation(
        _ tokens: TokenSelection, of store: TokenService, goesOn: (Int) -> Bool = { _ in true }
    ) throws(CommandError) -> Organisation {
        do throws(TokenStoreError) { return try store.organisation(tokens, goesOn: goesOn) } catch {
            throw CommandError(
                error.message, status: error.code == .stopped ? ExitStatus.interrupted : ExitStatus.failure)
        }
    }

    func directory(_ tokens: TokenSelection = .all) throws(CommandError) -> Directory {
        try directory(of: try organisation(tokens))
    }

    package func directory(
        _ tokens: TokenSelection, of store: TokenService, goesOn: (Int) -> Bool = { _ in true }
    ) throws(CommandError) -> Directory {
        try directory(of: try organisation(tokens, of: store, goesOn: goesOn))
    }

    private func directory(of organisation: Organisation) throws(CommandError) -> Directory {
        do { return try Directory(organisation) } catch {
            throw CommandError(error.message(in: storePath))
        }
    }
}
