/// Which state of a store's directory one connection sees.
package struct DirectoryVersion: Equatable, Sendable {
    /// SQLite's count of what other connections wrote.
    let others: Int64
    /// How often this one did.
    let own: Int
}
