internal import Model
package import Policies
package import Tokens

extension Snapshot {
    /// A store as it is now, with all its tokens.
    /// - Throws: `.corrupt` for a store whose records refer to missing ones, and what reading throws.
    package init(of store: TokenService, policies: PolicySet) throws(TokenStoreError) {
        let (organisation, position) = try store.organisationAndPosition()
        let directory: Directory
        do throws(OrganisationError) { directory = try Directory(organisation) } catch {
            throw TokenStoreError(.corrupt, "\(error.path): \(error.message)")
        }
        self.init(policies: policies, directory: directory, position: position, highWater: try store.highWater)
    }

    /// The snapshot with what the store's log says has changed since. Where only tokens changed, these are read, and
    /// everything that was learned of the policies stays valid; otherwise the whole store is read. Uses that were
    /// recorded are read with their token's next change.
    /// - Parameter store: the store that this snapshot was read from.
    package func refreshed(from store: TokenService) throws(TokenStoreError) -> Snapshot {
        switch try store.changes(since: position, wasRolledBack: directory.isRolledBack) {
        case .none:
            // The latest time that was seen is not in the log.
            return Snapshot(
                policies: policies, directory: directory, position: position, highWater: try store.highWater)
        case .tokens(let records, let newest):
            guard let amended = directory.amended(records) else { return try Snapshot(of: store, policies: policies) }
            return Snapshot(policies: policies, directory: amended, position: newest, highWater: try store.highWater)
        case .other: return try Snapshot(of: store, policies: policies)
        }
    }

    /// The snapshot under other policies.
    package func with(_ policies: PolicySet) -> Snapshot {
        Snapshot(policies: policies, directory: directory, position: position, highWater: highWater)
    }
}
