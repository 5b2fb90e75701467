internal import CommandLine
internal import Decisions
internal import Files
internal import Model

/// A decision log on disk: one decision per line, numbered from 1.
struct LogFile {
    let path: String

    /// Reads the log line by line.
    /// - Parameter body: receives each line with its number; returns false to stop.
    func scan(_ body: (Int, ArraySlice<UInt8>) -> Bool) throws(CommandError) {
        do throws(FileError) {
            try FileLines.forEach(of: try OpenFile(path, for: .reading)) { body($0.number, $0.bytes) }
        } catch { throw CommandError(error) }
    }

    /// The decision with this number.
    func record(_ number: Int) throws(CommandError) -> DecisionRecord {
        var found: [UInt8]?
        var last = 0
        try scan { current, line in
            last = current
            if current == number { found = Array(line) }
            return current < number
        }
        guard let found else { throw CommandError("`\(path)` has \(last) decisions; there is no #\(number)") }
        return try Self.record(found)
    }

    static func record(_ line: [UInt8]) throws(CommandError) -> DecisionRecord {
        do { return try DecisionRecord(try JSONReader.parse(request: line)) } catch let error as RequestError {
            throw CommandError(error.message)
        } catch { throw CommandError("the line is not a record of a decision log") }
    }
}
