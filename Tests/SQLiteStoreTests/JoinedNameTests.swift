import Model
import TestSupport
import Testing
import Tokens

/// Names with invisible joiners.
@Suite struct JoinedNameTests {
    @Test func `two names never differ by invisible characters alone`() throws {
        let fixture = try StoreFixture()
        let (made, _) = try fixture.token("می\u{200C}خواهم")
        let error = #expect(throws: TokenStoreError.self) { _ = try fixture.token("میخواهم") }
        #expect(error?.code == .duplicate)
        #expect(TextNormalizer.search("👩\u{200D}🚀" as String) == TextNormalizer.search("👩🚀" as String))
        #expect(try fixture.store.named("می\u{200C}خواهم", tenant: "3").map(\.token.id) == [made.token.id])
        #expect(try fixture.store.verify().isEmpty)
    }
}
