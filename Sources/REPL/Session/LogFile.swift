internal import CommandLine
internal import Decisions
internal import Files
internal import Glibc
internal import Model

/// A decision log on disk: one decision per line, numbered from 1.
struct LogFile {
    let path: String

    /// Reads the log line by line, in blocks of 1 MiB.
    /// - Parameter body: receives each line with its number; returns false to stop.
    func scan(_ body: (Int, ArraySlice<UInt8>) -> Bool) throws(CommandError) {
        let descriptor = try File.open(path)
        defer { close(descriptor) }
        var rest: [UInt8] = []
        var number = 0
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress!, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest += block[..<count]
            var start = 0
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                guard body(number, rest[start..<end]) else { return }
                start = end + 1
            }
            rest.removeFirst(start)
        }
        if !rest.isEmpty { _ = body(number + 1, rest[...]) }
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
