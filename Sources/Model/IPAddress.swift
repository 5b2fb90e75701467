internal import Glibc

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
    /// IPv4 in the low 32 bits of `low`.
    package let high: UInt64
    package let low: UInt64
    package let isVersion6: Bool

    package init(version4 address: UInt32) {
        (high, low, isVersion6) = (0, UInt64(address), false)
    }

    /// An IPv6 address.
    init(high: UInt64, low: UInt64) {
        (self.high, self.low, isVersion6) = (high, low, true)
    }

    /// The usual text forms, without a zone or a prefix length.
    package init?(_ text: String) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            high = 0
            low = UInt64(UInt32(bigEndian: four.s_addr))
            isVersion6 = false
            return
        }
        var six: (UInt64, UInt64) = (0, 0)
        guard text.utf8.count < 46, unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        high = UInt64(bigEndian: six.0)
        low = UInt64(bigEndian: six.1)
        isVersion6 = true
    }

    /// An IPv4 address in its dotted form.
    /// - Returns: `nil` for everything else, other good addresses among it.
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
