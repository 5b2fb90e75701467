internal import Glibc
internal import Policies

/// The answers of facts, by the codes of all values that they depend on; valid as long as the snapshot is.
///
/// The number of entries is fixed, with the latest two for each index: no request can make it grow.
@safe struct FactCache: ~Copyable {
    private struct Entry: BitwiseCopyable {
        /// Inverted, so that memory that was never written holds no entry: no fact has the number of 32 ones.
        let invertedHead: UInt64
        let tail: UInt64
        let key: FactKey
    }

    private static let bits = 14
    /// `nil` until the first entry; then `1 << bits` of them. Pages that were never written take no memory.
    private var entries: UnsafeMutablePointer<Entry>?

    init() {}

    deinit { unsafe free(entries) }

    /// Forgets the answers that depend on certain tokens.
    /// - Parameter isChanged: true for the number of such a token.
    mutating func forget(tokens isChanged: (Int) -> Bool) {
        guard let entries = unsafe entries else { return }
        let numberBits = UInt64(27)
        func isMeant(_ code: UInt64) -> Bool {
            code >> numberBits == UInt64(PackedValue.Kind.token.rawValue)
                && isChanged(Int(code & (1 << numberBits - 1)))
        }
        for place in 0..<(1 << Self.bits) {
            let entry = unsafe entries + place
            let (head, tail) = unsafe (~entry.pointee.invertedHead, entry.pointee.tail)
            guard head != .max else { continue }
            let low: UInt64 = 0xFFFF_FFFF
            if isMeant(head & low) || isMeant(tail >> 32) || isMeant(tail & low) {
                unsafe entries[place] = Entry(invertedHead: 0, tail: 0, key: entry.pointee.key)
            }
        }
    }

    mutating func reset() {
        unsafe free(entries)
        unsafe entries = nil
    }

    /// - Parameter a, b, c: codes of packed values.
    @inline(__always) func key(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> FactKey? {
        guard let entries = unsafe entries else { return nil }
        let (head, tail) = (UInt64(fact) << 32 | UInt64(a), UInt64(b) << 32 | UInt64(c))
        let place = Self.place(head, tail)
        let entry = unsafe entries + place
        if unsafe entry.pointee.invertedHead == ~head && entry.pointee.tail == tail { return unsafe entry.pointee.key }
        let other = unsafe entries + (place ^ 1)
        if unsafe other.pointee.invertedHead == ~head && other.pointee.tail == tail { return unsafe other.pointee.key }
        return nil
    }

    mutating func set(_ fact: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32, _ key: FactKey) {
        if unsafe entries == nil {
            let new = unsafe calloc(1 << Self.bits, MemoryLayout<Entry>.stride)
            unsafe entries = new?.bindMemory(to: Entry.self, capacity: 1 << Self.bits)
        }
        // Without memory, nothing is cached.
        guard let entries = unsafe entries else { return }
        let (head, tail) = (UInt64(fact) << 32 | UInt64(a), UInt64(b) << 32 | UInt64(c))
        let place = Self.place(head, tail)
        unsafe entries[place ^ 1] = entries[place]
        unsafe entries[place] = Entry(invertedHead: ~head, tail: tail, key: key)
    }

    /// Below `1 << bits`.
    @inline(__always) private static func place(_ head: UInt64, _ tail: UInt64) -> Int {
        let hash = head &* 0x9e37_79b9_7f4a_7c15 ^ tail &* 0xbf58_476d_1ce4_e5b9
        return Int(truncatingIfNeeded: (hash ^ hash &<< 32) &>> UInt64(64 - bits))
    }
}
