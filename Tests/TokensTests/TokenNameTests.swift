import Model
import Testing
import Tokens

@Suite struct TokenNameTests {
    @Test(arguments: [
        ("  Price   feed ", "Price feed"), ("Cafe\u{301}", "Caf\u{E9}"), ("a\u{A0}b", "a b"), ("日本語", "日本語"),
        (String(repeating: "é", count: 100), String(repeating: "é", count: 100)), ("Ærlig 🔑", "Ærlig 🔑"),
    ])
    func `a name is stored composed and trimmed`(text: String, kept: String) throws {
        let name = try TokenName(ExactName(text)).text.text
        #expect(Array(name.unicodeScalars) == Array(kept.unicodeScalars))
    }

    @Test(arguments: [
        "", "   ", "a\nb", "a\u{0}b", "a\u{1B}[31m", "\u{202E}evil", "a\u{2066}b", "zero\u{200B}width", "a\u{FEFF}",
        "a\u{200D}b", "a\u{AD}b", "\u{E000}", "\u{10FFFF}", "\u{378}", "\u{301}a", "a\u{115F}b", "a\u{3164}",
        "a\u{2028}b",
        String(repeating: "a", count: 101), "a\u{FE0F}", "\u{E0041}x",
    ])
    func `a name with invisible or misleading characters is refused`(text: String) {
        let error = #expect(throws: TokenStoreError.self) { try TokenName(ExactName(text)) }
        #expect(error?.code == .name)
    }

    /// Farsi, Sanskrit, Malayalam, and emoji that are made of several.
    @Test(arguments: [
        "می\u{200C}خواهم", "क्\u{200D}ष", "ക്\u{200C}ഷ", "👩🏽\u{200D}🚀", "🏳\u{FE0F}\u{200D}🌈", "🧑\u{200D}⚕\u{FE0F}",
        "❤\u{FE0F} Oslo",
        "👨\u{200D}👩\u{200D}👧",
    ])
    func `invisible characters are allowed where a script or an emoji needs them`(text: String) throws {
        let name = try TokenName(ExactName(text))
        #expect(Array(name.text.text.unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test(arguments: [
        "a\u{200C}b", "\u{200C}می", "می\u{200C}", "د\u{200C}د", "1\u{200D}2", "🚀\u{200D}", "\u{200D}🚀", "🚀\u{200D}a",
        "🚀\u{200C}🚀",
        "👩\u{200D}\u{200D}🚀", "می\u{200D}خواهم", "1\u{FE0F}", "🚀\u{FE0F}\u{FE0F}",
    ])
    func `invisible characters are refused where nothing needs them`(text: String) {
        let error = #expect(throws: TokenStoreError.self) { try TokenName(ExactName(text)) }
        #expect(error?.code == .name && error?.message.contains("which is invisible") == true)
    }

    @Test func `a device label may be empty, with no other exceptions`() throws {
        #expect(try TokenName("", allowsNothing: true).text == "")
        let refused = #expect(throws: TokenStoreError.self) { try TokenName("\u{202E}", allowsNothing: true) }
        #expect(refused?.code == .name)
    }

    @Test(arguments: [
        ("Ørsta", "orsta"), ("ÅSE", "ase"), ("Straße", "strasse"), ("Émile", "emile"), ("ＡＢＣ", "abc"),
        ("Ægir", "aegir"),
        ("Łódź", "lodz"), ("İstanbul", "istanbul"), ("Ünï", "uni"), ("plain", "plain"), ("ﬁn", "fin"),
    ])
    func `searching folds case, width and accents beyond ASCII`(text: String, folded: String) {
        #expect(TextNormalizer.search(text) == folded)
    }
}
