import CLuaLoad
import Foundation
import Syntax
import Testing

@Suite struct ParserTests {
    static let snippets = [
        "local a <const> = 1; local b <close> = nil; return a + (b and 1 or 2)",
        "goto done; do local x = 1 end ::done:: return 1", "for i = 1, 10, 2 do if i == 3 then break end end",
        "for k, v in pairs({ a = 1, [2] = 'x'; 3 }) do print(k, v) end", "repeat local x = f() until x == nil",
        "local function f(a, ...) return select('#', ...), a.b.c:d{ 1 }'x' end",
        "return 0x1p4, 0xA.8, 1e10, .5, 3., 0xffffffffffffffffff",
        "return '\\x41\\u{10FFFF}\\z  \\065\\\n', [==[ ]] ]==] --[[ c ]] .. \"q\"", "a.b[c], d = 1, 2",
        "function a.b.c:d() return self end",
        "return -x ^ 2 .. 'a' .. (b == c) and not d ~= e", "while true do goto continue; local x ::continue:: end",
        "do goto l1; ::l1:: end ::l2::", "local t = { f = function() return ... end }", "x = 1 = 2", "break",
        "goto nowhere",
        "local x <const> = 1; x = 2", "local x <foo> = 1", "::a:: ::a::", "goto x; local y; ::x:: print(y)",
        "return return", "f() = 1", "(f)",
        "a.b:c", "for i = 1 do end", "if x then else elseif y then end", "local function end", "x = }", "x = '\\400'",
        "x = '\\q'", "x = \"a\nb\"",
        "x = 0x", "x = 3x", "x = 1..2", "x = [=a", "x = [==[ unfinished", "--[[ unfinished",
        "return ~~x, #-x, not not x", "return a // b >> c << d & e | f ~ g",
        "local a <close>, b <close> = 1, 2", "return function(a, b,) end", "return function(..., a) end",
        "f{}; f''; f[[]]", "return (...)", ";;;",
        "x, y.z = 1", "local x, y.z = 1", "do local a goto b ::b:: end", "repeat goto c local x ::c:: until x",
        "repeat goto c local x; ::c:: ; until true",
        "while 1 do local function f() break end end", "return 1,", "@", "x = 08", "return 1e+", "\u{FEFF}return 1",
        "#!shebang",
    ]

    private func accepts(_ source: [UInt8]) -> (Bool, String) {
        var message = [CChar](repeating: 0, count: 512)
        let isAccepted = unsafe source.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                unsafe cluaload_accepts(text.baseAddress, text.count, &message, message.count)
            }
        }
        return (
            isAccepted == 1, String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        )
    }

    private func agree(_ source: [UInt8]) -> String? {
        let (isAccepted, message) = accepts(source)
        do throws(SyntaxError) {
            _ = try Chunk.parse(source)
            // Lua's code generator has limits that no grammar knows.
            let limits = [
                "too many registers", "control structure too long", "constants", "C stack overflow", "C levels",
            ]
            if isAccepted || limits.contains(where: message.contains) { return nil }
            return "ours accepts, Lua says: \(message)"
        } catch {
            return isAccepted ? "Lua accepts, ours says at \(error.line): \(error.message)" : nil
        }
    }

    @Test(arguments: snippets) func `it accepts what Lua accepts`(source: String) {
        #expect(agree(Array(source.utf8)) == nil)
    }

    @Test func `too many locals, upvalues and levels are refused as Lua does`() {
        let locals = (0..<201).map { "local a\($0)" }
        #expect(agree(Array(locals.joined(separator: "\n").utf8)) == nil)
        #expect(agree(Array(locals.dropLast().joined(separator: "\n").utf8)) == nil)
        for depth in [50, 150, 250, 100_000] {
            let nested = String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
            #expect(agree(Array("return \(nested)".utf8)) == nil)
        }
    }

    /// Every Lua file that is at hand, so that the parser meets what it was not written for.
    static var files: [[UInt8]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folders = [
            root.appending(path: "policies"), root.appending(path: "../shared/hostile"), URL(filePath: "/usr/share"),
        ]
        var files: [[UInt8]] = []
        for folder in folders {
            let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            while let url = walk?.nextObject() as? URL, files.count < 1_500 {
                guard url.pathExtension == "lua", let data = try? Data(contentsOf: url), data.count < 200_000 else {
                    continue
                }
                files.append(Array(data))
            }
        }
        return files
    }

    @Test func `it agrees with Lua over every file and over mutated ones`() {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let files = Self.files
        for file in files {
            if let fault = agree(file) {
                Issue.record("\(fault): \(String(decoding: file.prefix(200), as: UTF8.self))")
            }
        }
        let seeds = Self.snippets.map { Array($0.utf8) } + files.filter { $0.count < 1_000 }
        let pieces = [
            "end", "==", "..", "(", ")", "local ", "goto x", "::x::", "<const>", "function", "[", "]", "{", "}", "\"",
            "'", "\\", "...", "=", ",", "--[[", "0x", "until ",
        ]
        for _ in 0..<20_000 {
            var bytes = seeds[random(seeds.count)]
            for _ in 0...random(3) where !bytes.isEmpty {
                let index = random(bytes.count)
                switch random(4) {
                case 0: bytes[index] = UInt8(random(128))
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: Array(pieces[random(pieces.count)].utf8), at: index)
                default: bytes.removeSubrange(index..<min(bytes.count, index + random(12)))
                }
            }
            if let fault = agree(bytes) { Issue.record("\(fault): \(String(decoding: bytes, as: UTF8.self))") }
        }
    }
}

@Suite struct RewritingTests {
    @Test(arguments: [
        ("return a == b", "return (__eq(a , b))"), ("return a ~= b", "return (not __eq(a , b))"),
        ("return a == b == c", "return (__eq((__eq(a , b)) , c))"), ("return t[k].x", "return t[__content(k)].x"),
        ("t[k], t.x = 1, 2", "t[__content(k)], t.x = 1, 2"),
        ("return { [k] = v, ['x'] = 1, [2] = 3 }", "return { [__content(k)] = v, ['x'] = 1, [2] = 3 }"),
        ("return 'a' .. b .. c", "return 'a' .. __content(b) .. __content(c)"),
        ("for i = a, 10 do end", "for i = __content(a), 10 do end"),
        ("return not a == b", "return (__eq(not a , b))"), ("return x == ...", "return (__eq(x , (...)))"),
        ("return a --==\n == --[[ == ]] b -- c", "return (__eq(a --==\n , --[[ == ]] b)) -- c"),
        ("return t[a == b]", "return t[__content((__eq(a , b)))]"),
        ("return a .. b == c", "return (__eq(__content(a) .. __content(b) , c))"),
        ("return(a)..b", "return __content((a))..__content(b)"),
        ("return f(a == b, c ~= d)", "return f((__eq(a , b)), (not __eq(c , d)))"),
    ])
    func `comparisons, keys and concatenations become checked`(source: String, expected: String) throws {
        #expect(String(decoding: try Chunk.parse(Array(source.utf8)).rewritten(), as: UTF8.self) == expected)
    }

    @Test(arguments: [
        "local t = { 1, 2, ['3'] = 3 }\nlocal s = ''\nfor i = 1, #t do s = s .. t[i] .. ',' end\nreturn s .. tostring(t['3'] == 3)",
        "local function f(...) return 1 == ..., (...) == 1 end\nreturn tostring(f(1, 2)) .. tostring(f(2))",
        "local n = 0\nfor i = 10, 1, -3 do if i ~= 7 then n = n + i end end\nreturn n .. ''",
        "local a, b = 1, 2\nreturn tostring(not a == b) .. tostring(a == b == false) .. tostring(-a ^ 2 == -1) .. (a .. b == '12' and 'y' or 'n')",
        "local t = {}\nt['a' .. 1], t[2 == 2] = 'x', 'y'\nreturn t.a1 .. t[true]",
    ])
    func `a rewritten program means the same, line for line`(source: String) throws {
        func run(_ bytes: [UInt8]) -> String {
            var result = [CChar](repeating: 0, count: 512)
            unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                    _ = unsafe cluaload_run(text.baseAddress!, text.count, &result, result.count)
                }
            }
            return String(decoding: result.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        let bytes = Array(source.utf8)
        let rewritten = try Chunk.parse(bytes).rewritten()
        #expect(run(rewritten) == run(bytes))
        #expect(rewritten.count { $0 == 0x0A } == bytes.count { $0 == 0x0A })
    }
}
