/// A range of addresses in prefix notation: `10.0.0.0/8`, `2001:db8::/32` (RFC 4632, RFC 4291).
///
/// One of IPv4 addresses in their IPv6 form (`::ffff:10.0.0.0/104`) is that IPv4 network (`10.0.0.0/8`).
package struct IPNetwork: Hashable, Sendable {
    package let address: IPAddress
    package let prefix: Int

    /// - Throws: what is wrong with the text, in words.
    package init(_ text: String) throws(IPNetworkError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])) else {
            throw IPNetworkError("a network is an address and how many bits of it count: `10.0.0.0/8`")
        }
        // An IPv4 address in its IPv6 form: the 96 bits before it are always the same.
        let isMapped = !address.isVersion6 && parts[0].utf8.contains(UInt8(ascii: ":"))
        let bits = isMapped ? 96...128 : address.isVersion6 ? 0...128 : 0...32
        let digits = parts[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits, let written = Int(parts[1]), bits.contains(written), String(written) == parts[1] else {
            let hint = isMapped ? "; as the IPv4 address that it is: `\(address)/0` to `\(address)/32`" : ""
            throw IPNetworkError("of `\(parts[0])` from \(bits.lowerBound) to \(bits.upperBound) bits can count\(hint)")
        }
        let prefix = written - bits.lowerBound
        let first = address.masked(prefix)
        guard first == address else {
            throw IPNetworkError("`\(parts[0])` has bits beyond the \(written) that count: say `\(first)/\(prefix)`")
        }
        self.address = address
        self.prefix = prefix
    }

    /// Of which kind of address how many bits count.
    package struct Width: Hashable, Sendable {
        fileprivate let isVersion6: Bool
        fileprivate let prefix: Int
    }

    package var width: Width { Width(isVersion6: address.isVersion6, prefix: prefix) }

    /// Whether an address is one of them.
    package func contains(_ other: IPAddress) -> Bool {
        other.isVersion6 == address.isVersion6 && other.masked(prefix) == address
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(address)/\(prefix)" }
}

/// Why a text is no network.
package struct IPNetworkError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) {
        self.message = message
    }
}

extension IPAddress {
    /// The first address of the network of that width which has this one; `nil` when it is of the other kind.
    package func first(in width: IPNetwork.Width) -> IPAddress? {
        isVersion6 == width.isVersion6 ? masked(width.prefix) : nil
    }

    /// The address with all but its first bits cleared.
    fileprivate func masked(_ prefix: Int) -> IPAddress {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        guard isVersion6 else {
            return IPAddress(version4: UInt32(truncatingIfNeeded: low) & UInt32(mask(prefix) >> 32))
        }
        // Never one of the IPv6 forms of IPv4: only such an address begins as they do.
        return IPAddress(high: high & mask(prefix), low: low & mask(prefix - 64))
    }
}
