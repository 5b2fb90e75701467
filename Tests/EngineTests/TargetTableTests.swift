import Model
import Testing

@testable import Engine

@Suite struct TargetTableTests {
    /// The number of a string in a table, read from the middle of other bytes.
    private func number(of text: ExactName, in table: TargetTable, before: String) -> Int32 {
        let bytes = Array((before + text.text + "#").utf8)
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe table.header.number(of: bytes.baseAddress! + before.utf8.count, text.text.utf8.count)
        }
    }

    /// All strings of up to five letters, of which one takes two bytes and one is a zero byte.
    private static let short = (0..<5).reduce(into: [[""]]) { lists, _ in
        lists.append(lists.last!.flatMap { text in ["a", "b", "é", "\u{0}"].map { text + $0 } })
    }.flatMap(\.self)

    /// Strings that differ in the middle alone.
    private static let long = (0..<600).map { number in
        String(repeating: "x", count: 20) + "\(number)" + String(repeating: "y", count: 20)
    }

    @Test func `strings of all lengths have their numbers, and all others none`() {
        let all = (Self.short + Self.long).map { ExactName($0) }
        let texts = all.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        let table = TargetTable(texts, from: 5)
        var known: [ExactName: Int32] = [:]
        for (number, text) in zip(Int32(5)..., texts) { known[text] = number }
        for text in all {
            for before in ["", "abc"] { #expect(number(of: text, in: table, before: before) == known[text] ?? -1) }
        }
    }

    @Test func `codes keep their latest number`() {
        let table = TargetTable()
        for round in Int32(0)..<2 {
            for code in UInt32(0)..<1_000 { table.set(code &* 0x1_0001, Int32(code) + round) }
        }
        #expect(table.count == 1_000)
        for code in UInt32(0)..<1_000 { unsafe #expect(table.header.number(of: code &* 0x1_0001) == Int32(code) + 1) }
        unsafe #expect(table.header.number(of: 77) == -1)
    }
}
