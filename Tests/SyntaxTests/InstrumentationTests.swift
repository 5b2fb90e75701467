internal import Syntax
internal import Testing

/// Programs that report their coverage.
@Suite struct InstrumentationTests {
    private func instrumented(_ source: String) throws -> InstrumentedProgram {
        try Chunk.parse(Array(source.utf8)).instrumented(questions: ["has"], effects: ["deny"])
    }

    /// The instrumented body of a function.
    private func inside(_ body: String) throws -> String {
        let text = String(decoding: try instrumented("function f()\n\(body)\nend").source, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
            .joined(separator: "\n")
    }

    @Test(arguments: [
        ("f()", "__probe(0);f()"), ("local x; ; x = 1", "__probe(0);local x; ; __probe(1);x = 1"),
        ("(f)()", "__probe(0);(f)()"), ("do return end", "do __probe(0);return end"),
        (
            "if a < b then return end",
            "__probe(0);if __truth(1,__operand(1,1,a) < __operand(1,2,b)) then __probe(2);return end"
        ),
        (
            "if a and not (b == c) then end",
            "__probe(0);if __truth(1,__truth(2,a) and not (__truth(3,(__eq(b , c))))) then end"
        ),
        ("local x = a or b.c", "__probe(0);local x = __truth(1,a) or b.c"),
        ("while true do break end", "__probe(0);while true do __probe(1);break end"),
        ("repeat local y = f() until y", "__probe(0);repeat __probe(1);local y = f() until __truth(2,y)"),
        (
            "return t[a == b], x:has('k')",
            "__probe(0);return t[__content(__truth(1,(__eq(a , b))))], __truth(2,x:has('k'))"
        ),
        ("goto e ::e::", "__probe(0);goto e ::e::"),
        ("local function g() return end", "__probe(0);local function g() __probe(1);return end"),
    ])
    func `sites are reported at their places`(body: String, expected: String) throws {
        #expect(try inside(body) == expected)
    }

    @Test func `code outside of functions reports nothing`() throws {
        let program = try instrumented("if a then b() end\nreturn { f = function() deny('x') end, k = a == b }")
        #expect(program.sites.map(\.position.line) == [2])
        #expect(program.effectCalls.map(\.name) == ["deny"] && program.effectCalls.map(\.statement) == [0])
        let script = String(decoding: try instrumented("#!lua\nreturn 1").source, as: UTF8.self)
        #expect(script.hasPrefix("--#!lua\nlocal function __truth"))
    }

    @Test func `branches, conditions and orders are distinguished`() throws {
        let program = try instrumented(
            "function f()\n if a and b <= c then deny() end local v = x or y local w = p:has('q') while not z do end end"
        )
        let truths = program.sites.filter { $0.kind == .truth }
        #expect(truths.map { $0.branch } == [.if, .and, nil, .or, nil, .while, nil])
        #expect(truths.map(\.asks) == [false, true, true, true, true, false, true])
        #expect(truths.map(\.orders) == [false, false, true, false, false, false, false])
    }

    @Test func `an instrumented program gives the same results, on the same lines`() throws {
        var compared = 0
        let silent = "local function __probe() end "
        for body in snippets where !body.hasPrefix("#") {
            // Inside a function, which is instrumented.
            let source = Array("return (function(...) \(body)\nend)(...)".utf8)
            guard let chunk = try? Chunk.parse(source) else { continue }
            let instrumented = chunk.instrumented(questions: ["has", "find"], effects: ["print"])
            let text = Array(silent.utf8) + instrumented.source
            #expect(StockLua.refusal(text) == nil, "\(String(decoding: text, as: UTF8.self))")
            let (before, after) = (StockLua.run(chunk.rewritten()), StockLua.run(text))
            #expect(before.failed == after.failed, "\(body): \(before.text) \(after.text)")
            if !before.failed { #expect(before.text == after.text, "\(body)") }
            let lines = { (bytes: [UInt8]) in bytes.count { $0 == 10 } }
            #expect(lines(text) == lines(source))
            compared += 1
        }
        #expect(compared > 40)
    }
}
