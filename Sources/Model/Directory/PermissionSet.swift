/// A set of permissions: dotted names, and patterns that end in `*` and cover every name with that beginning.
package struct PermissionSet: Equatable, Sendable {
    /// Names without a wildcard, sorted by bytes.
    private var names: [ExactName] = []
    /// The beginning of each pattern, without the `*`: `orders.` for `orders.*`, empty for `*`.
    private var prefixes: [ExactName] = []

    package init(_ patterns: some Sequence<ExactName>) {
        for pattern in patterns {
            if pattern.utf8.last == UInt8(ascii: "*") {
                prefixes.append(ExactName(pattern.text.dropLast()))
            } else {
                names.append(pattern)
            }
        }
        if names.count > 1 { names = Array(Set(names)).sorted() }
        if prefixes.count > 1 { prefixes = Array(Set(prefixes)).sorted() }
    }

    /// True when the set has one concrete permission. Cost: a binary search and a check of every pattern.
    package func permits(_ permission: ExactName) -> Bool {
        if prefixes.contains(where: { permission.hasPrefix($0) }) { return true }
        var low = 0
        var high = names.count
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < permission { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low] == permission
    }

    /// True when this set has every permission that the other has, also of permissions added later.
    package func covers(_ other: PermissionSet) -> Bool {
        other.names.allSatisfy(permits)
            && other.prefixes.allSatisfy { prefix in prefixes.contains { prefix.hasPrefix($0) } }
    }

    /// Every name and pattern, sorted.
    package var patterns: [ExactName] {
        (names + prefixes.map { "\($0)*" }).sorted()
    }

    /// The reason why a string is not a permission, in words; `nil` for a permission.
    package static func fault(_ text: String, wildcard: Bool) -> String? {
        let body: Substring
        if wildcard, text.hasSuffix("*") {
            if text == "*" { return nil }
            guard text.hasSuffix(".*") else { return "`*` must be alone or after a dot" }
            body = text.dropLast(2)
        } else {
            body = text[...]
        }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        let good = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
                        || ($0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z"))
                        || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "_")
                        || $0 == UInt8(ascii: "-")
                }
        }
        return good && text.utf8.count <= 200 ? nil : "a permission is letters, digits, `_` and `-` between dots"
    }
}
