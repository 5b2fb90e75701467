internal import Engine

/// Something that no test covers, and its place.
package struct CoverageGap: Sendable {
    package enum Kind: String, Sendable {
        /// A statement that was never reached.
        case statement
        /// An outcome that was never taken.
        case branch
        /// A truth value that a fact never had.
        case answer
        /// A value at, or just beside, another one that no test covers.
        case boundary
        /// An effect call that was never decisive.
        case outcome
    }

    package let kind: Kind
    package let line: Int
    /// In bytes, from 1, on the gap's line.
    package let columns: Range<Int>
    package let message: String
    /// Tests that reach it, ready to be copied; empty when none was found.
    package internal(set) var tests: [String] = []
    /// The offset of its beginning in the source.
    let offset: Int
    /// The events that would fill it, and those that lie beyond it.
    var targets: [Target]

    enum Target: Hashable, Sendable {
        case reach(site: Int)
        case come(site: Int, to: Bool)
        case place(site: Int, OrderedValue.Place)
        case decide(effectCall: Int)
    }
}
