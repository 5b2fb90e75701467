internal import Model

/// How a boolean fact, or a content, is asked of a request's cells: its expression, made ready once.
struct CompiledFact: BitwiseCopyable {
    enum Operation: UInt8, BitwiseCopyable {
        /// Through the values that the expression stands on.
        case general
        /// a: a place. Whether it is there.
        case has
        /// a: a place with a boolean.
        case truth
        /// a: a place, b: a code's bits. Whether what lies there has that code.
        case code
        /// a: a place, b: a constant, a text. Whether that lies there.
        case text
        /// Of two operands with numbers, a and b.
        case same
        /// Of two operands with an order, a and b.
        case equal, less, lessEqual
        /// Of two operands, departments, a and b.
        case isWithin
        /// Of an operand a, an IPv4 address, between the bits of b and c.
        case inNetwork
        /// a: the place of an assignment, b: an action's number, or -1 for that of the request.
        case can
        /// a, b, c: the places of all that was ever read for it, and of nothing; what it came to for them is remembered.
        case remembered
    }

    let operation: Operation
    let a: Int32
    let b: Int32
    let c: Int32
    /// What its results are remembered by, beside what lies at its places: the fact, and in the high byte how often it has
    /// been told apart by other places.
    let cacheKey: UInt32

    @inline(__always) var fact: Expressions.ID { cacheKey & Self.mostFacts }

    /// More expressions than any evaluation forms; the last number is that of no fact.
    private static let mostFacts: UInt32 = 1 << 24 - 1
    static let noFact = mostFacts

    init(_ operation: Operation, _ a: Int = -1, _ b: Int = -1, _ c: Int = -1, fact: Expressions.ID) {
        self.init(operation, version: 0, a, b, c, fact: fact)
    }

    private init(_ operation: Operation, version: UInt8, _ a: Int, _ b: Int, _ c: Int, fact: Expressions.ID) {
        precondition(fact <= Self.mostFacts, "more expressions were formed than have numbers")
        self.operation = operation
        (self.a, self.b, self.c) = (Int32(a), Int32(b), Int32(c))
        cacheKey = fact | UInt32(version) << 24
    }

    /// A fact about which nothing is known yet, as to what it depends on.
    static func remembered(_ fact: Expressions.ID) -> CompiledFact {
        let nothing = ResolvedRequest.Place.nothing
        return CompiledFact(.remembered, nothing, nothing, nothing, fact: fact)
    }

    /// The same fact, told apart by other places from now on; `nil` after too many changes.
    func next(by places: [Int]) -> CompiledFact? {
        let version = UInt8(cacheKey >> 24)
        guard operation == .remembered, version < .max else { return nil }
        let padded = places + Array(repeating: ResolvedRequest.Place.nothing, count: 3)
        return CompiledFact(.remembered, version: version + 1, padded[0], padded[1], padded[2], fact: fact)
    }

    /// Operands are places, and beyond all places constants, and beyond those settings.
    static let constants = 1 << 16
    static let settings = 1 << 24
}
