internal import Model
internal import Testing

@Suite struct TokenIDPrefixTests {
    private static let id = TokenID("6532ebee17e04c929e56e7977af956ae")!

    @Test(arguments: [1, 8, 15, 16, 17, 31, 32])
    func `the ids of a prefix are those that begin with it`(digits: Int) throws {
        let range = try #require(TokenID.range(of: Self.id.prefix(digits)))
        #expect(range.contains(Self.id))
        #expect(range.lowerBound.prefix(digits) == Self.id.prefix(digits))
        #expect(range.upperBound.prefix(digits) == Self.id.prefix(digits))
        #expect(range.lowerBound.previous?.prefix(digits) != Self.id.prefix(digits))
        #expect(range.upperBound.next?.prefix(digits) != Self.id.prefix(digits))
    }

    @Test(arguments: ["", "xyz", "6532ebeg", "6532 ebee", "６５３２", "6532ebee17e04c929e56e7977af956ae0"])
    func `nothing else is a prefix`(text: String) { #expect(TokenID.range(of: text) == nil) }

    @Test func `shared digits are counted from the front`() {
        #expect(Self.id.sharedDigits(with: Self.id) == 32)
        for place in 0..<32 {
            var digits = Array(Self.id.description)
            digits[place] = digits[place] == "0" ? "1" : "0"
            #expect(Self.id.sharedDigits(with: TokenID(String(digits))!) == place)
        }
    }

    @Test func `neighbours cross the halves, and end at the borders`() {
        let border = TokenID(high: 5, low: .max)
        #expect(border.next == TokenID(high: 6, low: 0) && border.next?.previous == border)
        #expect(TokenID(high: 0, low: 0).previous == nil && TokenID(high: .max, low: .max).next == nil)
    }
}
