internal import Glibc

/// A hash table from strings to numbers, looked up by bytes without making a `String`.
///
/// A string belongs to a scope, so that the same id in two tenants is two entries. Cost: one hash of the bytes.
package struct ByteIndex: Sendable {
    private struct Entry {
        let hash: UInt64
        let scope: Int
        let start: Int
        let count: Int
        let number: Int
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// The index of an entry plus 1, or 0, by hash; at most half of the slots are used.
    private var slots: [Int32] = [Int32](repeating: 0, count: 16)
    /// A random seed, so that nobody who chooses the strings can make them collide.
    private let seed: UInt64

    package init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
    }

    /// Adds a string.
    /// - Returns: `false`, without a change, when it was added before.
    @discardableResult
    package mutating func claim(_ text: ExactName, scope: Int = 0, number: Int) -> Bool {
        var text = text.text
        let (slot, hash) = text.withUTF8 { unsafe find(UnsafeRawBufferPointer($0), scope) }
        guard slots[slot] == 0 else { return false }
        let start = bytes.count
        bytes += text.utf8
        entries.append(Entry(hash: hash, scope: scope, start: start, count: bytes.count - start, number: number))
        slots[slot] = Int32(entries.count)
        if entries.count * 2 > slots.count { grow() }
        return true
    }

    package func number(_ text: ExactName, scope: Int = 0) -> Int? {
        var text = text.text
        return text.withUTF8 { unsafe number(UnsafeRawBufferPointer($0), scope: scope) }
    }

    /// The number of a string; `nil` when it is unknown.
    package func number(_ text: UnsafeRawBufferPointer, scope: Int = 0) -> Int? {
        let slot = unsafe slots[find(text, scope).slot]
        return slot == 0 ? nil : entries[Int(slot) - 1].number
    }

    private func find(_ text: UnsafeRawBufferPointer, _ scope: Int) -> (slot: Int, hash: UInt64) {
        let hash = unsafe hash(text, scope)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.hash == hash, entry.scope == scope, entry.count == text.count, unsafe isSame(text, entry) { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (slot, hash)
    }

    /// Hashes eight bytes at a time, mixed by a product whose high half is folded into its low half.
    private func hash(_ text: UnsafeRawBufferPointer, _ scope: Int) -> UInt64 {
        func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
            let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            return product.high ^ product.low
        }
        var hash = mix(seed, UInt64(bitPattern: Int64(scope)) &+ UInt64(text.count) << 32)
        guard text.count >= 8, let start = text.baseAddress else {
            var tail: UInt64 = 0
            for index in 0..<text.count { tail = unsafe tail << 8 | UInt64(text[index]) }
            return mix(hash, tail)
        }
        let last = text.count &- 8
        var index = 0
        while index < last {
            hash = unsafe mix(hash, start.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        // The last eight bytes, which may overlap those before.
        return unsafe mix(hash, start.loadUnaligned(fromByteOffset: last, as: UInt64.self))
    }

    private func isSame(_ text: UnsafeRawBufferPointer, _ entry: Entry) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            guard entry.count > 0 else { return true }
            return unsafe memcmp(text.baseAddress!, bytes.baseAddress! + entry.start, entry.count) == 0
        }
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for (place, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(place + 1)
        }
    }
}
