package import Model

/// The progress of a rewrap.
package struct Rewrapping: Sendable {
    package var count = 0
    package var tampered: [TokenID] = []
    /// The number of the last row done; the next batch begins after it.
    package var last: Int64 = 0
    package var isFinished = false

    package init() {}
}
