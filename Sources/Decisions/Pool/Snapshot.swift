package import Model
package import Policies

/// The state of one moment that decisions are made on: who exists and which tokens, and the policies in force.
///
/// A value: another moment is another snapshot, which shares all that did not change.
package struct Snapshot: Sendable {
    package let policies: PolicySet
    package let directory: Directory
    /// The number of the last act in the store's log that the directory contains; 0 for a directory of no store.
    package let change: Int64
    /// The latest time that the store has seen: a decision is made no earlier, so that setting the clock back revives no
    /// expired token.
    package let highWater: Instant?

    package init(policies: PolicySet, directory: Directory, change: Int64 = 0, highWater: Instant? = nil) {
        (self.policies, self.directory) = (policies, directory)
        (self.change, self.highWater) = (change, highWater)
    }

    /// The time of a decision that is made now.
    package var now: Instant { max(.now(), highWater ?? Instant(microseconds: .min)) }
}
