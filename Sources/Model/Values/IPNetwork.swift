/// A range of addresses in prefix notation: `10.0.0.0/8`, `2001:db8::/32` (RFC 4632, RFC 4291). A single address is a
/// network of one.
///
/// A network of IPv4 addresses in their IPv6 form (`::ffff:10.0.0.0/104`) is that IPv4 network (`10.0.0.0/8`).
package struct IPNetwork: Hashable, Sendable {
    package let address: IPAddress
    package let prefix: Int

    /// - Throws: an error that describes what is wrong with the text.
    package init(_ text: String) throws(IPNetworkError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else {
            throw IPNetworkError("a network is an address, or an address and a prefix length: `10.0.0.0/8`")
        }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        // An IPv4 address in its IPv6 form: its first 96 bits are fixed.
        let isMapped = !address.isVersion6 && parts[0].utf8.contains(UInt8(ascii: ":"))
        let bits = isMapped ? 96...128 : address.isVersion6 ? 0...128 : 0...32
        let digits = parts[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits, let written = Int(parts[1]), bits.contains(written), String(written) == parts[1] else {
            let hint = isMapped ? "; as an IPv4 network: `\(address)/0` to `\(address)/32`" : ""
            throw IPNetworkError(
                "the prefix length of `\(parts[0])` must be from \(bits.lowerBound) to \(bits.upperBound)\(hint)")
        }
        let prefix = written - bits.lowerBound
        let first = address.masked(prefix)
        guard first == address else {
            throw IPNetworkError("`\(parts[0])` has bits beyond its prefix of \(written): write `\(first)/\(prefix)`")
        }
        self.init(address, prefix: prefix)
    }

    /// The neighbourhood of an address: 256 addresses of IPv4, a site of IPv6. It tells where something was used, and no
    /// single device.
    package init(around address: IPAddress) {
        self.init(address, prefix: address.isVersion6 ? 48 : 24)
    }

    /// The network of one address.
    package init(_ address: IPAddress) {
        self.init(address, prefix: address.isVersion6 ? 128 : 32)
    }

    /// The network of that prefix length that has an address.
    package init(_ address: IPAddress, prefix: Int) {
        self.address = address.masked(prefix)
        self.prefix = prefix
    }

    /// The version of the addresses and the prefix length.
    package struct Width: Hashable, Sendable {
        fileprivate let isVersion6: Bool
        fileprivate let prefix: Int
    }

    package var width: Width { Width(isVersion6: address.isVersion6, prefix: prefix) }

    /// True when the network contains an address.
    package func contains(_ other: IPAddress) -> Bool {
        other.isVersion6 == address.isVersion6 && other.masked(prefix) == address
    }

    /// True when it has every address of another network.
    package func contains(_ other: IPNetwork) -> Bool { other.prefix >= prefix && contains(other.address) }
}

extension Value {
    /// The network that it is; an address is a network of one.
    package var network: IPNetwork? {
        switch self {
        case .network(let network): network
        case .ip(let address): IPNetwork(address)
        default: nil
        }
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(address)/\(prefix)" }
}

/// The reason why a text is not a network.
package struct IPNetworkError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) {
        self.message = message
    }
}

extension IPAddress {
    /// The first address of the network of that width that contains this address; `nil` for the other IP version.
    package func first(in width: IPNetwork.Width) -> IPAddress? {
        isVersion6 == width.isVersion6 ? masked(width.prefix) : nil
    }

    /// The address with only its first `prefix` bits kept.
    fileprivate func masked(_ prefix: Int) -> IPAddress {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        guard isVersion6 else {
            return IPAddress(version4: UInt32(truncatingIfNeeded: low) & UInt32(mask(prefix) >> 32))
        }
        // The result is never the IPv6 form of an IPv4 address, because this address is not one.
        return IPAddress(high: high & mask(prefix), low: low & mask(prefix - 64))
    }
}
