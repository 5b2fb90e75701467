internal import Testing

@testable internal import Syntax

struct HighlightSpanTests {
    @Test func `a source is split into spans by kind`() {
        let source = "-- why\nlocal a = 'x' -- b\nreturn a, 1"
        let bytes = Array(source.utf8)
        let shown = HighlightSpan.all(of: bytes).map { ($0.kind, String(decoding: bytes[$0.range], as: UTF8.self)) }
        #expect(shown.filter { $0.0 == .comment }.map(\.1) == ["-- why\n", "-- b\n"])
        #expect(shown.filter { $0.0 == .keyword }.map(\.1) == ["local", "return"])
        #expect(shown.filter { $0.0 == .literal }.map(\.1) == ["'x'", "1"])
    }

    @Test(arguments: ["", "-", "--", "local '", "x = [[", "\u{0}", "a - b", "æ = 1", "--[[ long\n]] return 1"])
    func `the spans cover every source completely`(source: String) {
        let bytes = Array(source.utf8)
        #expect(HighlightSpan.all(of: bytes).flatMap { Array(bytes[$0.range]) } == bytes)
    }
}
