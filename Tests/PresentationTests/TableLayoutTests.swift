import Model
import Testing

@testable import Presentation

/// Every table of the program on terminals of several widths.
@Suite struct TableLayoutTests {
    private static let names = [
        "Warehouse sync", "Nordlys Warehouse and Transport, night shift", "東京支社の倉庫トークン",
        "Cafe\u{301} Bjo\u{308}rn Åse", "👩‍👩‍👧 🇳🇴 bot",
    ]
    private static let prose = "the department Nordlys Warehouse requires orders.approve, inventory.adjust and more"
    private static let fixed: [String: [String]] = [
        "ID": ["6532ebee", "9ba086f41"], "#": ["17"], "UPDATED": ["2026-10-21", "–"],
        "EXPIRES": ["2027-11-22", "2027-01-05 10:00 Europe/Oslo"], "LAST ACTIVE": ["2026-11-22 13:00", "never"],
        "STATE": ["live", "suspended, dormant"], "TIME": ["2026-11-22T12:00:00Z"], "WHO": ["u-anna (token 6532ebee)"],
        "ACT": ["token.suspend.refused"], "TOKEN": ["6532ebee …Xy7q"], "CODE": ["obligation_unsupported"],
        "CREATED": ["2026-11-22T12:00:00Z"], "FROM": ["2026-11-22 13:00"], "TO": ["2027-01-05 10:00"],
    ]

    private static func cell(_ column: Column, _ row: Int) -> String {
        switch column.content {
        case .fixed:
            let values = fixed[column.head] ?? ["12345", "permit"]
            return values[row % values.count]
        case .name: return column.least == Column.answer("").least ? "yes" : names[row % names.count]
        case .text: return "anna.berg.with.a.long.name@nordlys-logistics.example"
        case .prose: return prose
        }
    }

    @Test(arguments: [60, 80, 100, 120])
    func `no line is wider than the terminal, and nothing fixed is cut`(width: Int) {
        for (name, layout) in TableLayout.all {
            var table = Table(layout)
            let rows = 0..<5
            for row in rows { table.add(layout.columns.map { Self.cell($0, row) }) }
            let lines = table.lines(columns: width).map(\.text)
            for line in lines { #expect(DisplayWidth.of(line) <= width, "\(name): \(line)") }
            let text = lines.joined(separator: "\n")
            for column in layout.columns where column.content == .fixed {
                #expect(text.contains(column.head), "\(name): \(column.head)")
                for row in rows {
                    let count = text.ranges(of: Self.cell(column, row)).count
                    #expect(
                        count >= rows.count { Self.cell(column, $0) == Self.cell(column, row) },
                        "\(name): \(column.head)")
                }
            }
            for column in layout.columns where column.content == .prose {
                // All words are there, though not in one line.
                for word in Self.prose.split(separator: " ") where word.utf8.count < column.least {
                    #expect(text.ranges(of: word).count >= rows.count, "\(name): \(column.head): \(word)")
                }
            }
        }
    }

    @Test(arguments: [60, 80, 100, 120])
    func `a name is cut at its end, and only when texts have given way`(width: Int) {
        for (name, layout) in TableLayout.all {
            var table = Table(layout)
            table.add(layout.columns.map { Self.cell($0, 1) })
            let lines = table.lines(columns: width).map(\.text)
            for line in lines where line.contains("Nordlys War") && line.contains("…") {
                for cell in line.split(separator: "  ") where cell.contains("Nordlys W") {
                    let kept = cell.trimmingPrefix(" ").prefix { $0 != "…" }
                    #expect(Self.names[1].hasPrefix(kept) || Self.prose.contains(kept), "\(name): \(cell)")
                }
            }
        }
        let layout = TableLayout.tokens(TokenColumn.view(.mobile, spansTenants: false), .mobile)
        var table = Table(layout)
        table.add(layout.columns.map { Self.cell($0, 0) })
        for line in table.lines(columns: width).map(\.text)
        where line.contains("Wareh") && !line.contains("Warehouse sync") {
            #expect(line.contains("anna.berg.w…"), "the address is cut before names are: \(line)")
        }
    }

    @Test func `what is wider than the terminal stands alone, whole`() {
        let id = String(repeating: "0123456789", count: 5)
        var table = Table(.tenants)
        table.add([id, "Name", "America/Argentina/ComodRivadavia", "1", "2"])
        let lines = table.lines(columns: 60).map(\.text)
        for line in lines { #expect(DisplayWidth.of(line) <= 60, "\(line)") }
        #expect(lines.contains(id) && lines.contains("  America/Argentina/ComodRivadavia"))
    }

    @Test func `ids are whole without a terminal and in CSV`() {
        let id = TokenID("6532ebee17e04c929e56e7977af956ae")!
        var table = Table(.impacts)
        table.add([
            .id(id, digits: 8), TableCell("api"), TableCell("n"), TableCell("u"), TableCell("everything"),
            TableCell(""),
        ])
        table.add([
            .token("", id, digits: 9), TableCell("mobile"), .token("named", id, digits: 9), TableCell("u"),
            TableCell("x"), TableCell("y"),
        ])
        #expect(table.lines(columns: 80)[1].text.hasPrefix("6532ebee   api"))
        #expect(table.lines(columns: 80)[2].text.hasPrefix("6532ebee1  mobile  named"))
        #expect(table.lines(columns: nil)[1].text.hasPrefix("\(id)  api") && table.csv.contains("\(id),api,n"))
        #expect(table.csv.contains(",named,"))
    }
}
