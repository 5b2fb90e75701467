import Model
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\":1,\"a\":2}", 7), ("01", 1), ("1 2", 2), ("\"\\ud800\"", 1), ("nul", 0),
        ("\"\u{1}\"", 1), ("1e999", 0), ("[1 2]", 3), ("{\"a\" 1}", 5), ("-", 1), ("\"abc", 0),
    ])
    func `malformed JSON is refused with its position`(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONReader.parse(text) }
        #expect(error?.offset == offset)
    }

    @Test func `a fault has its line and column`() {
        let error = #expect(throws: JSONError.self) { try JSONReader.parse("{\n  \"a\": 1,\n  b\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 3)
    }

    @Test func `invalid UTF-8 and deep nesting are refused`() {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0x5C, 0x6E, 0xC0, 0x80, 0x22]] as [[UInt8]] {
            let error = #expect(throws: JSONError.self) { try JSONReader.parse(bytes) }
            #expect(error?.message == "the text is not well-formed UTF-8")
        }
        let deep = #expect(throws: JSONError.self) { try JSONReader.parse(String(repeating: "[", count: 100_000)) }
        #expect(deep?.message.contains("nested deeper than 64 levels") == true && deep?.offset == 64)
    }

    @Test(arguments: [
        "null", "[]", "{}", "[1,-2,3.5,1e+20,\"a\\\"\\\\\\n\\u0001é😀\",true,false,{\"k\":[{}]}]", "9223372036854775807",
    ])
    func `written values read back the same`(text: String) throws {
        let value = try JSONReader.parse(text)
        #expect(try JSONReader.parse(value.compact) == value)
        #expect(try JSONReader.parse(value.pretty) == value)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e309", "-1e400",
    ])
    func `a number that no value can represent is refused, and kept as written in a request`(text: String) throws {
        let error = #expect(throws: JSONError.self) { try JSONReader.parse("{\"n\": \(text)}") }
        #expect(error?.offset == 6, "\(error?.message ?? "")")
        #expect(try JSONReader.parse(request: Array("{\"n\": \(text)}".utf8)).compact == "{\"n\":\(text)}")
        #expect(JSONReader.number(text) == nil)
    }

    @Test(arguments: [
        ("0", JSON.integer(0)), ("-7", .integer(-7)), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)), ("0.1", .number(0.1)), ("1e3", .number(1000)), ("007", nil),
        ("+5", nil),
        ("0x1F", nil), (" 5", nil), ("5 ", nil), ("5\n", nil), (".5", nil), ("5.", nil), ("inf", nil), ("nan", nil),
        ("", nil),
        ("\"5\"", nil), ("[5]", nil), ("true", nil), ("5\u{0}", nil),
    ])
    func `a single number is read as in JSON`(text: String, value: JSON?) {
        #expect(JSONReader.number(text) == value)
    }

    @Test(arguments: [1, 15, 16, 17, 18, 40, 9_997])
    func `a repeated name is refused, in small objects and large ones`(count: Int) throws {
        func object(_ names: [String]) -> String { "{" + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}" }
        let names = (0..<count).map { "n\($0)" }
        #expect(try JSONReader.parse(object(names))["n\(count - 1)"] == .integer(1))
        for twice in [0, count / 2, count - 1] {
            let error = #expect(throws: JSONError.self) { try JSONReader.parse(object(names + ["n\(twice)"])) }
            #expect(error?.message == "the name `n\(twice)` is given twice")
        }
        // Equivalent in Unicode, but different bytes.
        #expect(throws: Never.self) { try JSONReader.parse(object(names + ["\u{E9}", "e\u{301}"])) }
    }

    @Test func `places are those of names, elements and their parents`() throws {
        let text = "{\n \"a\": { \"b.c\": [1,\n  {\"d\": 2}] },\n \"e\": 3 }"
        let places = try JSONReader.located(Array(text.utf8)).1
        func place(_ path: ExactName...) -> [Int] { [places.place(of: path).line, places.place(of: path).column] }
        #expect(
            place() == [1, 1] && place("a") == [2, 2] && place("a", "b.c") == [2, 9]
                && place("a", "b.c", "0") == [2, 17])
        #expect(place("a", "b.c", "1") == [3, 3] && place("a", "b.c", "1", "d") == [3, 4] && place("e") == [4, 2])
        // For a missing member, the place of its parent.
        #expect(place("a", "x") == [2, 2] && place("x") == [1, 1] && place("a", "b.c", "1", "x", "y") == [3, 3])
        #expect(JSONPlaces().place(of: ["a"]) == (1, 1))
    }

    @Test func `surrogate pairs become one character`() throws {
        #expect(try JSONReader.parse("\"\\ud83d\\ude00\"") == .string("😀"))
    }

    @Test func `strings are compared by bytes, not by Unicode equivalence`() {
        #expect(JSON.string("\u{E9}") != .string("e\u{301}"))
        #expect(!Value.string("\u{E9}").equals(.string("e\u{301}")))
    }

    @Test func `mutated documents never trap, and accepted ones round-trip`() throws {
        let seed = Array(
            "{\"subject\":{\"type\":\"token\",\"id\":\"0f\"},\"n\":[1,2.5e3,-0,\"\\u00e9\\n\"],\"t\":true}".utf8)
        var random = SplitMix(state: 7)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: index)
                }
            }
            if let value = try? JSONReader.parse(bytes) {
                #expect(try JSONReader.parse(value.compact) == value)
                accepted += 1
            }
        }
        #expect(accepted > 1_000 && accepted < 19_000, "\(accepted)")
    }

    @Test func `an object is written member by member, without its nil members`() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("there", boolean: true)
            writer.member("line", integer: nil)
            writer.member("code", string: nil as String?)
            writer.object("inner") { $0.member("line", integer: 7) }
            writer.member("names", strings: ["a", "b\"c"])
            writer.array("none") { _ in }
            writer.member("value", value: .null)
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"there":true,"inner":{"line":7},"names":["a","b\"c"],"none":[],"value":null}"#)
    }

    @Test(arguments: [
        ("plain é € 😀", "\"plain é € 😀\""), ("a\u{1B}\u{7F}\n\"\\", #""a\u001b\u007f\n\"\\""#),
        ("\u{9B}31m\u{85}", #""\u009b31m\u0085""#), ("x\u{202E}y\u{2028}\u{2066}", #""x\u202ey\u2028\u2066""#),
        ("\u{A0}\u{2010}", "\"\u{A0}\u{2010}\""),
    ])
    func `characters that could move a cursor or turn the text are escaped`(text: String, expected: String) throws {
        var writer = JSONWriter()
        writer.string(text)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        #expect(try JSONReader.parse(writer.bytes) == .string(text))
    }
}

/// A small seeded generator (Steele, Lea & Flood, "Fast splittable pseudorandom number generators").
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
