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
