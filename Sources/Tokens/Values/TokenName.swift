package import Model

/// A token's name in its stored form: NFC, trimmed, 1 to 100 characters, with those only that `NameCharacters`
/// allows.
package struct TokenName: Equatable, Sendable {
    package let text: ExactName
    /// The key for comparing names: equal for names that differ in case or width only.
    let key: String

    /// - Parameter allowsNothing: true to allow an empty name, as for a mobile token's device label.
    /// - Throws: `.name`; the message names a forbidden character.
    package init(_ text: ExactName, allowsNothing: Bool = false) throws(TokenStoreError) {
        let name = Self.trimmed(text)
        if let fault = NameCharacters.fault(in: name) { throw TokenStoreError(.name, "a name \(fault)") }
        guard TokenString.occurrences(in: Array(name.utf8)).isEmpty else {
            throw TokenStoreError(.name, "a name cannot hold a token string: choose another, and rotate that token")
        }
        let count = name.unicodeScalars.count
        guard count > 0 || allowsNothing else { throw TokenStoreError(.name, "a name cannot be empty") }
        guard count <= 100, name.utf8.count <= 400 else {
            throw TokenStoreError(.name, "a name can have at most 100 characters, got \(count)")
        }
        guard !Self.beginsWithMark(name) else {
            throw TokenStoreError(.name, "a name cannot begin with a combining mark")
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

    /// The text in NFC, without spaces at its ends, and with one between words.
    static func trimmed(_ text: ExactName) -> String {
        TextNormalizer.composed(text.text).split(whereSeparator: {
            $0 == " " || $0 == "\u{A0}" || $0 == "\u{3000}"
        }).joined(separator: " ")
    }
}
