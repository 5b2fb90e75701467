import Benchmarks
import Model
import Testing

@Suite struct HospitalBenchmarkTests {
    @Test(arguments: [1, 3])
    func `a hospital decides as it expects, and each department has 33 policies`(departments: Int) throws {
        let row = try HospitalBenchmark.row(
            departments: departments, directory: .empty, now: Instant("2026-11-22T12:00:00Z")!)
        #expect(row.times.policies == 33 * departments + 5)
        #expect(row.requests == 500 && (20..<300).contains(row.permitted))
        #expect(row.first > 0 && row.times.tree.median > 0 && row.times.runs == 0)
    }
}
