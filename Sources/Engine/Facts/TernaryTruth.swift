/// The answer of a boolean fact.
enum TernaryTruth: UInt32 {
    case no
    case yes
    /// Not a boolean: content, absence, or a failure.
    case other

    init(_ holds: Bool) { self = holds ? .yes : .no }
}
