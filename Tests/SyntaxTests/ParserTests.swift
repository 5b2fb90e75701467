internal import Glibc
internal import HostileScripts
internal import Syntax
internal import Testing

struct ParserTests {
    /// The difference between our refusal and Lua's, except when only Lua's code generator refuses.
    private func disagreement(_ source: [UInt8]) -> String? {
        var own: String?
        do throws(SyntaxError) { _ = try Chunk.parse(source) } catch { own = "\(error.line): \(error.message)" }
        let judged = StockLua.refusal(source)
        if (own == nil) == (judged == nil) { return nil }
        if own == nil, let judged, StockLua.isGeneratorLimit(judged) { return nil }
        return "own: \(own ?? "accepted"), Lua: \(judged ?? "accepted")"
    }

    private func agree(_ source: [UInt8], _ name: String) {
        if let difference = disagreement(source) {
            Issue.record("\(difference)\n\(name): \(String(decoding: source.prefix(800), as: UTF8.self))")
        }
    }

    @Test func `the parser accepts exactly what Lua accepts`() throws {
        for snippet in snippets { agree(Array(snippet.utf8), "snippet") }
        // Lua takes seconds for some of the files that are longer than any policy may be.
        let isLong = unsafe getenv("DEMILUNE_LONG") != nil
        for script in try HostileScript.all() where isLong || script.source.count <= 65_536 {
            agree(script.source, script.name)
        }
    }

    @Test(arguments: [1, 190, 196, 197, 198, 199, 200, 201, 250, 254, 255, 256, 257])
    func `limits are Lua's own`(count: Int) {
        func times(_ text: String) -> String { String(repeating: text, count: count) }
        func list(_ make: (Int) -> String) -> String { (1...count).map(make).joined(separator: " ") }
        let sources = [
            "return " + times("(") + "1" + times(")"), times("do ") + times(" end"), "return " + times("-") + "1",
            "return " + times("{") + times("}"), list { "local a\($0)" }, "x = " + times("1 .. ") + "1",
            times("a, ") + "a = 1", list { "::a\($0)::" }, times("if x then ") + times(" end"),
            "x = " + times("2 ^ ") + "1",
            times("while x do if x then break; ") + times(" end end"),
            "return " + times("function() return ") + times(" end"),
            "local function f(" + (1...count).map { "a\($0)" }.joined(separator: ", ") + ") end",
            list { "local a\($0)" } + " for i = 1, 2 do end", times("if x then if x then break end "),
            "while x do " + times("do ") + "if x then break end" + times(" end") + " end",
            "local function f() " + list { "local a\($0)" } + " return function() local function g() "
                + list { "local b\($0)" } + " return function() return x" + list { ", a\($0), b\($0)" }
                + " end end end end",
        ]
        for source in sources { agree(Array(source.utf8), "\(count)") }
    }

    @Test(arguments: [
        "1 + 1", "1 / 0", "-0.0", "0.0", "not 1", "1 and 2", "nil and 2", "nil or 2", "1 or 2", "(3)", "7 // 0",
        "-7 % 3.5",
        "1 << 70", "1.5 | 1", "2.0 | 1", "'a' .. 'b'", "1 < 2", "#'a'", "{}", "-'1'", "2 ^ 0.5", "0 * 1.0", "~1",
        "1 == 1",
        "7 % -1", "0.0 // 5", "not (1 < 2)", "x0", "x0 + 1", "-x0", "y",
    ])
    func `only constants of Lua's compiler are not upvalues`(value: String) {
        var source = "local x0 <const> = 5 "
        for group in 0..<2 {
            let names = (1...130).map { "local v\(group)_\($0) <const> = \(value)" }.joined(separator: " ")
            source += "local function f\(group)() " + names + " "
        }
        let uses = (1...130).map { "v0_\($0) + v1_\($0)" }.joined(separator: " x = ")
        source += "return function() x = \(uses) end end end"
        agree(Array(source.utf8), value)
    }

    @Test(arguments: [42, 43])
    func `ten thousand mutations are judged as Lua judges them`(seed: UInt64) throws {
        var random = Random(state: seed)
        var accepted = 0
        let sources = try (snippets.map { Array($0.utf8) } + HostileScript.all().map(\.source))
            .filter { $0.count < 360 }
        for round in 0..<10_000 {
            var source = sources[round % sources.count]
            for _ in 0...random.below(2) { mutate(&source, &random) }
            agree(source, "mutation \(round)")
            guard let chunk = try? Chunk.parse(source) else { continue }
            accepted += 1
            let rewritten = chunk.rewritten()
            if let refusal = StockLua.refusal(rewritten), !StockLua.isGeneratorLimit(refusal) {
                Issue.record("rewritten: \(refusal)\n\(String(decoding: rewritten, as: UTF8.self))")
            }
        }
        #expect(accepted > 1_000 && accepted < 9_000)
    }

    private func mutate(_ source: inout [UInt8], _ random: inout Random) {
        if source.isEmpty { return source.append(UInt8(ascii: "(")) }
        let place = random.below(source.count)
        let other = random.below(source.count)
        let end = min(source.count, place + 1 + random.below(6))
        switch random.below(6) {
        case 0: source.removeSubrange(place..<end)
        case 1: source.insert(contentsOf: source[place..<end], at: other)
        case 2: source.swapAt(place, other)
        case 3: source[place] = UInt8(random.below(256))
        default:
            let tokens = [
                "end", "do", "==", "..", "...", "(", ")", "local ", "<const>", "break", "goto a", "::a::", "=", ",",
                "then",
                "function", "return", "1", "'", "[[", "]]", "--", "\\", "0x", "until", "repeat", "if ", "{", "}", "\n",
                "x",
            ]
            source.insert(contentsOf: " \(tokens[random.below(tokens.count)]) ".utf8, at: place)
        }
    }

    @Test func `messages name what was expected, what it closes and what was found`() {
        let error = #expect(throws: SyntaxError.self) {
            try Chunk.parse(Array("local x\n\nfunction f()\n  if x then\n  end\nuntil".utf8))
        }
        #expect(error?.message == "`end` expected (to close `function` at line 3) near `until`")
        #expect(error?.line == 6 && error?.column == 1 && error?.offset == 40)
        #expect(error?.code == .unexpected)
    }
}

/// A pseudo-random generator with the same numbers on every run.
struct Random {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
