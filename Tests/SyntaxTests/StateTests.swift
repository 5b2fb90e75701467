internal import Syntax
internal import Testing

struct StateTests {
    private func keepsState(_ source: String) throws -> Bool { try Chunk.parse(Array(source.utf8)).keepsState }

    @Test(arguments: [
        "local n = 0 return { decide = function() n = n + 1 end }",
        "local function new() local n = 0 return function() n = n + 1 return n end end local c = new()",
        "local seen = {} return { decide = function(r) seen[1] = r end }",
        "local seen = {} return { decide = function(r) local mine = seen mine.x = r end }",
        "local p = {} function p.decide() p.decide = nil end return p",
        "local p = {} function p.decide() function p.x() end end return p",
        "local s = {} return { decide = function() table.insert(s, 1) end }",
        "local s = {} return { decide = function() local t = {} t = s t.x = 1 end }",
        "local s = {} return { decide = function() local t = {} do local t = s t.x = 1 end end }",
        "local insert = table.insert return { decide = function() end }",
        "local t = table return { decide = function() t.insert({}, 1) end }",
        "return { decide = function() (table).sort({}) end }",
        "return { decide = function() table['insert']({}, 1) end }",
        "local s = {} return { decide = function() for i = 1, 2 do s[i] = i end end }",
        "local s = {} return { decide = function() local t <const> = s; t[1], s = 1, 2 end }",
        "local function f() local t = {} return function() t[1] = 1 end end return { decide = f() }",
        "local s = {} return { decide = function() table.move({1}, 1, 1, 1, s) end }",
    ])
    func `a function that could keep state is found`(source: String) throws { #expect(try keepsState(source)) }

    @Test(arguments: [
        "return { decide = function(r) permit() end }",
        "local p = {} p.on = 'access' function p.decide(r) local n = 0 n = n + 1 end return p",
        "local names = { 'a' } names[2] = 'b' table.insert(names, 'c') return { decide = function() return #names end }",
        "return { decide = function() local t = {} t[1] = 1 t.x = 2 table.insert(t, 3) return table.concat(t) end }",
        "local concat = table.concat return { decide = function() return concat({}) end }",
        "local n <const> = 1 local function f(x) x = x + n return x end return { decide = f }",
        "",
    ])
    func `a function that cannot keep state is not reported`(source: String) throws {
        #expect(try !keepsState(source))
    }
}
