import Model
import Testing

@testable import Engine

@Suite struct ListIndexesTests {
    private static let elements: [Value] = [
        .integer(0), .integer(3), .number(0.5), .number(-0.0), .integer(.max), .number(9_007_199_254_740_994),
        .number(1e300), .number(.infinity), .integer(1 << 53), .integer(1 << 53 + 1), .number(-1e300), .integer(-7),
    ]

    @Test(
        arguments: [
            .integer(0), .number(0), .number(-0.0), .number(3), .integer(3), .number(3.5), .number(0x1p63),
            .number(.nan), .number(.infinity), .number(-.infinity), .integer(1 << 53), .number(9_007_199_254_740_992),
            .integer(1 << 53 + 1), .integer(.max), .integer(.min), .number(1e300), .string("3"),
        ] as [Value])
    func `a hashed list holds the same numbers as a scanned one`(wanted: Value) {
        let list = Self.elements + (100..<120).map { .integer($0) }
        var indexes = ListIndexes()
        let scanned = list.contains { $0.equals(wanted) }
        for _ in 0..<10 {
            let isThere = indexes.contains(wanted, in: .list(list), 1, request: 1)
            #expect(isThere == scanned)
        }
    }

    @Test func `strings are compared by their bytes`() {
        let list: [Value] = (0..<20).map { .string("s\($0)") } + [.string("caf\u{E9}")]
        var indexes = ListIndexes()
        for _ in 0..<10 {
            let isThere = indexes.contains(.string("caf\u{E9}"), in: .list(list), 1, request: 1)
            let isTwinThere = indexes.contains(.string("cafe\u{301}"), in: .list(list), 1, request: 1)
            #expect(isThere && !isTwinThere)
        }
    }

    @Test func `the list of another request is another one`() {
        var indexes = ListIndexes()
        let (one, other): ([Value], [Value]) = ((0..<20).map { .integer($0) }, (50..<70).map { .integer($0) })
        for _ in 0..<10 {
            let isThere = indexes.contains(.integer(5), in: .list(one), 1, request: 1)
            #expect(isThere)
        }
        var isThere = indexes.contains(.integer(5), in: .list(other), 1, request: 2)
        #expect(!isThere)
        isThere = indexes.contains(.integer(55), in: .list(other), 1, request: 2)
        #expect(isThere)
    }
}
