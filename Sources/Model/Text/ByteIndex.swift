internal import Glibc

/// A hash table from strings to numbers, looked up by bytes without making a `String`.
///
/// A string belongs to a scope, so that the same id in two tenants is two entries. Cost: one hash of the bytes.
package struct ByteIndex: Sendable {
    private struct Entry: BitwiseCopyable {
        let hash: UInt64
        /// All of a string of up to `TextWords.most` bytes.
        let words: TextWords
        let scope: Int
        let start: Int
        let count: Int
        let number: Int
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// The index of an entry plus 1, or 0, by hash; at most a quarter of the slots are used, so that most looks find at once.
    private var slots: [Int32] = [Int32](repeating: 0, count: 16)
    private let hash: TextHash

    package init(seed: UInt64 = .random(in: 0 ... .max)) {
        hash = TextHash(seed: seed)
    }

    /// Adds a string.
    /// - Returns: `false`, without a change, when it was added before.
    @discardableResult
    package mutating func claim(_ text: ExactName, scope: Int = 0, number: Int) -> Bool {
        var text = text.text
        let (slot, hash, words) = text.withUTF8 { bytes -> (Int, UInt64, TextWords) in
            let text = UnsafeRawBufferPointer(bytes)
            let hash = unsafe self.hash(text, scope)
            return unsafe (find(text, scope, hash), hash, Self.words(text))
        }
        guard slots[slot] == 0 else { return false }
        let start = bytes.count
        bytes += text.utf8
        entries.append(
            Entry(
                hash: hash, words: words, scope: scope, start: start, count: bytes.count - start, number: number))
        slots[slot] = Int32(entries.count)
        if entries.count * 4 > slots.count { grow() }
        return true
    }

    package func number(_ text: ExactName, scope: Int = 0) -> Int? {
        var text = text.text
        return text.withUTF8 { unsafe number(UnsafeRawBufferPointer($0), scope: scope) }
    }

    /// The number of a string; `nil` when it is unknown.
    package func number(_ text: UnsafeRawBufferPointer, scope: Int = 0) -> Int? {
        let slot = unsafe slots[find(text, scope, hash(text, scope))]
        return slot == 0 ? nil : entries[Int(slot) - 1].number
    }

    /// The slot of a string, or the one for it.
    @inline(__always) private func find(_ text: UnsafeRawBufferPointer, _ scope: Int, _ hash: UInt64) -> Int {
        let words = unsafe Self.words(text)
        return unsafe slots.withUnsafeBufferPointer { slots in
            unsafe entries.withUnsafeBufferPointer { entries in
                let mask = slots.count &- 1
                var slot = Int(truncatingIfNeeded: hash) & mask
                while unsafe slots[slot] != 0 {
                    let entry = unsafe entries.baseAddress.unsafelyUnwrapped + Int(slots[slot] &- 1)
                    if unsafe entry.pointee.hash == hash, unsafe entry.pointee.words == words,
                        unsafe entry.pointee.scope == scope, unsafe entry.pointee.count == text.count,
                        unsafe text.count <= TextWords.most || isSame(text, entry.pointee)
                    {
                        break
                    }
                    slot = (slot &+ 1) & mask
                }
                return slot
            }
        }
    }

    @inline(__always) private static func words(_ text: UnsafeRawBufferPointer) -> TextWords {
        unsafe text.baseAddress.map { unsafe TextWords($0, text.count) } ?? TextWords(0)
    }

    private func isSame(_ text: UnsafeRawBufferPointer, _ entry: Entry) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe memcmp(text.baseAddress!, bytes.baseAddress! + entry.start, entry.count) == 0
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
