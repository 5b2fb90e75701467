internal import Model
internal import Presentation
internal import Testing

@Suite struct TableTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("Bjørn", 5), ("東京", 4), ("Åse", 3), ("A\u{30A}se", 3), ("ｆｕｌｌ", 8), ("👩‍👩‍👧", 2),
        ("☎\u{FE0F}", 2), ("한국", 4), ("e\u{301}", 1), ("a\u{200B}b", 2),
    ])
    func `a text is as wide as a terminal shows it`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [
        ("Warehouse sync", 14, "Warehouse sync"), ("Warehouse sync", 9, "Warehous…"), ("東京大学", 6, "東京…"),
        ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"), ("abc", 1, "…"), ("abc", 0, ""), ("abcdef", 2, "a…"),
    ])
    func `a text that is too wide loses its end`(text: String, columns: Int, fitted: String) {
        #expect(DisplayWidth.fit(text, columns) == fitted)
        #expect(DisplayWidth.of(DisplayWidth.fit(text, columns)) <= columns)
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]), ("", 3, [""]),
        ("東京 大学", 4, ["東京", "大学"]), ("東京大学", 5, ["東京", "大学"]),
    ])
    func `a sentence is wrapped between words`(text: String, columns: Int, lines: [String]) {
        #expect(DisplayWidth.wrap(text, columns) == lines)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("=1+1", "\"'=1+1\""),
        ("+47", "\"'+47\""), ("-1", "\"'-1\""), ("@SUM(A1)", "\"'@SUM(A1)\""), ("\t=1", "\"'\t=1\""),
        ("  =1", "\"'  =1\""), ("＝1", "\"'＝1\""), ("a\nb", "\"a\nb\""), ("", ""), ("a=b", "a=b"),
    ])
    func `a CSV cell is quoted when needed and never a formula`(text: String, cell: String) {
        #expect(CSV.cell(text) == cell)
    }

    private var table: Table {
        var table = Table(.userTypes)
        table.add(["0123456789abcdef", "A rather long title of a token 東京", "yes", "Integrator"])
        table.add(["f", "short", "no", "=cmd"])
        return table
    }

    private func printed(columns: Int?) -> [String] { table.lines(columns: columns).map(\.text) }

    @Test func `a table is as wide as needed, or as its terminal`() {
        #expect(printed(columns: nil)[1].contains("A rather long title of a token 東京  yes     Integrator"))
        for columns in [50, 60, 70] {
            for line in printed(columns: columns) { #expect(DisplayWidth.of(line) <= columns, "\(line)") }
            #expect(printed(columns: columns)[1].hasPrefix("0123456789abcdef  "))
        }
    }

    @Test(arguments: [40, 60, 80])
    func `columns that do not fit are below, after the first one again`(columns: Int) {
        let departments = (1...12).map { "Department \($0)" }
        var table = Table(.whatCan(departments))
        table.add(["orders.read", "–"] + departments.map { _ in "yes" })
        let lines = table.lines(columns: columns).map(\.text).filter { !$0.isEmpty }
        for line in lines { #expect(DisplayWidth.of(line) <= columns, "\(line)") }
        let heads = lines.filter { $0.hasPrefix("ACTION") }
        #expect(heads.count > 1 && heads.count * 2 == lines.count)
        for department in departments {
            #expect(heads.count { "\($0)  ".contains("  \(department)  ") } == 1, "\(department)")
        }
    }

    @Test func `columns stay aligned under wide characters`() {
        let lines = printed(columns: nil)
        let offsets = [("PERMISSIONS", 0), ("Integrator", 1), ("=cmd", 2)].map { text, line in
            DisplayWidth.of(lines[line].prefix(upTo: lines[line].ranges(of: text)[0].lowerBound))
        }
        #expect(Set(offsets).count == 1)
    }

    @Test func `CSV has a header and every row`() {
        let lines = table.csv.split(separator: "\r\n")
        #expect(lines.first == "id,name,active,permissions")
        #expect(lines[2] == "f,short,no,\"'=cmd\"")
    }

    @Test func `the heads of each part are marked, and control characters are escaped`() {
        var table = Table(.departments)
        table.add(["1", "a\u{1B}[2Jb", "", ""])
        let lines = table.lines(columns: nil)
        #expect(lines.map { $0.parts[0].style } == [.strong, .plain] && lines[1].text == "1   a\\u{1b}[2Jb")
    }

    @Test func `fields have aligned names, and lines below them`() {
        var fields = KeyValueOutput()
        fields.add("Id", "7")
        fields.add("User Type", ["one", "two"], json: .strings(["one", "two"]))
        let lines = fields.lines
        #expect(lines.map(\.text) == ["Id         7", "User Type  one", "           two"])
        #expect(lines.allSatisfy { $0.parts[0].style == .strong } && lines.map(\.hanging) == [11, 11, 0])
        #expect(fields.json.compact == #"{"id":"7","user_type":["one","two"]}"#)
    }
}
