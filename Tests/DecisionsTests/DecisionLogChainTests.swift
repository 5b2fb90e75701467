import Decisions
import Files
import Foundation
import Model
import TestSupport
import Testing
import Tokens

/// The chain of a decision log: what is changed, removed, added or moved is found.
@Suite struct DecisionLogChainTests {
    private final class Log {
        private let folder: TestSupport.Folder
        let path: String
        private let service: TokenService
        /// The sealer of a store, and that of another one.
        let sealer: LineSealer
        let other: LineSealer

        init() throws {
            folder = try TestSupport.Folder()
            path = folder.file("decisions.ndjson")
            service = try folder.create("a")
            sealer = try #require(service.lineSealer)
            other = try #require(try folder.create("b").lineSealer)
        }

        /// Appends decisions as one process does.
        @discardableResult func append(_ count: Int, sealer: LineSealer? = nil) throws -> String? {
            var log = try DecisionLog(path: path, sealer: sealer)
            for number in 0..<count {
                let question = Fixture.question([.init("amount", .integer(Int64(number)))])
                try log.append(question, .deny("not_permitted"), nanoseconds: Int64(number))
            }
            return log.remark
        }

        var bytes: [UInt8] {
            get throws { Array(try Data(contentsOf: URL(filePath: path))) }
        }

        /// The lines without their ends.
        var lines: [[UInt8]] {
            get throws {
                try bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map(
                    Array.init)
            }
        }

        func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }
        func write(_ lines: [[UInt8]]) throws { try write(lines.flatMap { $0 + [UInt8(ascii: "\n")] }) }

        func verify(
            _ sealer: LineSealer? = nil, requiresSeals: Bool = true, head: [UInt8]? = nil
        ) throws -> DecisionLogVerification {
            try DecisionLogVerification(
                try OpenFile(path, for: .reading), sealer: sealer, requiresSeals: requiresSeals, head: head)
        }
    }

    @Test func `each line has its number, the hash of the one before, and its own`() throws {
        let log = try Log()
        try log.append(3)
        let lines = try log.lines.map { try JSONReader.parse($0) }
        #expect(lines.map { $0["number"] } == [.integer(1), .integer(2), .integer(3)])
        #expect(lines[0]["previous"] == .string(""))
        #expect(lines[1]["previous"] == lines[0]["hash"] && lines[2]["previous"] == lines[1]["hash"])
        #expect(lines.allSatisfy { $0["hash"]?.string?.utf8.count == 64 && $0["seal"] == nil })
        let result = try log.verify()
        #expect(result.faults.isEmpty && result.lines == 3 && result.linked == 3 && result.sealed == nil)
    }

    @Test func `a log is continued by the next process, and by two at once`() throws {
        let log = try Log()
        try log.append(2)
        var one = try DecisionLog(path: log.path)
        var other = try DecisionLog(path: log.path, sealer: log.sealer)
        for number in 0..<5 {
            try one.append(Fixture.question(), .deny("x"), nanoseconds: Int64(number))
            try other.append(Fixture.question(), .deny("y"), nanoseconds: Int64(number))
        }
        let result = try log.verify(log.sealer)
        #expect(result.faults.isEmpty && result.lines == 12 && result.seals == 5 && result.sealed?.number == 12)
    }

    @Test func `threads that append at once leave one chain`() throws {
        let log = try Log()
        let group = DispatchGroup()
        let path = log.path
        for number in 0..<4 {
            DispatchQueue.global().async(group: group) {
                for _ in 0..<20 {
                    guard var log = try? DecisionLog(path: path) else { return }
                    try? log.append(Fixture.question(), .deny("x"), nanoseconds: Int64(number))
                }
            }
        }
        group.wait()
        let result = try log.verify()
        #expect(result.faults.isEmpty && result.lines == 80, "\(result.faults)")
    }

    @Test func `lines of an earlier version are covered by the first that is chained`() throws {
        let log = try Log()
        let old = Array(#"{"time":"2026-01-01T00:00:00Z","decision":true}"#.utf8)
        try log.write([old, old])
        let unchained = try log.verify()
        #expect(unchained.faults.isEmpty && unchained.linked == 0 && unchained.lines == 2)
        #expect(try log.append(2) == nil)
        let result = try log.verify()
        #expect(result.faults.isEmpty && result.earlier == 2 && result.last?.number == 4)
        var lines = try log.lines
        lines[0][10] ^= 1
        try log.write(lines)
        #expect(try log.verify().faults.map(\.line) == [3])
        try log.write(Array(lines.dropFirst()))
        #expect(try log.verify().faults.map(\.line) == [2])
    }

    @Test func `an incomplete line is kept, reported to the next writer, and found`() throws {
        let log = try Log()
        try log.append(3)
        try log.write(try log.bytes.dropLast(40))
        #expect(
            try log.verify().faults.map(\.message) == [
                "line 3, the last, is incomplete: it was cut off while it was written, or since"
            ])
        let remark = try #require(try log.append(2))
        #expect(remark.hasPrefix("line 3 of `\(log.path)` is incomplete: "))
        #expect(try log.append(1) == nil)
        let result = try log.verify()
        #expect(result.faults.map(\.line) == [3] && result.lines == 6)
    }

    @Test(arguments: [0, 1, 5, 8, 9])
    func `a removed line is found`(place: Int) throws {
        let log = try Log()
        try log.append(10, sealer: log.sealer)
        let head = try #require(try log.verify(log.sealer).last?.hash)
        var lines = try log.lines
        lines.remove(at: place)
        try log.write(lines)
        let result = try log.verify(log.sealer, head: head)
        if place == 9 {
            // Only the noted hash shows that the last line is missing: the one before it is sealed, too.
            #expect(try log.verify(log.sealer).faultCount == 0)
            #expect(result.faults.map(\.line) == [9] && result.faults[0].message.hasPrefix("no line has the hash "))
        } else {
            #expect(
                result.faults[0].message == "the line with the number \(place + 1) is missing before line \(place + 1)")
        }
    }

    @Test func `swapped, repeated and added lines are found, and named`() throws {
        let log = try Log()
        try log.append(10)
        let whole = try log.lines
        func faults(_ change: (inout [[UInt8]]) -> Void) throws -> [String] {
            var lines = whole
            change(&lines)
            try log.write(lines)
            return try log.verify().faults.map(\.message)
        }
        #expect(
            try faults { $0.swapAt(5, 6) } == [
                "line 6 has the number 7: it was moved", "line 7 has the number 6: it was moved",
            ])
        #expect(
            try faults { $0.insert($0[3], at: 6) } == [
                "line 7 has the number 4, which another line has: it was copied, or is of another log",
                "line 8 has the number 7: it was moved",
            ])
        #expect(
            try faults { $0.insert(Array(#"{"decision":true}"#.utf8), at: 6) } == [
                "line 7 has no hash: it was changed, or added without `--log`",
                "line 7 was added since line 8 was written",
            ])
        #expect(
            try faults { $0.append(Array(#"{"decision":true}"#.utf8)) } == [
                "line 11 has no hash: it was changed, or added without `--log`"
            ])
        #expect(
            try faults { $0.removeSubrange(2..<5) } == [
                "the lines with the numbers 3 to 5 are missing before line 3"
            ])
        #expect(
            try faults { $0.removeSubrange(0..<4) } == [
                "the lines with the numbers 1 to 4 are missing before line 1"
            ])
        #expect(try faults { $0.insert([], at: 4) }.count == 2)
        #expect(try faults { $0[4] = [0, 0, 0] }.count == 2)
        #expect(try faults { $0[4].insert(0, at: 9) } == ["line 5 was changed"])
        #expect(try faults { _ in } == [])
    }

    @Test func `two logs one after the other are not one`() throws {
        let (log, other) = (try Log(), try Log())
        try log.append(3)
        try other.append(2)
        try log.write(try log.lines + other.lines)
        let result = try log.verify()
        #expect(result.faults.map(\.line) == [4] && result.faultCount == 1, "\(result.faults)")
    }

    @Test(arguments: [false, true])
    func `a chain that is written anew without the key is found by its seals`(forgesSeals: Bool) throws {
        let log = try Log()
        for _ in 0..<4 { try log.append(5, sealer: log.sealer) }
        #expect(try log.verify(log.sealer).sealed?.number == 20)
        var lines = try log.lines
        var position = LogPosition.start
        for (place, line) in lines.enumerated() {
            var (link, body) = try #require(LineLink.read(line[...]))
            if place == 7 {
                body = Array(String(decoding: body, as: UTF8.self).replacing("false", with: "true").utf8)[...]
            }
            if place >= 7 {
                let digest = LineLink.digest(of: body)
                link = LineLink(after: position, digest: digest[...], sealer: forgesSeals ? log.other : nil)
            }
            lines[place] = Array(body)
            link.write(to: &lines[place])
            position = link.position
        }
        try log.write(lines)
        // Without the key file the chain is whole.
        let unsealed = try log.verify()
        #expect(unsealed.faultCount == 0 && !unsealed.isSealChecked && unsealed.seals == (forgesSeals ? 20 : 7))
        let result = try log.verify(log.sealer)
        #expect(result.sealed?.number == 7 && result.faultCount > 0)
        #expect(
            result.faults[0].message.hasPrefix(
                forgesSeals ? "the seal of line 8 is wrong" : "the lines 8 to 20 are not sealed"), "\(result.faults)")
        #expect(try log.verify(log.sealer, requiresSeals: false).faultCount == (forgesSeals ? 13 : 0))
    }

    @Test func `what is cut off behind a seal is found only with a noted hash`() throws {
        let log = try Log()
        try log.append(4, sealer: log.sealer)
        let head = try #require(try log.verify(log.sealer).last?.hash)
        try log.append(3, sealer: log.sealer)
        let later = try log.verify(log.sealer, head: head)
        #expect(later.faultCount == 0 && later.head?.number == 4)
        let lines = try log.lines
        try log.write(Array(lines.prefix(3)))
        #expect(try log.verify(log.sealer).faultCount == 0)
        #expect(try log.verify(log.sealer, head: head).faultCount == 1)
        try log.write([] as [UInt8])
        #expect(try log.verify(log.sealer, head: head).faultCount == 1)
        #expect(try log.verify().linked == 0)
    }

    /// Any one change of the file is found by somebody who noted the last hash: a line that is removed, repeated or
    /// moved, and a byte that is changed, added or removed, line ends too.
    @Test func `any change of any line is found`() throws {
        let log = try Log()
        try log.append(6)
        try log.append(6, sealer: log.sealer)
        let whole = try log.bytes
        let lines = try log.lines
        let head = try #require(try log.verify().last?.hash)
        var random = Numbers(seed: 21)
        for round in 0..<3_000 {
            var changed = whole
            var own = lines
            let place = Int.random(in: 0..<lines.count, using: &random)
            switch round % 6 {
            case 0: changed[Int.random(in: 0..<whole.count, using: &random)] ^= UInt8(1) << UInt8(round % 8)
            case 1: changed.remove(at: Int.random(in: 0..<whole.count, using: &random))
            case 2:
                changed.insert(
                    UInt8.random(in: 0...255, using: &random), at: Int.random(in: 0...whole.count, using: &random))
            case 3: own.remove(at: place)
            case 4: own.insert(lines[place], at: Int.random(in: 0...lines.count, using: &random))
            default: own.swapAt(place, (place + Int.random(in: 1..<lines.count, using: &random)) % lines.count)
            }
            if round % 6 > 2 { changed = own.flatMap { $0 + [UInt8(ascii: "\n")] } }
            try log.write(changed)
            guard changed != whole else { continue }
            #expect(try log.verify(head: head).faultCount > 0, "round \(round)")
        }
    }

    @Test func `a line longer than any that Demilune writes is found, in bounded memory`() throws {
        let log = try Log()
        try log.append(2)
        var bytes = try log.bytes
        bytes += [UInt8](repeating: UInt8(ascii: "x"), count: (1 << 26) + 10) + [UInt8(ascii: "\n")]
        try log.write(bytes)
        #expect(
            try log.verify().faults.map(\.message) == [
                "line 3 is longer than 64 MiB, which no line of a decision log is"
            ])
    }

    @Test func `the last line of a long line is found again`() throws {
        let log = try Log()
        let long = String(repeating: "y", count: 300_000)
        for _ in 0..<2 {
            var writer = try DecisionLog(path: log.path)
            try writer.append(
                Fixture.question([.init("owner", .string(long))]), .deny("x"), nanoseconds: 1)
        }
        #expect(try log.verify().faultCount == 0)
    }
}
