extension JSON {
    /// Text, or null where there is none.
    package static func optional(_ name: ExactName?) -> JSON { optional(name?.text) }
    package static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    package static func strings(_ names: [ExactName]) -> JSON { strings(names.map(\.text)) }
    package static func strings(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }
}
