/// What facts came to, by the numbers of all that they depend on: good as long as the snapshot is.
///
/// A fixed number of entries, the latest two of those that fall on one place: nobody makes it grow.
@safe struct FactMemo: ~Copyable {
    private struct Entry: BitwiseCopyable {
        let head: UInt64
        let tail: UInt64
        let key: FactKey
    }

    private static let bits = 14
    private static let nothing = Entry(head: .max, tail: .max, key: FactKey(kind: 0, bits: 0))
    /// `nil` until there is one; then `1 << bits`.
    private var entries: UnsafeMutablePointer<Entry>?

    init() {}

    deinit { unsafe entries?.deallocate() }

    mutating func reset() {
        unsafe entries?.deallocate()
        unsafe entries = nil
    }

    /// - Parameter a, b, c: codes of cells.
    @inline(__always) func key(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> FactKey? {
        guard let entries = unsafe entries else { return nil }
        let (head, tail) = (UInt64(fact) << 32 | UInt64(a), UInt64(b) << 32 | UInt64(c))
        let place = Self.place(head, tail)
        let entry = unsafe entries + place
        if unsafe entry.pointee.head == head && entry.pointee.tail == tail { return unsafe entry.pointee.key }
        let other = unsafe entries + (place ^ 1)
        if unsafe other.pointee.head == head && other.pointee.tail == tail { return unsafe other.pointee.key }
        return nil
    }

    mutating func set(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32, _ key: FactKey) {
        let count = 1 << Self.bits
        if unsafe entries == nil {
            let new = UnsafeMutablePointer<Entry>.allocate(capacity: count)
            unsafe new.initialize(repeating: Self.nothing, count: count)
            unsafe entries = new
        }
        let (head, tail) = (UInt64(fact) << 32 | UInt64(a), UInt64(b) << 32 | UInt64(c))
        let place = Self.place(head, tail)
        unsafe entries![place ^ 1] = entries![place]
        unsafe entries![place] = Entry(head: head, tail: tail, key: key)
    }

    /// Below `1 << bits`.
    @inline(__always) private static func place(_ head: UInt64, _ tail: UInt64) -> Int {
        let hash = head &* 0x9e37_79b9_7f4a_7c15 ^ tail &* 0xbf58_476d_1ce4_e5b9
        return Int(truncatingIfNeeded: (hash ^ hash &<< 32) &>> UInt64(64 - bits))
    }
}
