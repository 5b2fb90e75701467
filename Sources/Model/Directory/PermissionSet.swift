/// A set of permissions: names, and patterns that end in `*` and cover every name with that beginning.
package struct PermissionSet: Hashable, Sendable {
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

    /// The permissions that are in both sets.
    package func intersection(_ other: PermissionSet) -> PermissionSet {
        var common = PermissionSet([])
        common.names = Array(Set(names.filter(other.permits) + other.names.filter(permits))).sorted()
        let narrower =
            prefixes.filter { own in other.prefixes.contains { own.hasPrefix($0) } }
            + other.prefixes.filter { its in prefixes.contains { its.hasPrefix($0) } }
        common.prefixes = Array(Set(narrower)).sorted()
        return common
    }

    package var isEmpty: Bool { names.isEmpty && prefixes.isEmpty }

    /// Every name and pattern, sorted.
    package var patterns: [ExactName] {
        (names + prefixes.map { "\($0)*" }).sorted()
    }

    /// The patterns that people write for groups of names, sorted: the beginning of each name up to a separator, with
    /// `*` for the rest: `orders.*`, `s3:*`, `GET /*`.
    package static func groups(of names: some Sequence<ExactName>) -> [ExactName] {
        let separators = ".:/ ".unicodeScalars
        var groups: Set<ExactName> = []
        for name in names {
            let scalars = name.text.unicodeScalars
            for index in scalars.indices.dropLast() where separators.contains(scalars[index]) {
                groups.insert(ExactName("\(String(scalars[...index]))*"))
            }
        }
        return groups.sorted()
    }

    /// The greatest length of a permission, in bytes.
    private static let mostBytes = 200

    /// The reason why a string is not a permission, in words; `nil` for a permission.
    ///
    /// A permission is whatever the world calls an action: `orders.read`, `s3:GetObject`, `GET /todos`. Quotes, `\` and
    /// commas are left to command lines and lists.
    /// - Parameter wildcard: true for a pattern, which may end in `*`.
    package static func fault(_ text: String, wildcard: Bool) -> String? {
        guard !text.utf8.isEmpty else { return "a permission is not empty" }
        guard text.utf8.count <= mostBytes else { return "a permission has at most \(mostBytes) bytes" }
        let scalars = text.unicodeScalars
        if scalars.first == " " || scalars.last == " " { return "a permission neither begins nor ends with a space" }
        if scalars.first!.properties.generalCategory.isMark {
            return "a permission does not begin with a combining mark"
        }
        for index in scalars.indices {
            let scalar = scalars[index]
            switch scalar {
            case "*":
                guard wildcard else { return "`*` is only for grants and patterns, in last place" }
                guard scalars.index(after: index) == scalars.endIndex else {
                    return "`*` must be in last place, where it covers the rest"
                }
            case "\"", "'", "`", "\\", ",":
                return "a permission has no quotes, no `\\` and no commas, got `\(scalar)`"
            case " "..."~": continue
            default:
                guard scalar.properties.generalCategory.isPrintable else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    let zeros = String(repeating: "0", count: max(0, 4 - digits.utf8.count))
                    return "a permission has printable characters and plain spaces only, got U+\(zeros)\(digits)"
                }
            }
        }
        return nil
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isMark: Bool {
        switch self {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    /// True for characters that people see.
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}
