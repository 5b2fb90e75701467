/// A token's public id: 128 random bits, written as 32 lower-case hexadecimal digits. Not the token string.
package struct TokenID: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id from a source of randomness.
    package init(using generator: inout some RandomNumberGenerator) {
        high = generator.next()
        low = generator.next()
    }

    /// - Returns: `nil` unless `text` is exactly 32 hexadecimal digits.
    package init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ unsafe TokenID(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    /// - Returns: `nil` unless the bytes are exactly 32 hexadecimal digits.
    package init?(_ digits: UnsafeRawBufferPointer) {
        guard digits.count == 32 else { return nil }
        var parts: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        guard unsafe Self.read(digits, at: 0, into: &parts.0), unsafe Self.read(digits, at: 8, into: &parts.1),
            unsafe Self.read(digits, at: 16, into: &parts.2), unsafe Self.read(digits, at: 24, into: &parts.3)
        else { return nil }
        self.init(high: parts.0 << 32 | parts.1, low: parts.2 << 32 | parts.3)
    }

    package static func < (one: Self, other: Self) -> Bool {
        (one.high, one.low) < (other.high, other.low)
    }

    /// Reads eight hexadecimal digits at once, one in each byte of a word.
    /// - Returns: `false` when they are not such digits.
    private static func read(_ digits: UnsafeRawBufferPointer, at place: Int, into value: inout UInt64) -> Bool {
        let each: UInt64 = 0x0101_0101_0101_0101
        let word = unsafe UInt64(littleEndian: digits.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        // Bit 6 distinguishes letters (0x41-0x46, 0x61-0x66) from digits (0x30-0x39).
        let letters = word >> 6 & each
        let (high, low) = (word >> 4 & (each &* 0x0F), word & (each &* 0x0F))
        guard high & ~(letters &* 2) == each &* 3 &+ letters else { return false }
        // A digit's low half is at most 9, a letter's from 1 to 6.
        let over = low &+ each &* 6 &+ letters &* 3
        let some = low &+ each &* 0x0F
        guard over & (each &* 0x10) == 0, letters << 4 & ~some == 0 else { return false }
        let values = low &+ letters &* 9
        let pairs = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF
        let quads = (pairs << 8 | pairs >> 16) & 0x0000_FFFF_0000_FFFF
        value = (quads << 16 | quads >> 32) & 0xFFFF_FFFF
        return true
    }
}

extension TokenID: CustomStringConvertible {
    package var description: String {
        unsafe String(unsafeUninitializedCapacity: 32) { digits in
            for place in 0..<32 {
                let half = place < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - place % 16 * 4)) & 15
                unsafe digits[place] = value + (value < 10 ? 0x30 : 0x57)
            }
            return 32
        }
    }
}

extension TokenID {
    /// The id of a token that is only proposed.
    package static let unassigned = TokenID(high: 0, low: 0)
}
