package import Model

/// How far a rewrap came.
package struct Rewrapping: Sendable {
    package var count = 0
    package var tampered: [TokenID] = []
    /// Where the next batch begins.
    package var last: Int64 = 0
    package var isFinished = false

    package init() {}
}
