internal import CSodium
package import Model

/// A token string: the secret that a client presents to act with a token. 40 ASCII characters.
///
/// It consists of `dml_` (mobile `dmm_`), 30 random Base62 characters (178 bits), and the CRC-32 of all that in 6
/// Base62 characters, so that a typing mistake is found without a store. Neither its description nor a reflection shows
/// it.
package struct TokenString: Sendable {
    static let count = 40
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let randomCount = 30

    private let bytes: [UInt8]

    package static func mint(_ kind: TokenKind, using generator: inout some RandomNumberGenerator) -> TokenString {
        var bytes = prefix(of: kind)
        for _ in 0..<randomCount { bytes.append(alphabet[Int.random(in: 0..<62, using: &generator)]) }
        return TokenString(unchecked: bytes + checksum(bytes[...]))
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// - Returns: `nil` for a wrong prefix, length, alphabet or checksum.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == Self.count else { return nil }
        let bytes = Array(text)
        let body = bytes[..<(Self.count - 6)]
        guard [TokenKind.api, .mobile].contains(where: { bytes.starts(with: Self.prefix(of: $0)) }),
            bytes[4...].allSatisfy({ Self.digit($0) != nil }), Array(bytes[(Self.count - 6)...]) == Self.checksum(body)
        else { return nil }
        self.bytes = bytes
    }

    package var kind: TokenKind { bytes[2] == UInt8(ascii: "m") ? .mobile : .api }
    /// The last four characters, which may be shown: enough to recognise the string.
    package var last4: String { String(decoding: bytes.suffix(4), as: UTF8.self) }
    /// The string itself. Show it only to a user who asked for it.
    package var revealed: String { String(decoding: bytes, as: UTF8.self) }

    var secret: [UInt8] { bytes }

    /// Every token string in a text, each once, in the order of their occurrence.
    package static func occurrences(in text: [UInt8]) -> [TokenString] {
        var found: [TokenString] = []
        var index = 0
        while index + count <= text.count {
            if text[index] == UInt8(ascii: "d"), let string = TokenString(text[index..<(index + count)]) {
                if !found.contains(string) { found.append(string) }
                index += count
            } else {
                index += 1
            }
        }
        return found
    }

    static func prefix(of kind: TokenKind) -> [UInt8] { Array((kind == .mobile ? "dmm_" : "dml_").utf8) }

    private static func digit(_ byte: UInt8) -> Int? { alphabet.firstIndex(of: byte) }

    /// CRC-32 (ISO-HDLC, as in zip and PNG), most significant digit first.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        var value = Int(~remainder)
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.append(alphabet[value % 62])
            value /= 62
        }
        return digits.reversed()
    }
}

extension TokenString: Equatable {
    /// Compares in constant time.
    package static func == (one: Self, other: Self) -> Bool {
        unsafe sodium_memcmp(one.bytes, other.bytes, count) == 0
    }
}

extension TokenString: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(kind == .mobile ? "dmm_" : "dml_")…\(last4)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
