/// A version of a store's directory, as one service sees it.
package struct DirectoryVersion: Equatable, Sendable {
    /// `TokenStore.othersVersion`: it changes when somebody else writes.
    let others: Int64
    /// The number of directory writes by this service.
    let own: Int
}
