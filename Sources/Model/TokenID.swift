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
        var halves: (UInt64, UInt64) = (0, 0)
        for index in 0..<16 {
            guard let high = unsafe Self.value(digits[index]), let low = unsafe Self.value(digits[index + 16]) else {
                return nil
            }
            halves = (halves.0 << 4 | high, halves.1 << 4 | low)
        }
        self.init(high: halves.0, low: halves.1)
    }

    package static func < (one: Self, other: Self) -> Bool {
        (one.high, one.low) < (other.high, other.low)
    }

    private static func value(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte &- UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte &- UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

extension TokenID: CustomStringConvertible {
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = [high, low].flatMap { half in
            stride(from: 60, through: 0, by: -4).map { digits[Int(half >> UInt64($0) & 15)] }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension TokenID {
    /// The id of a token that is only proposed.
    package static let unassigned = TokenID(high: 0, low: 0)
}
