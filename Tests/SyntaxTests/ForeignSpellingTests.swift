import Syntax
import Testing

/// The messages about source that is written in another language, or is broken: each at its place, with what to write.
@Suite struct ForeignSpellingTests {
    private func fault(of source: [UInt8]) -> String? {
        do throws(SyntaxError) {
            _ = try Chunk.parse(source)
            return nil
        } catch { return "\(error.line):\(error.column): \(error.message)" }
    }

    @Test(arguments: [
        ("if a != b then end", "1:6: `!=` is not Lua: write `~=`"),
        ("if a !== b then end", "1:6: `!==` is not Lua: write `~=`"),
        ("if a <> b then end", "1:6: `<>` is not Lua: write `~=`"),
        ("if a === b then end", "1:6: `===` is not Lua: write `==`"),
        ("if !a then end", "1:4: `!` is not Lua: write `not`"),
        ("if a && b then end", "1:6: `&&` is not Lua: write `and`"),
        ("if a || b then end", "1:6: `||` is not Lua: write `or`"),
        ("local n = 0\nn += 1", "2:3: `+=` is not Lua: write `n = n + …`"),
        ("counts.read -= 1", "1:13: `-=` is not Lua: write `counts.read = counts.read - …`"),
        ("s ..= \"x\"", "1:3: `..=` is not Lua: write `s = s .. …`"),
        ("n++", "1:2: `++` is not Lua: write `n = n + 1`"),
        ("n--\n", "1:2: `--` begins a comment: write `n = n - 1`"),
        ("x.y--", "1:4: `--` begins a comment: write `x.y = x.y - 1`"),
        ("local x = a ? b : c", "1:13: `?` is not Lua: write `condition and one or other`, or an `if`"),
        ("local x = a ?? b", "1:13: `??` is not Lua: ask `:has` first, or write `or` where a value may be nil"),
        ("if a?.b then end", "1:5: `?.` is not Lua: ask `:has` first, and read the attribute only if it is present"),
        ("f = x => x", "1:7: `=>` is not Lua: write `function(x) return … end`"),
        ("x := 1", "1:3: `:=` is not Lua: write `local x = …`"),
        (
            "if a == Action::\"read\" then end",
            "1:15: `::` is not Lua: a name is a string: `request.action == \"orders.read\"`"
        ),
        ("if x = y then end", "1:6: `=` assigns a value and is a statement of its own: write `==` to compare"),
        ("f(x = 1)", "1:5: an argument has no name: write a table, `{ name = value }`, or `==` to compare"),
        ("a.b() = 1", "1:1: only a variable or a field can be assigned to"),
        ("// a comment", "1:1: `//` is not Lua: a comment begins with `--`"),
        ("f() // a comment", "1:5: `//` is not Lua: a comment begins with `--`"),
        ("local x = 5 // five of them", "1:13: `//` divides: a comment begins with `--`"),
        ("/* a comment */", "1:1: `/*` is not Lua: a comment is `-- …` or `--[[ … ]]`"),
        ("# comment\nx = 1\n# comment", "3:1: `#` is not Lua: a comment begins with `--`"),
        ("x = 1\n# comment", "2:1: `#` is not Lua: a comment begins with `--`"),
        ("local s = `text`", "1:11: a backtick is not Lua: a string is written in `\"` or `'`"),
        ("local s = \"a\" \"b\"", "1:15: two strings are joined with `..`"),
    ])
    func `signs of other languages have their spelling in Lua`(source: String, message: String) {
        #expect(fault(of: Array(source.utf8)) == message)
    }

    @Test(arguments: [
        ("@decorator", "1:1: `@` is not Lua: a name has only letters, digits and `_`"),
        ("x = a \\\n  + b", "1:7: `\\` is not Lua: a statement goes on over the end of a line without a sign"),
        (
            "if a then\n  b()\nelse if c then\n  d()\nend\n",
            "3:1: `else if` begins an `if` that needs an `end` of its own: write `elseif`"
        ),
        ("if a then\n  b()\nelif c then\nend", "3:1: `elif` is not Lua: write `elseif … then`"),
        (
            "if a then\n  b()\nelseIf c then\nend",
            "3:1: `elseIf` is not Lua: its words are in small letters, write `elseif`"
        ),
        (
            "function f(x) {\n  g()\n}",
            "1:15: a block has no braces: it begins after `then`, `do` or `)`, and ends with `end`"
        ),
        ("if (a) {\n  g()\n}", "1:8: a block has no braces: it begins after `then`, `do` or `)`, and ends with `end`"),
        (
            "if (a == b) { g() }",
            "1:13: a block has no braces: it begins after `then`, `do` or `)`, and ends with `end`"
        ),
        (
            "if a then g() else {",
            "1:20: a block has no braces: it begins after `then`, `do` or `)`, and ends with `end`"
        ),
        ("while (a) {\n}", "1:11: a block has no braces: it begins after `then`, `do` or `)`, and ends with `end`"),
        (
            "for (let i = 0; i < 3; i++) {\n}",
            "1:5: a `for` has no parentheses: write `for i = 1, 9 do` or `for _, x in ipairs(list) do`"
        ),
        ("if a:\n  g()", "1:5: `:` opens no block: write `then`, and `end` after the block"),
        ("if a: g()", "1:5: `:` opens no block: write `then`, and `end` after the block"),
        ("for x in list:\n  g()\nend", "1:14: `:` opens no block: write `do`, and `end` after the block"),
        ("while a:\n  g()", "1:8: `:` opens no block: write `do`, and `end` after the block"),
        ("else:", "1:1: this `else` belongs to no open block"),
        (
            "function f():\n  g()",
            "1:13: `:` opens no block: write `then` or `do`, or nothing after `else` and a function"
        ),
        ("return { on: \"access\" }", "1:12: a field is written `key = value`: write `on = …`"),
        ("return { \"on\": \"access\" }", "1:14: a field is written `key = value`: write `on = …`"),
        (
            "return { [\"a\"] = 1, \"orders.read\": \"read\" }",
            "1:34: a field is written `key = value`: write `[\"orders.read\"] = …`"
        ),
        ("return { \"a\" = 1 }", "1:10: a field is written `key = value`: write `a = …`"),
        ("return { a = 1\n  b = 2 }", "2:3: `,` expected between two fields near `b`"),
        ("{ \"on\": \"access\" }", "1:1: the file is Lua and ends in `return`: write `return { name = value }`"),
        ("return [\"a\"]", "1:8: a list is written in braces: `{ \"a\", \"b\" }`"),
        ("if x in list then end", "1:6: `in` stands only in a `for`: write `list:contains(x)`"),
        ("if x is y then end", "1:6: `is` is not Lua: write `==`"),
        ("if x AND y then end", "1:6: `AND` is not Lua: its words are in small letters, write `and`"),
        ("Local x = 1", "1:1: `Local` is not Lua: its words are in small letters, write `local`"),
        ("let x = 1", "1:1: `let` is not Lua: write `local x = …`"),
        ("const x = 1", "1:1: `const` is not Lua: write `local x = …`"),
    ])
    func `blocks, tables and words of other languages have their spelling in Lua`(source: String, message: String) {
        #expect(fault(of: Array(source.utf8)) == message)
    }

    @Test(arguments: [
        ("var x = 1", "1:1: `var` is not Lua: write `local x = …`"),
        ("def f(x)", "1:1: `def` is not Lua: write `local function name(…) … end`"),
        ("fn f(x)", "1:1: `fn` is not Lua: write `local function name(…) … end`"),
        (
            "import x",
            "1:1: `import` is not Lua: code that policies share is in `lib/`: `local name = use \"lib.name\"`"
        ),
        ("package authz", "1:1: `package` is not Lua: leave it out: the file's name is the policy's id"),
        ("switch (x) {\n  case 1\n}", "1:1: `switch` is not Lua: write `if … then … elseif … then … else … end`"),
        ("continue", "1:1: `continue` is not Lua: put the rest of the loop's body into an `if`"),
        (
            "for _, x in ipairs(y) do\n  if x then continue end\nend",
            "2:13: `continue` is not Lua: put the rest of the loop's body into an `if`"
        ),
        ("x = lambda y: y", "1:15: `:` calls a method: write `:y(…)`, or `.y` to read an attribute"),
        ("local x: string = \"a\"", "1:8: Lua has no type annotations: leave out `:` and the type"),
        ("function f(a: string) end", "1:13: Lua has no type annotations: leave out `:` and the type"),
        ("x == 1", "1:1: `x` alone is a value and has no effect: compare in an `if`"),
        (
            "request.token",
            "1:1: `request.token` alone is a value and has no effect: call it, or assign it to a variable"
        ),
        (
            "request.token:department == x",
            "1:15: `:` calls a method: write `:department(…)`, or `.department` to read an attribute"
        ),
        ("\"use strict\"", "1:1: a statement begins with a name or a keyword, got a value near `\"use strict\"`"),
        ("42", "1:1: a statement begins with a name or a keyword, got a value near `42`"),
        ("deny(\"not closed)", "1:6: unfinished string `\"not closed)`: it ends with `\"` on the same line"),
        ("deny('don't')", "1:11: the string ends before `t`: write `\\'` for a quote inside it"),
        ("deny(\"say \"no\" now\")", "1:12: the string ends before `no`: write `\\\"` for a quote inside it"),
        ("deny([[not closed\n", "1:6: unfinished long string: write `]]` where it ends"),
        ("--[[ not closed\n", "1:1: unfinished long comment: write `]]` where it ends"),
        ("x = \"\\d+\"", "1:6: invalid escape sequence (a backslash is `\\\\`, a pattern has `%d`) near `\\d`"),
        ("x = 1_000", "1:5: malformed number near `1_`: write digits without `_` or a unit"),
        ("x = 12px", "1:5: malformed number near `12p`: write digits without `_` or a unit"),
        (
            "function f()\n  if a then\n    if b then\n      c()\n  end\nend\n",
            "7:1: `end` expected (to close `if` at line 3) near `<eof>`"
        ),
        ("function f()\nif a then\nc()\nend\n", "5:1: `end` expected (to close `function` at line 1) near `<eof>`"),
        ("function f()\nend\nend", "3:1: this `end` closes nothing: every block is closed"),
        ("if a then\n  return 1\n  b()\nend", "3:3: `return` ends its block: nothing can follow it, got `b`"),
        ("return 1\nreturn 2", "2:1: `return` ends its block: nothing can follow it, got `return`"),
        ("x =\u{A0}1", "1:4: unexpected character U+00A0, no-break space: write an ordinary space"),
        (
            "x = \u{201C}no\u{201D}",
            "1:5: unexpected character `\u{201C}` (U+201C, left double quotation mark): write `\"`"
        ),
        (
            "x = \u{2018}no\u{2019}",
            "1:5: unexpected character `\u{2018}` (U+2018, left single quotation mark): write `'`"
        ),
        ("x = 1 \u{2212} 2", "1:7: unexpected character `\u{2212}` (U+2212, minus sign): write `-`"),
        ("x\u{FEFF} = 1", "1:2: unexpected character U+FEFF, byte order mark: remove it"),
        (
            "gr\u{F6}\u{DF}e = 1",
            "1:3: unexpected character `\u{F6}` (U+00F6, latin small letter o with diaeresis): a name has only the letters `a` to `z` and `A` to `Z`, digits and `_`; other text is a string, in quotes"
        ),
        ("x = a \u{2260} b", "1:7: unexpected character `\u{2260}` (U+2260, not equal to): write `~=`"),
        ("f\u{FF08}\u{FF09}", "1:2: unexpected character `\u{FF08}` (U+FF08, fullwidth left parenthesis): write `(`"),
        ("x \u{200B}= 1", "1:3: unexpected character U+200B, zero width space: remove it"),
    ])
    func `what is broken is said at its place`(source: String, message: String) {
        #expect(fault(of: Array(source.utf8)) == message)
    }

    @Test func `text in UTF-16 and bytes that are not UTF-8 are named`() {
        let wide: [UInt8] = [0xFF, 0xFE] + "return {}".utf8.flatMap { [UInt8]([$0, 0]) }
        #expect(fault(of: wide) == "1:1: the file is not UTF-8 but UTF-16: save it as UTF-8")
        #expect(fault(of: [0x78, 0x20, 0xE9]) == "1:3: the byte 0xE9 is not valid UTF-8: save the file as UTF-8")
    }

    /// Lua that looks foreign keeps its meaning.
    @Test(arguments: [
        "if x then y() else if z then w() end end", "local t = { obj:method(), a = 1, [\"b\"] = 2 }", "x = 7 // 2",
        "x = a == b", "f { 1, 2 }", "if f { 1 } then end", "local let = 1; let = 2", "x = -- comment\n 1",
        "for x in pairs(t) do end", "while (a) do end", "goto done\n::done::", "s = \"a != b && c\"", "x = y ~= z",
    ])
    func `Lua that looks like another language is accepted`(source: String) {
        #expect(fault(of: Array(source.utf8)) == nil)
    }
}
