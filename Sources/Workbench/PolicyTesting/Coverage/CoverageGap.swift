internal import Policies

/// Something that no test has tried, and where.
package struct CoverageGap: Sendable {
    package enum Kind: String, Sendable {
        /// A statement that was never reached.
        case statement
        /// A way that was never gone.
        case branch
        /// An answer that was never given.
        case answer
        /// A value just beside or at another that was never tried.
        case boundary
        /// Something that was never what made a decision.
        case outcome
    }

    package let kind: Kind
    package let line: Int
    /// In bytes, from 1, on that line.
    package let columns: Range<Int>
    package let message: String
    /// Tests that reach it, ready to be copied; none when none was found.
    package internal(set) var tests: [String] = []
    /// Where it begins in the source.
    let offset: Int
    /// What runs have to do to fill it, and what lies beyond it.
    var targets: [Target]

    enum Target: Hashable, Sendable {
        case reach(site: Int)
        case come(site: Int, to: Bool)
        case place(site: Int, OrderedValue.Place)
        case decide(effectCall: Int)
    }
}
