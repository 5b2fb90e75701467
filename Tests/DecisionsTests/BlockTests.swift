internal import Testing

@testable internal import Decisions

struct BlockTests {
    @Test(arguments: [
        ("", []), ("a\n", ["4 a"]), ("a\n\nbc\n", ["4 a", "5 ", "6 bc"]), ("a\nlast", ["4 a", "5 last"]),
    ])
    func `each line of a block is passed with its number and without its end`(text: String, lines: [String]) {
        let bytes = Array(text.utf8)
        let block = Block(bytes: bytes + [0x78, 0x0A], count: bytes.count, firstLine: 4)
        var found: [String] = []
        unsafe block.forEachLine { line, number in
            found.append("\(number) \(unsafe String(decoding: line, as: UTF8.self))")
        }
        #expect(found == lines)
    }
}
