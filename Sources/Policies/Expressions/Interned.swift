/// Distinct values, numbered in the order of their arrival.
@usableFromInline package struct Interned<Value: Hashable> {
    @usableFromInline var values: [Value] = []
    private var ids: [Value: UInt32] = [:]

    @inlinable package subscript(id: Int) -> Value { values[id] }

    /// The number of a value; a new number for a new value.
    package mutating func id(_ value: Value) -> UInt32 {
        if let known = ids[value] { return known }
        let id = UInt32(values.count)
        values.append(value)
        ids[value] = id
        return id
    }
}
