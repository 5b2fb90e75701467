internal import CSodium
package import Model

/// A digest of a set of tokens, so that an act applies to exactly the tokens that were reviewed.
package enum SelectionDigest {
    /// The digest of ids, regardless of their order and of repetitions; 32 hexadecimal digits.
    package static func of(_ ids: some Sequence<TokenID>) -> String {
        of(lines: Set(ids).sorted().map(\.description))
    }

    /// The digest of lines, regardless of their order.
    package static func of(lines: [String]) -> String {
        let text = "demilune selection\n" + lines.sorted().joined(separator: "\n")
        let bytes = Array(text.utf8)
        var hash = [UInt8](repeating: 0, count: 16)
        let status = unsafe crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
        precondition(status == 0, "BLAKE2b takes any length")

        return hash.hexadecimal
    }
}
