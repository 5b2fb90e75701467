/// A place of a program whose coverage is measured: whether it was reached, and with which value.
package struct CoverageSite: Sendable {
    package enum Kind: Equatable, Sendable {
        case statement
        /// An expression that is used as a condition.
        case truth
    }

    /// The construct that branches on the truth of a site.
    package enum Branch: String, Sendable {
        case `if`, `while`, until, and, or
    }

    package let kind: Kind
    package let position: Position
    /// The offset after the last byte.
    package let end: Int
    package internal(set) var branch: Branch?
    /// True for a single condition, such as a comparison or a method that returns a Boolean; false for one that joins
    /// others.
    package internal(set) var asks = false
    /// True for an order between two values: `<`, `<=`, `>`, `>=`.
    package internal(set) var orders = false

    package var start: Int { position.offset }

    init(_ kind: Kind, _ position: Position, end: Int) {
        (self.kind, self.position, self.end) = (kind, position, end)
    }
}

/// A call of a global function that has an effect on the decision, and the statement that contains it.
package struct EffectCall: Sendable {
    package let name: String
    package let position: Position
    /// The number of the statement's site.
    package let statement: Int
}

/// A program that reports its coverage: at every site it calls `__probe`.
package struct InstrumentedProgram: Sendable {
    /// The source; every line keeps its number.
    package let source: [UInt8]
    /// The sites in source order. `__probe(n)` reports that statement n is reached, `__probe(n, truth)` the truth of
    /// condition n, and `__probe(n, side, value)` the operand of order n on its left, side 1, or right, side 2.
    package let sites: [CoverageSite]
    package let effectCalls: [EffectCall]
}
