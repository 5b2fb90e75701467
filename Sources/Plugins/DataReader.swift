internal import Model
internal import Policies

/// A reader of a table's rows from a JSON or CSV file, which checks the types of its columns.
struct DataReader {
    private static let mostRows = 1_000_000
    private static let mostFaults = 20

    /// The path of the file as messages show it.
    let path: String
    let columns: [PluginTable.Column]
    private(set) var faults: [Diagnostic] = []
    /// For JSON, the place of each fault.
    private var faultyRows: [[ExactName]] = []
    private var cells: [Value] = []
    /// The line of each row of CSV.
    private var lines: [Int] = []

    init(path: String, columns: [PluginTable.Column]) {
        self.path = path
        self.columns = columns
    }

    private mutating func report(_ message: String, line: Int, column: Int? = nil) {
        if faults.count < Self.mostFaults { faults.append(Diagnostic(message, path: path, line: line, column: column)) }
    }

    /// The cells, row by row; errors are in `faults`.
    mutating func read(_ bytes: [UInt8]) -> [Value] {
        if path.hasSuffix(".csv") { readCSV(bytes) } else { readJSON(bytes) }
        return cells
    }

    // MARK: JSON

    /// Reads an array of objects.
    private mutating func readJSON(_ bytes: [UInt8]) {
        let json: JSON
        do throws(JSONError) { json = try JSONReader.parse(bytes) } catch {
            var fault = error
            // With places, the message has advice too.
            do throws(JSONError) { _ = try JSONReader.located(bytes) } catch { fault = error }
            return report(fault.message, line: fault.line, column: fault.column)
        }
        guard case .array(let rows) = json else {
            return report("data must be an array of objects, got \(json.kindName)", line: 1)
        }
        readRows(rows)
        if !faults.isEmpty { locate(in: bytes) }
    }

    /// Gives the faults in rows their lines. Places are kept only for data with a fault: they take more memory than it.
    private mutating func locate(in bytes: [UInt8]) {
        guard let places = try? JSONReader.located(bytes).1 else { return }
        for (index, row) in faultyRows.enumerated() where index < faults.count {
            let place = places.place(of: row)
            faults[index].place.line = place.line
            faults[index].place.column = place.column
        }
    }

    /// The line of a row.
    func line(of row: Int, in bytes: [UInt8]) -> Int {
        if path.hasSuffix(".csv") { return lines[row] }
        return (try? JSONReader.located(bytes).1)?.place(of: ["\(row)"]).line ?? 1
    }

    private mutating func readRows(_ rows: [JSON]) {
        func report(_ message: String, _ place: [ExactName], _ self: inout DataReader) {
            self.report(message, line: 1)
            self.faultyRows.append(place)
        }
        for (number, row) in rows.enumerated() {
            let place: ExactName = "\(number)"
            guard case .object(let members) = row else {
                report("row \(number + 1) must be an object, got \(row.kindName)", [place], &self)
                continue
            }
            guard begin(line: 1) else { return faultyRows.append([place]) }
            for member in members where !columns.contains(where: { $0.name == member.key }) {
                report(
                    "row \(number + 1): unknown column `\(member.key)`\(hint(member.key))", [place, member.key], &self)
            }
            for column in columns {
                let value = members.first { $0.key == column.name }?.value
                let before = faults.count
                if value == nil || value == .null {
                    append(nil, to: column, "row \(number + 1)", 1)
                } else {
                    append(Value(value!, as: column.type), to: column, "row \(number + 1)", 1, got: value!.kindName)
                }
                if faults.count > before { faultyRows.append([place, column.name]) }
            }
        }
    }

    private func hint(_ name: ExactName) -> String { Suggestion.hint(for: name, among: columns.map(\.name)) }

    /// - Returns: `false` when the table is full.
    private mutating func begin(line: Int) -> Bool {
        guard lines.count < Self.mostRows else {
            report("data has at most \(Self.mostRows) rows", line: line)
            return false
        }
        lines.append(line)
        return true
    }

    private mutating func append(
        _ value: Value?, to column: PluginTable.Column, _ place: String, _ line: Int, got: String? = nil
    ) {
        if let value { return cells.append(value) }
        cells.append(.absent)
        if let got {
            report("\(place): `\(column.name)` is \(column.type.withArticle), got \(got)", line: line)
        } else if !column.isOptional {
            report("\(place) has no `\(column.name)`", line: line)
        }
    }

    // MARK: CSV

    /// Reads records as in RFC 4180; the first has the names of the columns.
    private mutating func readCSV(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return report("the file is not valid UTF-8", line: 1)
        }
        var reader = CSVReader(bytes)
        guard let names = reader.next() else {
            return report(reader.fault ?? "the first line must name the columns", line: reader.line)
        }
        let header = names.fields.map { field in columns.firstIndex { $0.name == field } }
        for (field, place) in zip(names.fields, header) where place == nil {
            report("unknown column `\(field)`\(hint(field))", line: 1)
        }
        if Set(names.fields).count < names.fields.count { report("a column is named twice", line: 1) }
        for column in columns where !names.fields.contains(column.name) && !column.isOptional {
            report("the column `\(column.name)` is missing", line: 1)
        }
        guard faults.isEmpty else { return }
        while let record = reader.next() {
            if record.fields == [""] { continue }
            guard record.fields.count == header.count else {
                report("expected \(header.count) fields, got \(record.fields.count)", line: record.line)
                continue
            }
            guard begin(line: record.line) else { return }
            for (index, column) in columns.enumerated() {
                guard let place = header.firstIndex(of: index),
                    !record.fields[place].isEmpty || column.type.isWritten && !column.isOptional
                else {
                    append(nil, to: column, "the row", record.line)
                    continue
                }
                let text = record.fields[place].text
                append(Value(text: text, as: column.type), to: column, "the row", record.line, got: "`\(text)`")
            }
        }
        if let fault = reader.fault { report(fault, line: reader.line) }
    }
}

extension ValueType {
    /// True when an empty field is a value: an empty string, or a list of none.
    fileprivate var isWritten: Bool {
        switch self {
        case .string, .list: true
        default: false
        }
    }
}

extension Value {
    /// Reads a value from a table or a prompt; `nil` for a text of another type.
    init?(text: String, as type: ValueType) {
        switch type {
        case .string: self = .string(text)
        case .boolean where text == "true" || text == "false": self = .boolean(text == "true")
        case .number:
            guard let value = JSONReader.number(text).flatMap({ Value($0, as: .number) }) else { return nil }
            self = value
        // The values stand between semicolons; an empty field is a list of none.
        case .list(let element):
            var list: [Value] = []
            for part in text.isEmpty ? [] : text.split(separator: ";", omittingEmptySubsequences: false) {
                guard let value = Value(text: String(part), as: element) else { return nil }
                list.append(value)
            }
            self = .list(list)
        case .date, .instant, .ip:
            guard let value = Value(JSON.string(text), as: type) else { return nil }
            self = value
        default: return nil
        }
    }
}

/// A reader of comma-separated values, one record at a time.
private struct CSVReader {
    private let bytes: [UInt8]
    private var position = 0
    /// The line of the next record, from 1.
    private(set) var line = 1
    /// The error that ended reading early.
    private(set) var fault: String?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next record and its line; `nil` at the end, or at a fault.
    mutating func next() -> (fields: [ExactName], line: Int)? {
        guard position < bytes.count, fault == nil else { return nil }
        let start = line
        var fields: [ExactName] = []
        var field: [UInt8] = []
        var isQuoted = false
        while true {
            let byte = position < bytes.count ? bytes[position] : UInt8(ascii: "\n")
            let isAtEnd = position >= bytes.count
            if byte == UInt8(ascii: "\"") {
                guard field.isEmpty, !isQuoted else { return stop("a field with a quote in it must be quoted") }
                guard let quoted = quoted() else { return nil }
                field = quoted
                isQuoted = true
                skipReturn()
                guard isAtEndOfField else { return stop("text follows the closing quote of a field") }
                continue
            }
            if byte == 0 { return stop(Self.nul) }
            position += 1
            switch byte {
            case UInt8(ascii: ","):
                fields.append(ExactName(String(decoding: field, as: UTF8.self)))
                (field, isQuoted) = ([], false)
            case UInt8(ascii: "\n"):
                if !isQuoted, field.last == UInt8(ascii: "\r") { field.removeLast() }
                fields.append(ExactName(String(decoding: field, as: UTF8.self)))
                if !isAtEnd { line += 1 }
                return (fields, start)
            default: field.append(byte)
            }
        }
    }

    private static let nul = "a field holds NUL, which is no text"

    private mutating func stop(_ message: String) -> (fields: [ExactName], line: Int)? {
        fault = message
        return nil
    }

    /// Skips the carriage return that ends a line together with a line feed, or with the end of the file.
    private mutating func skipReturn() {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\r") else { return }
        if position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n") { position += 1 }
    }

    /// True before a comma, at the end of a line, and at the end of the file.
    private var isAtEndOfField: Bool {
        position == bytes.count || bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "\n")
    }

    private mutating func quoted() -> [UInt8]? {
        var field: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte == 0 {
                fault = Self.nul
                return nil
            }
            guard byte == UInt8(ascii: "\"") else {
                field.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return field }
            field.append(byte)
            position += 1
        }
        fault = "a quoted field is never closed"
        return nil
    }
}
