internal import CSodium

/// A hash that identifies bytes.
package enum Fingerprint {
    /// BLAKE2b, in hexadecimal digits.
    /// - Parameter bytes: the length of the hash, from 16 to 64.
    package static func of(_ message: [UInt8], bytes count: Int = 32) -> String {
        var digest = [UInt8](repeating: 0, count: count)
        unsafe crypto_generichash(&digest, digest.count, message, UInt64(message.count), nil, 0)
        return digest.map { byte in
            let text = String(byte, radix: 16)
            return text.utf8.count == 1 ? "0" + text : text
        }.joined()
    }
}
