internal import Model

/// The numbers of values, by their codes or by their bytes. A look-up takes the same time however many there are.
@safe final class TargetTable {
    /// A slot of the table: a value with its number.
    struct Slot: BitwiseCopyable {
        /// The code of the value, or the first and the last bytes of a string.
        let words: TextWords
        /// The place of its bytes among those of all strings, and how many they are.
        let start: UInt32
        let count: UInt32
        /// -1 for an empty slot.
        var number: Int32

        static let empty = Slot(words: TextWords(0), start: 0, count: 0, number: -1)
    }

    /// The part that a look-up reads.
    @unsafe struct Header: BitwiseCopyable {
        fileprivate var slots: UnsafeMutablePointer<Slot>
        fileprivate var mask: Int
        fileprivate let bytes: UnsafeMutablePointer<UInt8>
        fileprivate let longest: Int

        /// The number of a code; -1 for one that has none.
        @inline(__always) func number(of code: UInt32) -> Int32 {
            unsafe find(TextWords(code), 0) { _ in true }
        }

        /// The number of a string; -1 for one that has none.
        @inline(__always) func number(of text: UnsafeRawPointer, _ count: Int) -> Int32 {
            guard unsafe count <= longest else { return -1 }
            return unsafe find(TextWords(text, count), UInt32(truncatingIfNeeded: count)) { start in
                unsafe count <= TextWords.most || TextWords.areSame(bytes + Int(start), text, count)
            }
        }

        @inline(__always) private func find(_ words: TextWords, _ count: UInt32, _ isSame: (UInt32) -> Bool) -> Int32 {
            var place = unsafe TargetTable.place(words, count, mask)
            while true {
                let slot = unsafe slots + place
                if unsafe slot.pointee.number < 0 { return -1 }
                if unsafe slot.pointee.words == words && slot.pointee.count == count && isSame(slot.pointee.start) {
                    return unsafe slot.pointee.number
                }
                place = unsafe (place &+ 1) & mask
            }
        }
    }

    private(set) var header: Header
    private(set) var count = 0

    /// A table of codes.
    convenience init() { self.init(size: 8, bytes: [], longest: 0) }

    /// A table of strings.
    /// - Parameters:
    ///   - texts: each once.
    ///   - first: the number of the first one; the others follow.
    convenience init(_ texts: [ExactName], from first: Int32) {
        var size = 8
        while size < texts.count * 2 { size *= 2 }
        let bytes = texts.flatMap(\.utf8)
        self.init(size: size, bytes: bytes, longest: texts.map(\.utf8.count).max() ?? 0)
        var start = 0
        for (number, text) in zip(first..., texts) {
            let own = Array(text.utf8)
            let words = unsafe own.withUnsafeBytes { bytes in
                unsafe bytes.baseAddress.map { unsafe TextWords($0, own.count) } ?? TextWords(0)
            }
            insert(Slot(words: words, start: UInt32(start), count: UInt32(own.count), number: number))
            start += own.count
        }
    }

    private init(size: Int, bytes: [UInt8], longest: Int) {
        let own = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        for (place, byte) in bytes.enumerated() { unsafe (own + place).initialize(to: byte) }
        unsafe header = Header(slots: Self.slots(size), mask: size - 1, bytes: own, longest: longest)
    }

    deinit {
        unsafe header.slots.deallocate()
        unsafe header.bytes.deallocate()
    }

    /// Gives a code a number, or another one.
    func set(_ code: UInt32, _ number: Int32) {
        if unsafe (count + 1) * 2 > header.mask + 1 { grow() }
        insert(Slot(words: TextWords(code), start: 0, count: 0, number: number))
    }

    private func insert(_ new: Slot) {
        var place = unsafe Self.place(new.words, new.count, header.mask)
        while unsafe header.slots[place].number >= 0 {
            if unsafe header.longest == 0 && header.slots[place].words == new.words {
                unsafe header.slots[place].number = new.number
                return
            }
            place = unsafe (place + 1) & header.mask
        }
        unsafe header.slots[place] = new
        count += 1
    }

    /// Makes room for more codes.
    private func grow() {
        let (old, size) = unsafe (header.slots, header.mask + 1)
        unsafe (header.slots, header.mask, count) = (Self.slots(size * 2), size * 2 - 1, 0)
        for place in 0..<size {
            let slot = unsafe old[place]
            if slot.number >= 0 { insert(slot) }
        }
        unsafe old.deallocate()
    }

    @unsafe private static func slots(_ size: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: size)
        unsafe slots.initialize(repeating: .empty, count: size)
        return unsafe slots
    }

    /// At most `mask`.
    @inline(__always) fileprivate static func place(_ words: TextWords, _ count: UInt32, _ mask: Int) -> Int {
        var hash = (words.first ^ UInt64(count) &<< 56) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ hash &>> 32 ^ words.last) &* 0xbf58_476d_1ce4_e5b9
        return Int(truncatingIfNeeded: hash &>> 32) & mask
    }
}
