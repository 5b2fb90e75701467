internal import Glibc

/// A name from outside: an id, a key, the name of a file. Two names are equal when their bytes are.
///
/// It has no `==` against `String`, whose own `==` takes canonically equivalent strings for equal: NFC and NFD forms,
/// `K` and the Kelvin sign, `;` and the Greek question mark. A `String` is for messages.
package struct ExactName: Sendable {
    /// The name as messages show it.
    package let text: String

    package init(_ text: String) { self.text = text }

    package init(_ text: Substring) { self.text = String(text) }

    package var utf8: String.UTF8View { text.utf8 }
    package var isEmpty: Bool { text.utf8.isEmpty }

    /// True when both are canonically equivalent, so that people read them as the same. For input at a prompt, where
    /// keyboards produce different forms; never for decisions or storage.
    package func reads(like typed: String) -> Bool { text == typed }

    package func hasPrefix(_ prefix: ExactName) -> Bool { utf8.starts(with: prefix.utf8) }

    package func hasSuffix(_ suffix: ExactName) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}

extension ExactName: Hashable, Comparable {
    package static func == (one: ExactName, other: ExactName) -> Bool { one.text.isSameBytes(other.text) }

    package static func < (one: ExactName, other: ExactName) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // A separator, so that the end of one name cannot pass for the beginning of the next.
        hasher.combine(0xFF as UInt8)
    }
}

extension ExactName: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) { self.text = text }
}

extension ExactName: CustomStringConvertible {
    package var description: String { text }
}

extension Sequence<ExactName> {
    package func joined(separator: String = "") -> String { map(\.text).joined(separator: separator) }
}

extension String {
    /// True when both have the same bytes; `==` would take canonically equivalent strings for equal.
    package func isSameBytes(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var (one, other) = (self, other)
        return one.withUTF8 { one in
            other.withUTF8 { other in
                guard let start = one.baseAddress, let other = other.baseAddress else { return true }
                return unsafe memcmp(start, other, one.count) == 0
            }
        }
    }
}
