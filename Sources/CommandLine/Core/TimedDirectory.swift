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
    func recordUse(_ uses: [TokenID: TokenUse.Occasion], in store: TokenService?) {
        do throws(TokenStoreError) { try store?.recordUse(uses) } catch {
            terminal.note("note: it is not recorded when the token was last active: \(error.message)")
        }
    }

    /// The whole store. An empty directory when no store is needed, none is named, and the default one does not exist.
    func timedDirectory(needsStore: Bool) throws(CommandError) -> TimedDirectory {
        if !needsStore, !hasStore {
            return TimedDirectory(directory: .empty, now: now)
        }
        let store = try openStore()
        return TimedDirectory(directory: try directory(.all, of: store), now: try now(store), store: store)
    }

    /// The store with only the token that a word means.
    /// - Parameter word: becomes the token's id; `-` means no token.
    func timedDirectory(of word: inout String) throws(CommandError) -> TimedDirectory {
        let store = try openStore()
        if word != "-", TokenID(word) == nil {
            let tenants: [ExactName]
            do throws(TokenStoreError) { tenants = try store.tenants.map(\.id) } catch {
                throw CommandError(error.message)
            }
            let resolver = TokenResolver(store, tenant: try tenant(among: tenants))
            word = try resolver.token(word).details.token.id.description
        }
        let selection = TokenID(word).map { TokenSelection.some([$0]) } ?? .none
        return TimedDirectory(directory: try directory(selection, of: store), now: try now(store), store: store)
    }
}
