/// A place of a program of which one wants to know whether it was reached, and what it came to.
package struct CoverageSite: Sendable {
    package enum Kind: Equatable, Sendable {
        case statement
        /// An expression of which only matters whether it is true.
        case truth
    }

    /// What goes one way or the other by the truth of a site.
    package enum Branch: String, Sendable {
        case `if`, `while`, until, and, or
    }

    package let kind: Kind
    package let position: Position
    /// The offset after the last byte.
    package let end: Int
    package internal(set) var branch: Branch?
    /// Whether it asks something, a comparison or a question to the host, and does not join other questions.
    package internal(set) var asks = false
    /// Whether it is an order between two values: `<`, `<=`, `>`, `>=`.
    package internal(set) var orders = false

    package var start: Int { position.offset }

    init(_ kind: Kind, _ position: Position, end: Int) {
        (self.kind, self.position, self.end) = (kind, position, end)
    }
}

/// A call of a global function that says something, and the statement that it belongs to.
package struct EffectCall: Sendable {
    package let name: String
    package let position: Position
    /// The number of the site.
    package let statement: Int
}

/// A program that tells where it goes: at every site it calls `__probe`.
package struct InstrumentedProgram: Sendable {
    /// The source, every line where it was.
    package let source: [UInt8]
    /// In source order; `__probe(n)` says that statement n is reached, `__probe(n, truth)` what n came to, and
    /// `__probe(n, side, value)` what order n has on its left, 1, or right, 2.
    package let sites: [CoverageSite]
    package let effectCalls: [EffectCall]
}
