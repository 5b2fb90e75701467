import Testing

@testable import Decisions

@Suite struct SeenNamesTests {
    private func claim(_ name: String, of object: Int, _ names: inout SeenNames) -> Bool {
        var name = name
        return name.withUTF8 { unsafe names.claim(UnsafeRawBufferPointer($0), of: object) }
    }

    @Test func `a name is new once in each object and in each line`() {
        var names = SeenNames()
        for line in 0..<3 {
            names.begin()
            for number in 0..<500 {
                #expect(claim("p\(number)", of: 1, &names), "line \(line), \(number)")
                #expect(claim("p\(number)", of: 2, &names))
            }
            for number in 0..<500 { #expect(!claim("p\(number)", of: 1 + number % 2, &names)) }
            #expect(claim("", of: 1, &names) && !claim("", of: 1, &names))
        }
    }

    @Test func `more names than are kept are not taken for new`() {
        var names = SeenNames()
        for number in 0..<SeenNames.most { #expect(claim("\(number)", of: number % 7, &names)) }
        #expect(!claim("another", of: 1, &names))
        names.begin()
        #expect(claim("another", of: 1, &names))
    }
}
