/// Policies generated from a grammar: mostly well formed, sometimes broken, always the same for a seed.
struct PolicyGrammar {
    private var random: Seeded
    private var depth = 0
    private var locals: [String] = []

    init(seed: UInt64) {
        random = Seeded(state: seed)
    }

    /// A small seeded generator (Steele, Lea & Flood, "Fast splittable pseudorandom number generators").
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    mutating func policy() -> [UInt8] {
        locals = []
        var text =
            chance(3)
            ? "local config = settings { limit = 10, names = list \"string\", strict = true, last = date \"2026-12-31\", nets = list { network \"10.0.0.0/8\" } }\n"
            : ""
        if text.isEmpty == false { locals.append("config") }
        for _ in 0..<pick(3) { text += statement() }
        let head = one([
            "on = \"access\"", "on = \"access\", grants = { \"*\" }",
            "on = \"access\", subject = \"any\", grants = { \"orders.*\" }",
            "on = { \"access\", \"token.list\" }", "on = \"access\", mode = \"observe\"",
            "on = \"access\", enabled = false",
        ])
        locals.append("request")
        text += "local function as_it_is(...) return ... end\n"
        text += "return { \(head), decide = function(request) request = request\n\(block(1 + pick(6)))end }\n"
        var bytes = Array(text.utf8)
        if chance(8) { damage(&bytes) }
        return bytes
    }

    /// Drops, doubles, swaps or invents bytes.
    private mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0...pick(3) where !bytes.isEmpty {
            let index = pick(bytes.count)
            switch pick(4) {
            case 0: bytes.remove(at: index)
            case 1: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.insert(bytes[pick(bytes.count)], at: index)
            default: bytes.swapAt(index, pick(bytes.count))
            }
        }
    }

    private mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    private mutating func chance(_ one: Int) -> Bool { pick(one) == 0 }
    private mutating func one(_ texts: [String]) -> String { texts[pick(texts.count)] }

    private mutating func block(_ count: Int) -> String {
        let known = locals
        defer { locals = known }
        var text = ""
        for _ in 0..<count { text += statement() }
        return text
    }

    private mutating func statement() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 6 else { return "error(\(string()))\n" }
        switch pick(16) {
        case 0, 1:
            let name = "v\(locals.count)"
            let text = "local \(name) = \(unseen())\n"
            locals.append(name)
            return text
        case 2, 3: return "if \(condition()) then\n\(block(1 + pick(2)))\(chance(2) ? "else\n\(block(1))" : "")end\n"
        case 4: return "for i = \(number()), \(number()) do \(block(1)) if i > 20 then break end end\n"
        case 5: return "for k, v in \(one(["pairs", "ipairs"]))(\(unseen())) do \(block(1)) end\n"
        case 6: return "while \(condition()) do \(block(1)) end\n"
        case 7: return "repeat \(block(1)) until \(condition())\n"
        case 8: return "do local t = { \(value()), \(value()), k = \(value()) } t[\(unseen())] = \(value()) end\n"
        case 9: return "\(call())\n"
        case 10: return "goto l\(depth)\(pick(2)) ::l\(depth)\(pick(2))::\n"
        case 11: return "local function f\(pick(3))(a, ...) \(block(1)) return a, ... end f\(pick(3))(\(value()))\n"
        case 12 where !locals.isEmpty: return "\(one(locals)) = \(value())\n"
        case 13:
            return
                "table.sort({ \(unseen()), \(unseen()), \(unseen()) }\(chance(2) ? ", function(a, b) return \(condition()) end" : ""))\n"
        default: return effect()
        }
    }

    private mutating func effect() -> String {
        switch pick(6) {
        case 0: return "permit()\n"
        case 1: return "permit(\(unseen()))\n"
        case 2: return "deny(\(string()), { code = \(string()) })\n"
        case 3:
            return
                "deny(\"\(one(["{token.department}", "{resource.amount}", "{context.note} {", "{token.nothing}", "no"]))\")\n"
        case 4: return "advise(\(unseen()), { a = \(unseen()), [\(string())] = \(path()) })\n"
        default:
            let on = chance(3) ? ", on = \(chance(8) ? unseen() : "\"deny\"")" : ""
            return "oblige(\(string()), { \(chance(8) ? "" : "n = ")\(unseen())\(on) })\n"
        }
    }

    private mutating func call() -> String {
        let function = Self.functions[pick(Self.functions.count)]
        // Sometimes too many arguments, which do not load unless the function is variadic.
        let count = chance(16) ? function.takes + 1 + pick(3) : pick(function.takes + 1)
        var arguments = (0..<count).map { _ in unseen() }
        // Too few arguments, which only the run shows.
        if count < function.takes { arguments.append("as_it_is()") }
        return "\(function.name)(\(arguments.joined(separator: ", ")))"
    }

    private mutating func condition() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 9 else { return "true" }
        switch pick(9) {
        case 0: return "\(path()) \(one(["==", "~=", "<", "<=", ">", ">="])) \(unseen())"
        case 1: return "\(unseen()) \(one(["==", "~=", "<"])) \(unseen())"
        case 2: return "not \(condition())"
        case 3: return "(\(condition()) \(one(["and", "or"])) \(condition()))"
        case 4:
            return
                "request.\(one(["resource", "context", "token", "action"])):has(\(one(["\"note\"", "\"soft\"", "\"amount\"", "\"ip\"", "\"nothing\"", string()])))"
        case 5: return "\(path()):\(one(["can", "contains", "is_within", "meets", "permits", "covers"]))(\(unseen()))"
        case 6: return "request.token:can(\(one(["\"orders.read\"", "\"orders.approve\"", "request.action"])))"
        default: return value()
        }
    }

    /// A value that is unknown to the loader, so that mistakes with it appear only at run time.
    private mutating func unseen() -> String { chance(18) ? value() : "as_it_is(\(value()))" }

    private mutating func value() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 9 else { return "1" }
        switch pick(15) {
        case 0: return number()
        case 1: return string()
        case 2, 3: return path()
        case 4: return "nil"
        case 5: return condition()
        case 6: return "{ \(value()), x = \(value()), [\(value())] = \(value()) }"
        case 7: return call()
        case 8:
            return
                "(\(unseen())) \(one(["+", "-", "*", "/", "//", "%", "^", "..", "&", "|", "~", "<<", ">>"])) (\(unseen()))"
        case 9: return "\(one(["-", "#", "not ", "~"]))(\(unseen()))"
        case 10:
            let method = one(["rep", "sub", "find", "match", "gsub", "upper", "format", "byte"])
            return "(\(string())):\(method)(\(method == "upper" && !chance(16) ? "" : "\(unseen()), \(unseen())"))"
        case 11: return "function(...) \(chance(2) ? "return ..." : effect()) end"
        case 12 where chance(2): return times()
        case 12:
            return "\(path()):plus { \(one(["days", "months", "years", "hours", "weeks", "seconds"])) = \(number()) }"
        case 13: return "(\(unseen()))[\(unseen())]"
        default: return locals.isEmpty ? "true" : one(locals)
        }
    }

    /// A constant, a sum or a difference of times, or a span.
    private mutating func times() -> String {
        switch pick(3) {
        case 0:
            let constant = one([
                "date \"2026-12-31\"", "instant \"2026-12-31T12:00:00+01:00\"", "time \"06:00\"", "duration \"PT90M\"",
                "duration { hours = 1, minutes = 30 }", "network \"10.0.0.0/8\"", "ip \"10.0.0.1\"",
            ])
            if chance(16) { return "\(one(["date", "time", "duration", "network"]))(\(string()))" }
            return "as_it_is(\(constant))"
        case 1: return "(as_it_is(\(time()))) \(one(["-", "+"])) (\(unseen()))"
        default:
            return "as_it_is(\(time())):between(\(one(["\"06:00\"", unseen()])), \(one(["\"21:00\"", "as_it_is()"])))"
        }
    }

    private mutating func time() -> String {
        one([
            "request.time", "request.date", "request.time.time_of_day", "request.action", "duration \"P1D\"",
            "request.token.created", "request.time.second",
        ])
    }

    private mutating func number() -> String {
        one([
            "0", "1", "2", "-1", "3.5", "10", "1e308", "0/0", "1/0", "math.maxinteger", "math.mininteger", "2^53",
            "0x7f", "100000",
        ])
    }

    private mutating func string() -> String {
        one([
            "\"\"", "\"a\"", "\"north\"", "\"orders.read\"", "\"%\"", "\"(.-)%1\"", "\"{token.id}\"", "\"\\0\\27[2J\"",
            "\"\\xff\"",
            "[[\nlong\n]]", "'x'", "\"%d%s\"", "(\"x\"):rep(300)", "(\"ab\"):rep(200000)", "\"\\u{202e}\"",
        ])
    }

    private mutating func path() -> String {
        var text = one([
            "request", "request.token", "request.resource", "request.context", "request.action",
            locals.isEmpty ? "request" : one(locals),
        ])
        for _ in 0..<pick(4) { text += one(Self.names) }
        return text
    }

    private static let names = [
        ".token", ".resource", ".context", ".action", ".time", ".date", ".department", ".user", ".user_type", ".id",
        ".name",
        ".amount", ".note", ".tags", ".created", ".expires", ".last_day", ".parent", ".year", ".weekday", ".hour",
        ".tenant",
        ".subject", ".actor", ".proposed", ".limit", ".names", ".strict", ".email", ".soft", "[1]", "[\"id\"]",
        ".nothing",
    ]

    /// Functions with the largest number of arguments that each gets.
    private static let functions: [(name: String, takes: Int)] = [
        ("tostring", 1), ("tonumber", 2), ("type", 1), ("select", 3), ("assert", 3), ("error", 2), ("ipairs", 1),
        ("pairs", 1), ("string.rep", 3), ("string.format", 3), ("string.gsub", 3), ("string.find", 3),
        ("string.gmatch", 2), ("string.byte", 3), ("string.char", 3), ("table.concat", 3), ("table.insert", 3),
        ("table.remove", 2), ("table.unpack", 3), ("table.pack", 3), ("math.floor", 1), ("math.max", 3),
        ("math.tointeger", 1), ("utf8.char", 3), ("utf8.len", 3), ("permit", 1), ("deny", 2), ("list", 1),
        ("optional", 1), ("math.fmod", 2), ("pcall", 3), ("setmetatable", 2), ("load", 3),
    ]
}
