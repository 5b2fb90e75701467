/// Two names that differ only in their Unicode normal form: nobody can tell them apart by looking at them.
package struct TwinNames: Equatable, Sendable {
    package let one: ExactName
    package let other: ExactName

    package init(one: ExactName, other: ExactName) {
        self.one = one
        self.other = other
    }

    /// The first two such among the names of one place, if there are any.
    ///
    /// Cost: a look at every byte, and a hash of each name that is not ASCII; two of ASCII are no twins.
    package static func first(in names: some Collection<ExactName>) -> TwinNames? {
        // Looked up by Swift's `==` on purpose: it is what takes the two for the same.
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

    /// Both, with what differs written as escapes: `` `caf\u{E9}` and `cafe\u{301}` differ … ``
    package var message: String {
        let (one, other) = shown
        return "`\(one)` and `\(other)` differ only in their Unicode normal form; rename one of them"
    }

    /// Each with what differs written as escapes.
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
