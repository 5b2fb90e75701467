internal import Decisions
internal import Model
internal import Policies
internal import Tokens

/// The policies in force, and the tokens, users and departments of a store, at one moment: decisions are made on it. A
/// value that any thread may use; it never changes.
public struct Snapshot: Sendable {
    let content: Decisions.Snapshot

    init(_ content: Decisions.Snapshot) { self.content = content }

    /// A snapshot without tokens: for subjects that the caller has authenticated
    /// (`AuthorizationRequest.Subject.external`).
    public init(policies: PolicySet) {
        self.init(Decisions.Snapshot(policies: policies.loaded, directory: .empty))
    }

    /// The store as it is now, with all its tokens. Where an older copy of the store was put back, every decision on
    /// the snapshot is a deny, `store_rolled_back`.
    ///
    /// It takes about 0.6 s for 100,000 tokens; every seal is checked.
    /// - Throws: `.store` when the store cannot be read, `.keys` when its key file can no longer be read.
    public init(policies: PolicySet, store: Store) throws(DemiluneError) {
        self.init(
            try store.reading { service throws(TokenStoreError) in
                try Decisions.Snapshot(of: service, policies: policies.loaded)
            })
    }

    /// The number of the last act in the store's log that this snapshot contains; 0 without a store, and for an export.
    public var change: Int64 { content.change }

    /// The version of the policies: see `PolicySet.version`.
    public var version: String { content.policies.version }

    /// The number of tokens in any state.
    public var tokenCount: Int { content.directory.tokens.count }

    /// The snapshot with what has changed in the store since: what `demilune token revoke` did in another process, for
    /// example. Where only tokens changed, the changed ones are read, each in some microseconds, and an `Authorizer`
    /// that uses the result forgets nothing; where users, departments or keys changed, the whole store is read.
    /// When a token was last used is as of the token's last change.
    /// - Parameter store: the store that this snapshot was read from.
    /// - Throws: `.store` when the store cannot be read, `.keys` when its key file can no longer be read.
    public func refreshed(from store: Store) throws(DemiluneError) -> Snapshot {
        Snapshot(try store.reading { service throws(TokenStoreError) in try content.refreshed(from: service) })
    }

    /// The same tokens under other policies.
    public func with(_ policies: PolicySet) -> Snapshot {
        Snapshot(content.with(policies.loaded))
    }
}
