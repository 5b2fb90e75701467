import Model
import Testing

@Suite struct OmittedLinesTests {
    private enum Reason: String, CaseIterable, Sendable {
        case torn
        case masked
    }

    /// Many lines of one reason do not hide those of another.
    @Test func `each reason has its count, its first lines and its first message`() {
        var lines = OmittedLines<Reason>()
        for number in 1...3_000 { lines.note(number, .masked, "it is masked") }
        var later = OmittedLines<Reason>()
        later.note(3_001, .torn, "it is torn")
        later.note(3_002, .masked, "it is masked too")
        lines.append(later)
        #expect(lines.count == 3_002 && !lines.isEmpty)
        #expect(lines.byReason.map(\.reason) == [.torn, .masked])
        #expect(
            lines.byReason.map { $0.account.words("line") } == [
                "1 line: line 3001, it is torn",
                "3001 lines: lines 1, 2, 3, 4, 5, 6, 7, 8 …, the first since it is masked",
            ])
        #expect(lines.byReason[1].account.first.map(\.number) == Array(1...OmittedLines<Reason>.mostListed))
    }

    @Test func `the parts of one line name it once`() {
        var lines = OmittedLines<Reason>()
        for number in [4, 4, 4] { lines.note(number, .torn, "part \(number)") }
        #expect(lines.byReason[0].account.words("request") == "3 requests: line 4, the first since part 4")
    }
}
