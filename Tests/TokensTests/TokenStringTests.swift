import Model
import Testing
import Tokens

@Suite struct TokenStringTests {
    @Test(arguments: [TokenKind.api, .mobile])
    func `a string is recognised by its prefix, its length and its checksum`(kind: TokenKind) {
        var random = SecureRandom()
        let string = TokenString.mint(kind, using: &random)
        let text = string.revealed
        #expect(text.utf8.count == 40 && text.hasPrefix(kind == .api ? "dml_" : "dmm_"))
        #expect(TokenString(Array(text.utf8)) == string && string.kind == kind)
        #expect(string.last4 == text.suffix(4))
        #expect(TokenString(Array(text.utf8.dropLast())) == nil && TokenString(Array((text + "0").utf8)) == nil)
    }

    @Test func `a part of a string is found, however it is cut and quoted`() {
        var random = SystemRandomNumberGenerator()
        var missed = 0
        for _ in 0..<1_000 {
            let text = TokenString.mint(.api, using: &random).revealed
            for cut in [
                text, String(text.dropLast(3)), String(text.dropFirst(2)), String(text.dropFirst(5).dropLast(7)),
                "\"\(text.prefix(20))\"", "'\(text.prefix(9))''\(text.dropFirst(9))'",
                "\(text.prefix(15))\\\n\(text.dropFirst(15))", String(text.prefix(9)),
            ] {
                let line = "use \(cut) now"
                let rest = TokenString.parts(in: Array(line.utf8)).reduce(line) { $0.replacing($1, with: "") }
                // Random text can look like words, seldom.
                if rest != "use  now", rest != "use \"\" now", rest != "use '' now" { missed += 1 }
            }
        }
        #expect(missed < 40, "\(missed) of 8,000")
    }

    @Test(arguments: [
        "token show 6532ebee17e04c929e56e7977af956ae", "use 'Warehouse sync 2027 (EMEA)'", "department=SalesNorthWest",
        "token list --after 8QHkrYf1v4l_XBi15OtWfAEJAAAAAAAAAGN1cnNvci12MQEOAAAAAAAAAHJldHVybnMgcG9ydGFsAQ",
        "can invoices.approve on invoice:2026-11-22 in Økonomiavdelingen", "dml_…", "revoke a-bjorn-1 u-anna",
        "--digest 8a6e0b1c2d3e4f5061728394a5b6c7d8", "550e8400-e29b-41d4-a716-446655440000", "MondayTuesdayWednesday",
    ])
    func `names, ids and places in a list are no parts of a string`(text: String) {
        #expect(TokenString.parts(in: Array(text.utf8)) == [])
    }

    @Test func `one wrong character is always noticed`() {
        var random = SecureRandom()
        let bytes = Array(TokenString.mint(.api, using: &random).revealed.utf8)
        for place in bytes.indices {
            for other in Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-".utf8)
            where other != bytes[place] {
                var changed = bytes
                changed[place] = other
                #expect(TokenString(changed) == nil)
            }
        }
    }

    @Test func `neither a description nor a reflection shows a string`() {
        var random = SecureRandom()
        let string = TokenString.mint(.api, using: &random)
        let middle = String(string.revealed.dropFirst(4).dropLast(4))
        var dumped = ""
        dump(string, to: &dumped)
        for text in ["\(string)", String(reflecting: string), String(describing: [string]), dumped] {
            #expect(!text.contains(middle) && !text.contains(middle.prefix(12)), "\(text)")
        }
    }

    @Test func `strings are found anywhere in a text, each once`() {
        var random = SecureRandom()
        let one = TokenString.mint(.api, using: &random)
        let other = TokenString.mint(.mobile, using: &random)
        let text =
            "ddml_\(one.revealed)\(other.revealed) \"\(one.revealed)\" dml_\(String(repeating: "0", count: 36)) dml_"
        #expect(TokenString.occurrences(in: Array(text.utf8)) == [one, other])
        #expect(TokenString.occurrences(in: []).isEmpty)
    }
}
