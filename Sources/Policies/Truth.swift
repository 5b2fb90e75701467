/// The answer of a boolean fact.
enum Truth: UInt32 {
    case no
    case yes
    /// No boolean: content, absence, or a failure.
    case other

    init(_ holds: Bool) { self = holds ? .yes : .no }
}
