internal import Glibc

/// An IPv4 or IPv6 address.
///
/// INVARIANT: one address has one value. The IPv6 form of an IPv4 address (`::ffff:10.0.0.1`, RFC 4291, 2.5.5.2)
/// becomes that IPv4 address when it is read, for `==`, lists, networks and traces alike.
package struct IPAddress: Hashable, Sendable {
    /// The upper half of an IPv6 address; an IPv4 address is in the low 32 bits of `low`.
    package let high: UInt64
    package let low: UInt64
    package let isVersion6: Bool

    package init(version4 address: UInt32) {
        (high, low, isVersion6) = (0, UInt64(address), false)
    }

    /// An IPv6 address, or the IPv4 address whose IPv6 form it is.
    init(high: UInt64, low: UInt64) {
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        (self.high, self.low, isVersion6) = (high, isMapped ? low & 0xFFFF_FFFF : low, !isMapped)
    }

    /// Reads the usual text forms, with nothing before or after: no zone, no prefix length, no leading zeros in IPv4.
    package init?(_ text: String) {
        // C strings end at a NUL, so a text with one must not reach C.
        guard text.utf8.count < 46, text.utf8.allSatisfy(Self.isPart) else { return nil }
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self.init(version4: UInt32(bigEndian: four.s_addr))
            return
        }
        var six: (UInt64, UInt64) = (0, 0)
        guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(high: UInt64(bigEndian: six.0), low: UInt64(bigEndian: six.1))
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Reads an IPv4 address in dotted form.
    /// - Returns: `nil` for everything else, including IPv6 addresses.
    package init?(_ text: UnsafeRawBufferPointer) {
        var (address, part, digits, dots): (UInt64, UInt64, Int, Int) = (0, 0, 0, 0)
        guard text.count <= 15 else { return nil }
        for index in 0..<text.count {
            let digit = unsafe UInt64(text[index]) &- UInt64(UInt8(ascii: "0"))
            if digit <= 9 {
                guard digits == 0 || part > 0 else { return nil }
                part = part &* 10 &+ digit
                digits &+= 1
                guard part <= 255 else { return nil }
            } else {
                guard unsafe text[index] == UInt8(ascii: "."), digits > 0, dots < 3 else { return nil }
                (address, part, digits, dots) = (address << 8 | part, 0, 0, dots &+ 1)
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        (high, low, isVersion6) = (0, address << 8 | part, false)
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isVersion6 {
            var bytes = (high.bigEndian, low.bigEndian)
            unsafe inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        } else {
            var bytes = UInt32(low).bigEndian
            unsafe inet_ntop(AF_INET, &bytes, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
