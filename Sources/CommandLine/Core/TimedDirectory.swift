internal import Files
package import Model
package import Tokens

/// The directory that decisions are made on, and the time at which they are made.
package struct TimedDirectory {
    package let directory: Directory
    package let now: Instant
    /// The store that the directory was read from; `nil` for an empty directory.
    package var store: TokenService?

    package init(directory: Directory, now: Instant, store: TokenService? = nil) {
        self.directory = directory
        self.now = now
        self.store = store
    }
}

extension Invocation {
    /// Records uses of tokens in the store that they were decided on. A failure changes no decision: it is reported.
    func recordUse(_ uses: [TokenID: Instant], in store: TokenService?) {
        do throws(TokenStoreError) { try store?.recordUse(uses) } catch {
            terminal.note("note: it is not recorded when the token was last active: \(error.message)")
        }
    }

    /// The whole store. An empty directory when no store is needed, none is named, and the default one does not exist.
    func timedDirectory(needsStore: Bool) throws(CommandError) -> TimedDirectory {
        if !needsStore, self[.store] == nil, !File.exists(storePath) {
            return TimedDirectory(directory: .empty, now: now)
        }
        let store = try openStore()
        return TimedDirectory(directory: try directory(.all, of: store), now: try now(store), store: store)
    }

    /// The store with only the tokens that a word can mean, an id or a name. When it matches none, all tokens are read,
    /// so that a suggestion can be made.
    func timedDirectory(of word: String) throws(CommandError) -> TimedDirectory {
        let store = try openStore()
        var ids = TokenID(word).map { [$0] } ?? []
        if ids.isEmpty, word != "-" {
            do throws(TokenStoreError) {
                ids = try store.named(ExactName(word), tenant: self[.tenant]).map(\.token.id)
            } catch { throw CommandError(error.message) }
        }
        let selection = word == "-" ? TokenSelection.none : ids.isEmpty ? .all : .some(ids)
        return TimedDirectory(directory: try directory(selection, of: store), now: try now(store), store: store)
    }
}
