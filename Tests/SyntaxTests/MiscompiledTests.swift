internal import Syntax
internal import Testing

struct MiscompiledTests {
    private static let constants = (0..<260).map { "\($0).5" }.joined(separator: ", ")

    private func lines(_ source: String) throws -> [Int] {
        try Chunk.parse(Array(source.utf8)).miscompiled.map(\.line)
    }

    @Test func `stock Lua miscompiles functions with many constants`() throws {
        // When this fails, the library was fixed, and the rule can be removed.
        #expect(StockLua.run(Array("local t = { \(Self.constants) } return 1 ~ (2 or 3)".utf8)).text == "0|")
    }

    @Test(arguments: [
        ("local t = { C }\nreturn 1 ~ (2 or 3)", [2]),
        ("local t = { C } return function()\nreturn 1 ~ (2 or 3) end", []),
        ("local function f()\nlocal t = { C } return 1 & x end\nreturn 2 | y", [2]), ("return { C }, 1 + 2, ~x", []),
        ("return 1 << 2, 3 & 4", []), ("local t = { C }\nlocal function f() return 1 & 2 end\nreturn 3 >> x", [3]),
        ("return function() return function()\nreturn { C }, x | 1 end end", [2]),
    ])
    func `a bitwise operator is found in the function that has the constants`(source: String, expected: [Int]) throws {
        #expect(try lines(source.replacing("C", with: Self.constants)) == expected)
    }
}
