/// A range of addresses in prefix notation: `10.0.0.0/8`, `2001:db8::/32` (RFC 4632, RFC 4291).
package struct IPNetwork: Hashable, Sendable {
    package let address: IPAddress
    package let prefix: Int

    /// - Throws: what is wrong with the text, in words.
    package init(_ text: String) throws(IPNetworkError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])) else {
            throw IPNetworkError("a network is an address and how many bits of it count: `10.0.0.0/8`")
        }
        let bits = address.isVersion6 ? 128 : 32
        let digits = parts[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits, let prefix = Int(parts[1]), prefix <= bits, String(prefix) == parts[1] else {
            throw IPNetworkError("of `\(parts[0])` from 0 to \(bits) bits can count")
        }
        let first = address.masked(prefix)
        guard first == address else {
            throw IPNetworkError("`\(parts[0])` has bits beyond the \(prefix) that count: say `\(first)/\(prefix)`")
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

    /// Whether an address is one of them. An IPv4 address in its IPv6 form (`::ffff:10.0.0.1`) is that IPv4 address.
    package func contains(_ other: IPAddress) -> Bool {
        let other = address.isVersion6 ? other : other.unmapped
        return other.isVersion6 == address.isVersion6 && other.masked(prefix) == address
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
        let address = width.isVersion6 ? self : unmapped
        return address.isVersion6 == width.isVersion6 ? address.masked(width.prefix) : nil
    }

    /// The address with all but its first bits cleared.
    fileprivate func masked(_ prefix: Int) -> IPAddress {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        guard isVersion6 else {
            return IPAddress(version4: UInt32(truncatingIfNeeded: low) & UInt32(mask(prefix) >> 32))
        }
        return IPAddress(high: high & mask(prefix), low: low & mask(prefix - 64))
    }

    /// The IPv4 address that an IPv6 form of one stands for; any other address as it is.
    fileprivate var unmapped: IPAddress {
        guard isVersion6, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(version4: UInt32(truncatingIfNeeded: low))
    }
}
