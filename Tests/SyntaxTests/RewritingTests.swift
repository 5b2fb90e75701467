internal import HostileScripts
internal import Syntax
internal import Testing

struct RewritingTests {
    private func rewrite(_ source: String) throws -> String {
        String(decoding: try Chunk.parse(Array(source.utf8)).rewritten(), as: UTF8.self)
    }

    @Test(arguments: [
        ("return a == b", "return (__eq(a , b))"), ("return a ~= b", "return (not __eq(a , b))"),
        ("return{}..x", "return __content({})..__content(x)"), ("return f() == ...", "return (__eq(f() , (...)))"),
        ("t[k] = {[k] = 'a' .. v}", "t[__content(k)] = {[__content(k)] = 'a' .. __content(v)}"),
        ("for i = 1, n do end", "for i = 1, __content(n) do end"),
        ("t[1] = t['x'] .. 2", "t[1] = __content(t['x']) .. 2"),
        ("x = not a == b .. c", "x = (__eq(not a , __content(b) .. __content(c)))"),
        ("x = t[a == b]", "x = t[__content((__eq(a , b)))]"),
        ("f(a, g())", "__cut(2,f)(a, g())"), ("f(...)", "__cut(1,f)(...)"), ("f(a, (g()))", "f(a, (g()))"),
        ("f(g(), a)", "f(g(), a)"), ("f()(g())", "__cut(1,(f()))(g())"), ("a.b(g())", "__cut(1,a.b)(g())"),
        ("x:m(g())", "__cut(1,x,\"m\")(g())"), ("x :m(1, ...)", "__cut(2,x ,\"m\")(1, ...)"),
        ("x -- :\n: -- :\nm(g())", "__cut(1,x -- :\n, -- :\n\"m\")(g())"), ("f():m(g())", "__cut(1,f(),\"m\")(g())"),
        ("local function f() end f(g())", "local function f() end f(g())"),
        ("string.rep('x', g())", "string.rep('x', g())"), ("x:gsub(g())", "x:gsub(g())"),
        ("f(tostring(g()))", "f(tostring(g()))"),
        ("local string = t string.rep(g())", "local string = t __cut(1,string.rep)(g())"),
        ("return f(g(h()))", "return __cut(1,f)(__cut(1,g)(h()))"),
        ("x:m(y:n(g()))", "__cut(1,x,\"m\")(__cut(1,y,\"n\")(g()))"),
        ("x:m(g()):n(h())", "__cut(1,__cut(1,x,\"m\")(g()),\"n\")(h())"),
        ("return a -- ==\n== b -- x", "return (__eq(a -- ==\n, b)) -- x"),
    ])
    func `checked operations replace the operators of stock Lua`(source: String, expected: String) throws {
        #expect(try rewrite(source) == expected)
    }

    @Test func `a rewritten program gives the same results, on the same lines`() throws {
        var compared = 0
        for source in snippets.map({ Array($0.utf8) }) {
            guard let chunk = try? Chunk.parse(source), source.first != UInt8(ascii: "#") else { continue }
            let rewritten = chunk.rewritten()
            let text = String(decoding: rewritten, as: UTF8.self)
            #expect(StockLua.refusal(rewritten) == nil, "\(text)")
            let (before, after) = (StockLua.run(source), StockLua.run(rewritten))
            #expect(before.failed == after.failed, "\(text) \(before.text) \(after.text)")
            if !before.failed { #expect(before.text == after.text, "\(text)") }
            #expect(
                rewritten.split(separator: 10, omittingEmptySubsequences: false).count
                    == source.split(separator: 10, omittingEmptySubsequences: false).count)
            compared += 1
        }
        #expect(compared > 40)
    }

    @Test func `Lua still accepts rewritten attacks, except for their nesting`() throws {
        var accepted = 0
        for script in try HostileScript.all() where script.source.count < 60_000 {
            guard let chunk = try? Chunk.parse(script.source) else { continue }
            guard let refusal = StockLua.refusal(chunk.rewritten()) else {
                accepted += 1
                continue
            }
            let isLimit = refusal.contains("C stack overflow") || StockLua.isGeneratorLimit(refusal)
            #expect(isLimit, "\(script.name): \(refusal)")
        }
        #expect(accepted > 150)
    }

    @Test func `a first line that begins with # becomes a comment`() throws {
        #expect(try rewrite("#!lua\nreturn 1") == "--#!lua\nreturn 1")
    }

    @Test func `names, strings and calls are found with their places`() throws {
        let source = "local f <const> = permit\nf('no') x = y:can{'a', 'b', 1} string.rep('z', 2, f) permit [[ok]]"
        let chunk = try Chunk.parse(Array(source.utf8))
        #expect(chunk.globals.map(\.name) == ["permit", "x", "y", "string", "permit"])
        #expect(chunk.globals.map(\.isAssigned) == [false, true, false, false, false])
        #expect(chunk.declaredNames.map(\.name) == ["f", "const"])
        #expect(chunk.calls.map(\.callee) == [.method("can"), .member("string.rep"), .global("permit")])
        #expect(chunk.calls[0].arguments == [.table([Array("a".utf8), Array("b".utf8)])])
        #expect(chunk.calls[1].arguments == [.string(Array("z".utf8)), .number, .other])
        #expect(chunk.calls[2].position.line == 2 && chunk.calls[2].arguments.count == 1)
        #expect(chunk.strings.map(\.bytes) == ["no", "a", "b", "z", "ok"].map { Array($0.utf8) })
        var visited = 0
        chunk.walk { _ in
            visited += 1
            return true
        }
        #expect(visited == chunk.expressions.count + 4 + 1)
    }
}
