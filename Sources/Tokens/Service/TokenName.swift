package import Model

/// A token's name as it is kept: NFC, trimmed, 1 to 100 characters of which none is invisible or changes direction.
package struct TokenName: Equatable, Sendable {
    package let text: ExactName
    /// The same for names that differ in case or width only.
    let key: String

    /// - Parameter allowsNothing: whether it may be empty, as a mobile token's device label.
    /// - Throws: `.name`, saying which character cannot be in a name.
    package init(_ text: ExactName, allowsNothing: Bool = false) throws(TokenStoreError) {
        let words = TextNormalizer.composed(text.text).split(whereSeparator: {
            $0 == " " || $0 == "\u{A0}" || $0 == "\u{3000}"
        })
        let name = words.joined(separator: " ")
        for scalar in name.unicodeScalars {
            guard let fault = Self.fault(scalar) else { continue }
            let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - hexadecimal.count)) + hexadecimal
            throw TokenStoreError(.name, "a name cannot have U+\(code) in it, \(fault)")
        }
        let count = name.unicodeScalars.count
        guard count > 0 || allowsNothing else { throw TokenStoreError(.name, "a name cannot be empty") }
        guard count <= 100, name.utf8.count <= 400 else {
            throw TokenStoreError(.name, "a name has at most 100 characters, this one has \(count)")
        }
        guard !Self.beginsWithMark(name) else {
            throw TokenStoreError(.name, "a name cannot begin with an accent that stands on nothing")
        }
        self.text = ExactName(name)
        key = TextNormalizer.key(name)
    }

    private static func beginsWithMark(_ name: String) -> Bool {
        switch name.unicodeScalars.first?.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    /// What is wrong with a character; `nil` for one that can be in a name.
    private static func fault(_ scalar: Unicode.Scalar) -> String? {
        let properties = scalar.properties
        if properties.isNoncharacterCodePoint { return "which is no character" }
        if properties.isBidiControl { return "which changes the direction of a text" }
        switch properties.generalCategory {
        case .control: return "a control character"
        case .format: return "which is not to be seen"
        case .lineSeparator, .paragraphSeparator: return "which ends a line"
        case .surrogate, .unassigned, .privateUse: return "which means nothing to Unicode"
        default: break
        }
        // Fillers and selectors: letters and marks by their category, but nothing to see.
        if properties.isDefaultIgnorableCodePoint { return "which is not to be seen" }
        return nil
    }
}
