/// A version of a store's directory, as one connection sees it.
package struct DirectoryVersion: Equatable, Sendable {
    /// SQLite's `data_version`, which changes when another connection writes.
    let others: Int64
    /// The number of directory writes by this connection.
    let own: Int
}
