/// What facts came to, by the numbers of all that they depend on: good as long as the snapshot is.
///
/// A fixed number of entries, the latest two of those that fall on one place: nobody makes it grow.
struct FactMemo {
    private struct Entry {
        var fact: UInt32
        var a: UInt32
        var b: UInt32
        var c: UInt32
        var key: FactKey

        func isOf(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> Bool {
            self.fact == fact && self.a == a && self.b == b && self.c == c
        }
    }

    private static let bits = 14
    private static let nothing = Entry(fact: .max, a: 0, b: 0, c: 0, key: FactKey(kind: 0, bits: 0))
    private var entries: [Entry] = []

    mutating func reset() { entries = [] }

    func key(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> FactKey? {
        guard !entries.isEmpty else { return nil }
        let place = Self.place(fact, a, b, c)
        if entries[place].isOf(fact, a, b, c) { return entries[place].key }
        return entries[place ^ 1].isOf(fact, a, b, c) ? entries[place ^ 1].key : nil
    }

    mutating func set(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32, _ key: FactKey) {
        if entries.isEmpty { entries = [Entry](repeating: Self.nothing, count: 1 << Self.bits) }
        let place = Self.place(fact, a, b, c)
        entries[place ^ 1] = entries[place]
        entries[place] = Entry(fact: fact, a: a, b: b, c: c, key: key)
    }

    private static func place(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> Int {
        var hash = UInt64(fact) << 32 | UInt64(a)
        hash = hash &* 0x9e37_79b9_7f4a_7c15
        hash ^= UInt64(b) << 32 | UInt64(c)
        hash = (hash ^ hash >> 29) &* 0xbf58_476d_1ce4_e5b9
        return Int(truncatingIfNeeded: hash >> UInt64(64 - bits))
    }
}
