extension JSON {
    private static let mostShown = 60

    /// The value in backticks, for messages: cut when it is long, with characters escaped that could mislead a reader.
    /// - Parameter asText: true to show a string without its quotes.
    package func quoted(asText: Bool = false) -> String {
        var text = compact
        if asText, case .string = self { text = String(text.dropFirst().dropLast()) }
        text = ControlCharacters.escaped(text)
        guard text.utf8.count > Self.mostShown else { return "`\(text)`" }
        let after = text.utf8.index(text.startIndex, offsetBy: Self.mostShown + 1)
        return "`\(text[..<text.unicodeScalars.index(before: after)])…`"
    }

    /// A member of an object by its name; `nil` where it is left out or null, and for anything but an object.
    package func stated(_ name: ExactName) -> JSON? {
        guard let value = self[name], value != .null else { return nil }
        return value
    }
}

extension ExactName {
    /// The name in backticks, for messages: cut when it is long, with characters escaped that could mislead a reader.
    package var quoted: String { JSON.string(self).quoted(asText: true) }
}
