internal import Model
internal import Tokens

/// What decisions are made on: the directory, and the time it is.
struct Snapshot {
    let directory: Directory
    let now: Instant
    /// Where the directory comes from, unless from a file or from nowhere.
    var store: SQLiteTokenStore?
}

extension Invocation {
    /// The whole store; nothing, where a store is not needed and none is stated or there.
    func snapshot(needsStore: Bool) throws(CommandError) -> Snapshot {
        if !needsStore, value("store") == nil, !Descriptor.exists(storePath) {
            return Snapshot(directory: .empty, now: now)
        }
        if isStoreFile { return Snapshot(directory: try directory(), now: now) }
        let store = try openStore()
        return Snapshot(directory: try directory(.all, of: store), now: try now(store), store: store)
    }

    /// The store with no more of its tokens than a word can mean: an id, or a name. With all of them where it means none,
    /// so that what may have been meant can be told.
    func snapshot(of word: String) throws(CommandError) -> Snapshot {
        guard !isStoreFile else { return try snapshot(needsStore: true) }
        let store = try openStore()
        var ids = TokenID(word).map { [$0] } ?? []
        if ids.isEmpty, word != "-" {
            do throws(TokenStoreError) {
                ids = try store.named(ExactName(word), tenant: name("tenant")).map(\.token.id)
            } catch { throw CommandError(error.message) }
        }
        let selection = word == "-" ? TokenSelection.none : ids.isEmpty ? .all : .some(ids)
        return Snapshot(directory: try directory(selection, of: store), now: try now(store), store: store)
    }
}
