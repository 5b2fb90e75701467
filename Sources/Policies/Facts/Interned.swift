/// Distinct values, numbered in the order of their arrival.
struct Interned<Value: Hashable> {
    private var values: [Value] = []
    private var ids: [Value: UInt32] = [:]

    subscript(id: Int) -> Value { values[id] }

    /// The number of a value; a new number for a new value.
    mutating func id(_ value: Value) -> UInt32 {
        if let known = ids[value] { return known }
        let id = UInt32(values.count)
        values.append(value)
        ids[value] = id
        return id
    }
}
