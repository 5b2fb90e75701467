internal import Model
internal import Testing

@testable internal import Tokens

@Suite struct TokenNoteTests {
    @Test func `a note is trimmed and composed, and an empty one is none`() throws {
        #expect(try TokenNote.contact.stored("  Ops   <ops@example.com> ") == "Ops <ops@example.com>")
        #expect(try TokenNote.description.stored("A\u{30A}rsrapport") == "\u{C5}rsrapport")
        for nothing in ["", "  ", "\u{A0}"] as [ExactName?] + [nil] {
            #expect(try TokenNote.description.stored(nothing) == nil)
        }
    }

    @Test(arguments: [
        ("a\u{202E}b", "U+202E, which changes the text direction"), ("one\ntwo", "U+000A, a control character"),
        (String(repeating: "x", count: 301), "at most 300 characters, got 301"),
    ])
    func `a note with other characters, or a long one, is refused`(text: String, fault: String) {
        for note in [TokenNote.description, .contact] {
            let error = #expect(throws: TokenStoreError.self) { try note.stored(ExactName(text)) }
            #expect(error?.code == .name && error?.message.contains("a \(note.rawValue) can") == true)
            #expect(error?.message.contains(fault) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `a token string, or a part of one, is refused and not shown`() {
        var random = SecureRandom()
        for kind in [TokenKind.api, .mobile] {
            let string = TokenString.mint(kind, using: &random).revealed
            for text in [string, "the key is \(string)", "cut \(string.prefix(30))", "cut \(string.dropFirst(4))"] {
                let error = #expect(throws: TokenStoreError.self) { try TokenNote.description.stored(ExactName(text)) }
                #expect(error?.message.contains("token string") == true)
                #expect(error?.message.contains(string.dropFirst(8).prefix(10)) == false)
            }
        }
    }

    @Test(arguments: [
        "Prices for the web shop, once an hour", "ops@example.com, +47 22 33 44 55",
        "https://wiki.example.com/tokens/prices",
        "Team Warehouse (Anna)", "ticket OPS-2026-1187", "4f1c22aa90b14e0c8e6b2f9d7a5c3e10",
    ])
    func `usual notes are kept`(text: String) throws {
        #expect(try TokenNote.description.stored(ExactName(text))?.text == text)
    }
}
