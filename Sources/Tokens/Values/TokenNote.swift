package import Model

/// A free text about a token in its stored form: its description or its contact.
///
/// NFC, trimmed, at most 300 characters, none of them invisible or changing the text direction. It holds no token string
/// and no part of one: whoever may see the token would see it.
package enum TokenNote: String, Sendable {
    /// A sentence about its use.
    case description
    /// The person or team that answers for it.
    case contact
    /// The purpose to which its ceiling limits it.
    case purpose

    private static let most = 300

    /// The stored form of a text; `nil` for an empty one, which removes the note.
    /// - Throws: `.name`; the message does not show the text.
    package func stored(_ text: ExactName?) throws(TokenStoreError) -> ExactName? {
        guard let text, case let note = TokenName.trimmed(text), !note.isEmpty else { return nil }
        if let fault = NameCharacters.fault(in: note) { throw TokenStoreError(.name, "a \(rawValue) \(fault)") }
        let count = note.unicodeScalars.count
        guard count <= Self.most else {
            throw TokenStoreError(.name, "a \(rawValue) can have at most \(Self.most) characters, got \(count)")
        }
        guard TokenString.parts(in: Array(note.utf8)).isEmpty else {
            throw TokenStoreError(
                .name,
                "a \(rawValue) cannot hold a token string or a part of one, and this one seems to: leave it out, and "
                    + "rotate that token")
        }
        return ExactName(note)
    }
}

extension TokenRecord {
    /// Sets the description and the contact, in their stored form.
    /// - Throws: `.name`.
    mutating func storeNotes(description: ExactName?, contact: ExactName?) throws(TokenStoreError) {
        self.description = try TokenNote.description.stored(description)
        self.contact = try TokenNote.contact.stored(contact)
    }
}
