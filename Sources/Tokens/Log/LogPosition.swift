/// A place in a log: an entry of a store's log of acts, or a line of a decision log, and by its hash everything before it.
package struct LogPosition: Equatable, Sendable {
    /// The entry's number; 0 before the first one.
    package let number: Int64
    package let hash: [UInt8]

    package init(number: Int64, hash: [UInt8]) { (self.number, self.hash) = (number, hash) }

    /// The place before the first entry.
    package static let start = LogPosition(number: 0, hash: [])
}
