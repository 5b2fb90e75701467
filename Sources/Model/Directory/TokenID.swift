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
        guard digits.count == 32, let start = digits.baseAddress else { return nil }
        var faults: UInt64 = 0
        let first = unsafe Self.read(start, &faults) << 32 | Self.read(start + 8, &faults)
        let last = unsafe Self.read(start + 16, &faults) << 32 | Self.read(start + 24, &faults)
        guard faults == 0 else { return nil }
        self.init(high: first, low: last)
    }

    /// Reads eight hexadecimal digits at once, one in each byte of a word.
    /// - Parameter faults: gets a bit where one is no such digit.
    @unsafe @inline(__always) private static func read(_ digits: UnsafeRawPointer, _ faults: inout UInt64) -> UInt64 {
        let each: UInt64 = 0x0101_0101_0101_0101
        let word = unsafe UInt64(littleEndian: digits.loadUnaligned(as: UInt64.self))
        // Bit 6 distinguishes letters (0x41-0x46, 0x61-0x66) from digits (0x30-0x39).
        let letters = word &>> 6 & each
        let values = word & (each &* 0x0F) &+ letters &* 9
        // Written again, in lower case, they must be what they were. A value of 16 or more is none.
        let areOver = (values &+ each &* 6) &>> 4 & each
        let written = values &+ each &* 0x30 &+ areOver &* 0x27
        faults |= written ^ (word | letters &<< 5) | values & (each &* 0xF0)
        let pairs = (values &<< 4 | values &>> 8) & 0x00FF_00FF_00FF_00FF
        let quads = (pairs &<< 8 | pairs &>> 16) & 0x0000_FFFF_0000_FFFF
        return (quads &<< 16 | quads &>> 32) & 0xFFFF_FFFF
    }

    package static func < (one: Self, other: Self) -> Bool {
        (one.high, one.low) < (other.high, other.low)
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
