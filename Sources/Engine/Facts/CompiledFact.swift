internal import Model
internal import Policies

/// The expression of a fact, boolean or content, compiled once for evaluation on a request's packed values.
struct CompiledFact: BitwiseCopyable {
    enum Operation: UInt8, BitwiseCopyable {
        /// Computed from the values of the expression's operands.
        case general
        /// a: a place. True when a value is present there.
        case has
        /// a: a place with a boolean.
        case truth
        /// a: a place, b: a code's bits. True when the value there has that code.
        case code
        /// a: a place, b: a constant string. True when the value there equals it.
        case text
        /// Of two operands with numbers, a and b.
        case same
        /// Of two operands with an order, a and b.
        case equal, less, lessEqual
        /// Of two operands, departments, a and b.
        case isWithin
        /// Of an operand a, a department, and b, the department of a holder; c: the place of its assignment, whose
        /// ceiling may limit it.
        case isWithinReach
        /// a: the place of an assignment. True when it is under a ceiling.
        case hasCeiling
        /// True when the request goes beyond the ceiling of the token that acts.
        case beyondCeiling
        /// a: the number of a part of a ceiling, from 1. True when it is the first that the request goes beyond.
        case isLimit
        /// Of an operand a, an IPv4 address, between the bits of b and c.
        case inNetwork
        /// a: the place of permissions, b: an action's number, or -1 for that of the request.
        case can
        /// a, b, c: the places of all values that were ever read for the fact, or `nothing`. Its results are cached by
        /// those values.
        case remembered
    }

    let operation: Operation
    let a: Int32
    let b: Int32
    let c: Int32
    /// The key of the cached results, beside the values at its places: the number of the fact, and in the high byte a
    /// version, which grows whenever other places determine the result.
    let cacheKey: UInt32

    @inline(__always) var fact: Expressions.ID { cacheKey & Self.mostFacts }

    /// The limit of fact numbers, twice what evaluations may form; the last one is not a fact.
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

    /// A fact whose dependencies are not known yet.
    static func remembered(_ fact: Expressions.ID) -> CompiledFact {
        let nothing = ResolvedRequest.Place.nothing
        return CompiledFact(.remembered, nothing, nothing, nothing, fact: fact)
    }

    /// The same fact, with results cached by other places from now on; `nil` after too many changes.
    func next(by places: [Int]) -> CompiledFact? {
        let version = UInt8(cacheKey >> 24)
        guard operation == .remembered, version < .max else { return nil }
        let padded = places + Array(repeating: ResolvedRequest.Place.nothing, count: 3)
        return CompiledFact(.remembered, version: version + 1, padded[0], padded[1], padded[2], fact: fact)
    }

    /// The lowest operand numbers of constants and of settings; lower numbers are places.
    static let constants = 1 << 16
    static let settings = 1 << 24
}
