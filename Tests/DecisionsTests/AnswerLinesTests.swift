import Testing

@testable import Decisions

@Suite struct AnswerLinesTests {
    @Test func `ready lines and others follow each other, however many there are`() {
        let lines = AnswerLines()
        let (short, long) = (AnswerLines.Ready("a"), AnswerLines.Ready("0123456789 0123456789 012345678"))
        var expected: [UInt8] = []
        for number in 0..<50_000 {
            lines.append(number % 2 == 0 ? short : long)
            expected += Array(number % 2 == 0 ? "a\n".utf8 : "0123456789 0123456789 012345678\n".utf8)
            guard number % 1_000 == 0 else { continue }
            let other = Array("\(String(repeating: "x", count: number))\n".utf8)
            lines.append(other)
            expected += other
        }
        #expect(lines.take() == expected)
        lines.append(short)
        #expect(lines.take() == Array("a\n".utf8) && lines.take().isEmpty)
    }
}
