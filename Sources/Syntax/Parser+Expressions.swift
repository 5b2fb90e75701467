/// A parsed expression: where it stands, and what can be read off it.
struct Parsed {
    enum Kind: Equatable {
        case name(String, Position)
        case string([UInt8])
        case strings([[UInt8]])
        case number
        /// `nil`, `true` or `false`.
        case constant
        case variadic
        case concatenation
        case call
        case index
        case other
    }

    var kind: Kind
    var range: Range<Int>

    /// Whether it is written out, so that it cannot stand for a value of the request.
    var isLiteral: Bool {
        switch kind {
        case .string, .number, .constant: true
        default: false
        }
    }

    var literal: Chunk.Literal {
        switch kind {
        case .string(let bytes): .string(bytes)
        case .strings(let list): .strings(list)
        case .number: .number
        default: .other
        }
    }
}

extension Parser {
    /// How tightly an operator binds to its left and to its right.
    private static let priorities: [String: (left: Int, right: Int)] = [
        "+": (10, 10), "-": (10, 10), "*": (11, 11), "%": (11, 11), "^": (14, 13), "/": (11, 11), "//": (11, 11),
        "&": (6, 6), "|": (4, 4), "~": (5, 5), "<<": (7, 7), ">>": (7, 7), "..": (9, 8), "==": (3, 3), "<": (3, 3),
        "<=": (3, 3), "~=": (3, 3), ">": (3, 3), ">=": (3, 3), "and": (2, 2), "or": (1, 1),
    ]
    private static let unaryPriority = 12

    mutating func expressions() throws(SyntaxError) -> [Parsed] {
        var list = [try expression()]
        while try skip(",") { list.append(try expression()) }
        return list
    }

    mutating func expression(above limit: Int = 0) throws(SyntaxError) -> Parsed {
        try enter()
        defer { leave() }
        let start = token.position.offset
        var left: Parsed
        if at(.not) || at("-") || at("~") || at("#") {
            try advance()
            _ = try expression(above: Self.unaryPriority)
            left = Parsed(kind: .other, range: start..<end)
        } else {
            left = try simple()
        }
        while let name = operatorName, let priority = Self.priorities[name], priority.left > limit {
            let place = token.position.offset..<token.end
            try advance()
            let right = try expression(above: priority.right)
            left = combine(left, name, place, right)
        }
        return left
    }

    private var operatorName: String? {
        switch token.kind {
        case .symbol(let symbol): symbol
        case .keyword(.and): "and"
        case .keyword(.or): "or"
        default: nil
        }
    }

    /// Joins two operands, and checks the operation where Lua alone would not.
    private mutating func combine(_ left: Parsed, _ name: String, _ place: Range<Int>, _ right: Parsed) -> Parsed {
        let range = left.range.lowerBound..<right.range.upperBound
        switch name {
        case "==", "~=":
            if right.kind == .variadic { edits.wrap(right.range, "(", ")") }
            edits.replace(place, with: ",")
            edits.wrap(range, name == "==" ? "(__eq(" : "(not __eq(", "))")
        case "..":
            for operand in [left, right] where !operand.isLiteral && operand.kind != .concatenation {
                edits.wrap(operand.range, "__content(", ")")
            }
            return Parsed(kind: .concatenation, range: range)
        default: break
        }
        return Parsed(kind: .other, range: range)
    }

    private mutating func simple() throws(SyntaxError) -> Parsed {
        let start = token.position
        let kind: Parsed.Kind
        switch token.kind {
        case .number: kind = .number
        case .string(let bytes): kind = .string(bytes)
        case .keyword(.nil), .keyword(.true), .keyword(.false): kind = .constant
        case .symbol("..."):
            guard scopes.isVariadic else { throw unexpected("cannot use `...` outside a vararg function") }
            kind = .variadic
        case .symbol("{"): return try table()
        case .keyword(.function):
            try advance()
            try functionBody(isMethod: false, from: start)
            return Parsed(kind: .other, range: start.offset..<end)
        default: return try suffixed()
        }
        try advance()
        return Parsed(kind: kind, range: start.offset..<end)
    }

    /// A name or a parenthesised expression, and what follows it: `.name`, `[key]`, `:method(…)`, `(…)`.
    ///
    /// - Parameter mayBeTarget: whether it begins a statement, where a plain name before `=` or `,` is assigned to
    ///   and not used.
    mutating func suffixed(mayBeTarget: Bool = false) throws(SyntaxError) -> Parsed {
        let start = token.position
        var kind: Parsed.Kind
        var callee = Chunk.Callee.other
        switch token.kind {
        case .name(let text):
            try advance()
            kind = .name(text, start)
            let isTarget = mayBeTarget && (at("=") || at(","))
            if !isTarget, !(try scopes.use(text, at: start)) { callee = .global(text) }
        case .symbol("("):
            try advance()
            _ = try expression()
            try close(")", "(", start)
            kind = .other
        default: throw unexpected("unexpected symbol")
        }
        while true {
            let position = token.position
            switch token.kind {
            case .symbol("."):
                try advance()
                callee = .member(try name().text)
                kind = .index
            case .symbol("["):
                try key()
                callee = .other
                kind = .index
            case .symbol(":"):
                try advance()
                callee = .method(try name().text)
                try arguments(of: callee, position)
                kind = .call
            case .symbol("("), .symbol("{"), .string:
                try arguments(of: callee, callee == .other ? position : start)
                callee = .other
                kind = .call
            default: return Parsed(kind: kind, range: start.offset..<end)
            }
        }
    }

    /// `[key]`: a key that is computed needs the content of what it is.
    private mutating func key() throws(SyntaxError) {
        try expect("[")
        let key = try expression()
        if !key.isLiteral { edits.wrap(key.range, "__content(", ")") }
        try expect("]")
    }

    private mutating func arguments(of callee: Chunk.Callee, _ position: Position) throws(SyntaxError) {
        var list: [Parsed] = []
        switch token.kind {
        case .string(let bytes):
            list = [Parsed(kind: .string(bytes), range: token.position.offset..<token.end)]
            try advance()
        case .symbol("{"): list = [try table()]
        case .symbol("("):
            let opening = token.position
            try advance()
            if !at(")") { list = try expressions() }
            try close(")", "(", opening)
        default: throw unexpected("function arguments expected")
        }
        calls.append(Chunk.CallUse(callee: callee, arguments: list.map(\.literal), position: position))
    }

    private mutating func table() throws(SyntaxError) -> Parsed {
        let start = token.position
        try expect("{")
        var strings: [[UInt8]]? = []
        while !at("}") {
            if case .name = token.kind, try peek() == .symbol("=") {
                try advance()
                try advance()
                _ = try expression()
                strings = nil
            } else if at("[") {
                try key()
                try expect("=")
                _ = try expression()
                strings = nil
            } else {
                let element = try expression()
                if case .string(let bytes) = element.kind { strings?.append(bytes) } else { strings = nil }
            }
            if !(try skip(",")), !(try skip(";")) { break }
        }
        try close("}", "{", start)
        return Parsed(kind: strings.map { .strings($0) } ?? .other, range: start.offset..<end)
    }
}
