/// Two names that look the same because they differ only in their Unicode normal form.
package struct TwinNames: Equatable, Sendable {
    package let one: ExactName
    package let other: ExactName

    package init(one: ExactName, other: ExactName) {
        self.one = one
        self.other = other
    }

    /// The first two such names in one place, if any.
    ///
    /// Cost: a scan of every byte, and a hash of each name that is not ASCII; ASCII names are never twins.
    package static func first(in names: some Collection<ExactName>) -> TwinNames? {
        // The dictionary uses Swift's `==` on purpose, because it takes twins for equal.
        var forms: [String: ExactName] = [:]
        for name in names where !name.isASCII {
            if let known = forms[name.text], known != name { return TwinNames(one: known, other: name) }
            forms[name.text] = name
        }
        if forms.isEmpty { return nil }
        for name in names where name.isASCII {
            if let known = forms[name.text] { return TwinNames(one: name, other: known) }
        }
        return nil
    }

    /// The error message, with the differing characters as escapes: `` `caf\u{E9}` and `cafe\u{301}` differ … ``
    package var message: String {
        let (one, other) = shown
        return "`\(one)` and `\(other)` differ only in their Unicode normal form; rename one of them"
    }

    /// Both names, with the differing characters as escapes.
    package var shown: (String, String) {
        let (first, second) = (Array(one.text.unicodeScalars), Array(other.text.unicodeScalars))
        let most = min(first.count, second.count)
        var prefix = 0
        while prefix < most, first[prefix] == second[prefix] { prefix += 1 }
        var suffix = 0
        while suffix < most - prefix, first[first.count - 1 - suffix] == second[second.count - 1 - suffix] {
            suffix += 1
        }
        func shown(_ scalars: [Unicode.Scalar]) -> String {
            var text = ""
            for (place, scalar) in scalars.enumerated() {
                if place >= prefix, place < scalars.count - suffix, !scalar.isASCII {
                    text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
            return text
        }
        return (shown(first), shown(second))
    }
}

extension ExactName {
    fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
