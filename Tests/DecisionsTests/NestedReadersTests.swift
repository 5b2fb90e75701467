import Foundation
import Model
import TestSupport
import Testing

@testable import Decisions

/// The two readers of requests, over schemas with records, maps and lists inside each other.
@Suite struct NestedReadersTests {
    private static let stated = ProcessInfo.processInfo.environment["DEMILUNE_FUZZ_REQUESTS"].flatMap(Int.init)
    private static let schemas = 40

    /// `make fuzz` reads a million requests, over other schemas each time.
    @Test(arguments: 0..<8) func `no request over a made-up schema makes the two differ`(part: Int) throws {
        let each = (Self.stated ?? 20_000) / 8
        let first = Self.stated == nil ? UInt64(part * 1_000) : UInt64.random(in: 0...UInt64.max / 2)
        let directory = try Fixture.directory()
        var (done, sure, seed) = (0, 0, first)
        while done < each {
            var generator = SchemaGenerator(seed: seed)
            let readers = try #require(ReaderPair(schema: generator.schema(), directory: directory))
            for _ in 0..<min(each - done, max(1, each / Self.schemas)) {
                let line = generator.line(readers.schema, token: "00000000000000010000000000000001")
                if readers.check(line) { sure += 1 }
                done += 1
            }
            seed += 1
        }
        if Self.stated != nil { print("fuzz: \(done) requests, \(sure) by the fast reader, seeds from \(first)") }
        // Most are read by the fast one; without that, nothing would be compared.
        #expect(sure > done / 3, "\(sure) of \(done)")
    }
}
