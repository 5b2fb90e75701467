package import Model
package import Policies
package import Tokens

/// The state of one moment that decisions are made on: who exists and which tokens, and the policies in force.
///
/// A value: another moment is another snapshot, which shares all that did not change.
package struct Snapshot: Sendable {
    package let policies: PolicySet
    package let directory: Directory
    /// The place in the store's log up to which the directory was read; its start for a directory of no store.
    package let position: LogPosition
    /// The latest time that the store has seen: a decision is made no earlier, so that setting the clock back revives no
    /// expired token.
    package let highWater: Instant?

    package init(policies: PolicySet, directory: Directory, position: LogPosition = .start, highWater: Instant? = nil) {
        (self.policies, self.directory) = (policies, directory)
        (self.position, self.highWater) = (position, highWater)
    }

    /// The change number: that of the last act that the directory contains.
    package var change: Int64 { position.number }

    /// The time of a decision that is made now.
    package var now: Instant { max(.now(), highWater ?? Instant(microseconds: .min)) }
}
