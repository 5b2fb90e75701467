import Model
import Testing
import Tokens

/// The links of chained lines. The expected texts were made by another program, from the definition alone.
@Suite struct LineLinkTests {
    private static let first =
        #"{"a":1,"number":1,"previous":"","hash":"207cdf8a618ebacedafd13bfc046c6116bbd45310f4824a904ddb5dda8d38ad2"}"#

    private func linked(_ body: String, after position: LogPosition) -> (String, LogPosition) {
        var bytes = Array(body.utf8)
        let link = LineLink(after: position, digest: LineLink.digest(of: bytes[...])[...])
        link.write(to: &bytes)
        return (String(decoding: bytes, as: UTF8.self), link.position)
    }

    @Test func `a link has the number, the hash before and the hash of the line`() {
        let (first, position) = linked(#"{"a":1"#, after: .start)
        #expect(first == Self.first)
        let (second, _) = linked(#"{"b":"x""#, after: position)
        #expect(
            second
                == #"{"b":"x","number":2,"previous":"207cdf8a618ebacedafd13bfc046c6116bbd45310f4824a904ddb5dda8d38ad2","#
                + #""hash":"1456c7714e05ee9f952c570874cc21c883e0664aeb5f0a73f0b713a399905bcc"}"#)
    }

    @Test func `a line without a link is covered by the next one`() {
        let old = LineLink.position(after: .start, unlinked: Array(#"{"old":true}"#.utf8)[...])
        #expect(
            linked(#"{"c":2"#, after: old).0
                == #"{"c":2,"number":2,"previous":"16e5450c22d8e48cd19c83b5f6238355794e1817c29cf30bee61efb15a3f452a","#
                + #""hash":"f4aec8d43d7cd213465cb2361c3b4ad29177ca8fd6e1554ceaead4e4c122dd44"}"#)
    }

    @Test func `a link is read as it is written, and nothing else is one`() throws {
        let line = Array(Self.first.utf8)
        let (link, body) = try #require(LineLink.read(line[...]))
        #expect(link.number == 1 && link.previous.isEmpty && link.seal == nil)
        #expect(Array(body) == Array(#"{"a":1"#.utf8))
        #expect(link.isHash(ofLine: LineLink.digest(of: body)))
        #expect(!link.isHash(ofLine: LineLink.digest(of: line[...])))
        for (text, other) in [
            (#"}"#, #" }"#), (#":1,"previous"#, #":01,"previous"#), (#":1,"previous"#, #":0,"previous"#),
            (#":1,"previous"#, #":,"previous"#), (#":1,"previous"#, #":-1,"previous"#), (#"207cdf"#, "207CDF"),
            (#""previous":"""#, #""previous":"00""#), (#"hash":"2"#, #"hash":""#), (#""number""#, #""nummer""#),
            (#":1,"previous"#, #":99999999999999999999,"previous"#),
        ] {
            #expect(LineLink.read(Array(Self.first.replacing(text, with: other).utf8)[...]) == nil, "\(other)")
        }
        #expect(LineLink.read([]) == nil)
        #expect(LineLink.read(line.suffix(20)) == nil)
    }
}
