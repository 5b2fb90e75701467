import Model
import Testing

@Suite struct PluralTests {
    @Test(
        arguments: [
            (0, "token", nil, "0 tokens"), (1, "token", nil, "1 token"), (2, "token", nil, "2 tokens"),
            (1, "entry", "entries", "1 entry"), (2, "entry", "entries", "2 entries"),
        ] as [(Int, String, String?, String)])
    func `a count takes the right form of its noun`(count: Int, singular: String, plural: String?, text: String) {
        #expect(counted(count, singular, plural) == text)
    }
}
