extension Parser {
    mutating func statement() throws(SyntaxError) {
        try enter()
        defer { leave() }
        let position = token.position
        switch token.kind {
        case .symbol(";"): try advance()
        case .symbol("::"): try label()
        case .keyword(let keyword):
            switch keyword {
            case .if: try conditional(position)
            case .while: try whileLoop(position)
            case .do:
                try advance()
                try scoped()
                try close("end", "do", position)
            case .for: try forLoop(position)
            case .repeat: try repeatLoop(position)
            case .function: try functionStatement(position)
            case .local:
                try advance()
                if try skip(.function) { try localFunction(position) } else { try local() }
            case .return: try returnStatement()
            case .break:
                try advance()
                scopes.addGoto("break", at: position)
            case .goto:
                try advance()
                scopes.addGoto(try name().text, at: position)
            default: try expressionStatement()
            }
        default: try expressionStatement()
        }
    }

    private mutating func label() throws(SyntaxError) {
        try advance()
        let (text, position) = try name()
        try expect("::")
        while at(";") || at("::") { try statement() }
        try scopes.addLabel(text, at: position, isLast: endsBlock(withUntil: false))
    }

    private mutating func conditional(_ position: Position) throws(SyntaxError) {
        repeat {
            try advance()
            _ = try expression()
            try expect(.then)
            try scoped()
        } while at(.elseif)
        if try skip(.else) { try scoped() }
        try close("end", "if", position)
    }

    private mutating func whileLoop(_ position: Position) throws(SyntaxError) {
        try advance()
        _ = try expression()
        try expect(.do)
        try scoped(isLoop: true)
        try close("end", "while", position)
    }

    private mutating func repeatLoop(_ position: Position) throws(SyntaxError) {
        try advance()
        scopes.beginBlock(isLoop: true)
        scopes.beginBlock()
        try block()
        try close("until", "repeat", position)
        // The condition sees the locals of the body.
        _ = try expression()
        try scopes.endBlock()
        try scopes.endBlock()
    }

    private mutating func forLoop(_ position: Position) throws(SyntaxError) {
        try advance()
        scopes.beginBlock(isLoop: true)
        var names = [try name()]
        let hidden: Int
        if try skip("=") {
            hidden = 3
            try bound()
            try expect(",")
            try bound()
            if try skip(",") { try bound() }
        } else {
            hidden = 4
            while try skip(",") { names.append(try name()) }
            guard at(.in) else { throw unexpected(names.count == 1 ? "`=` or `in` expected" : "`in` expected") }
            try advance()
            _ = try expressions()
        }
        for _ in 0..<hidden { try scopes.declare("(for state)", at: nil, near: position) }
        try expect(.do)
        scopes.beginBlock()
        for name in names { try scopes.declare(name.text, at: name.position, near: name.position) }
        try block()
        try scopes.endBlock()
        try close("end", "for", position)
        try scopes.endBlock()
    }

    /// A bound of a numeric `for` needs the content of what it is given.
    private mutating func bound() throws(SyntaxError) {
        let value = try expression()
        if !value.isLiteral { edits.wrap(value.range, "__content(", ")") }
    }

    private mutating func functionStatement(_ position: Position) throws(SyntaxError) {
        try advance()
        let (text, place) = try name()
        if at(".") || at(":") {
            _ = try scopes.use(text, at: place)
        } else {
            try scopes.assign(text, at: place)
        }
        while try skip(".") { _ = try name() }
        let isMethod = try skip(":")
        if isMethod { _ = try name() }
        try functionBody(isMethod: isMethod, from: position)
    }

    private mutating func localFunction(_ position: Position) throws(SyntaxError) {
        let (text, place) = try name()
        try scopes.declare(text, at: place, near: place)
        try functionBody(isMethod: false, from: position)
    }

    private mutating func local() throws(SyntaxError) {
        var names: [(text: String, position: Position, isConstant: Bool)] = []
        var closes = 0
        repeat {
            let (text, position) = try name()
            var isConstant = false
            if try skip("<") {
                let (attribute, place) = try name()
                try expect(">")
                switch attribute {
                case "const": isConstant = true
                case "close":
                    isConstant = true
                    closes += 1
                    if closes > 1 {
                        throw SyntaxError("multiple to-be-closed variables in local list", at: place)
                    }
                default: throw SyntaxError("unknown attribute `\(attribute)`", at: place)
                }
            }
            names.append((text, position, isConstant))
            try scopes.check(pending: names.count, near: position)
        } while try skip(",")
        if try skip("=") { _ = try expressions() }
        for name in names {
            try scopes.declare(name.text, at: name.position, near: name.position, isConstant: name.isConstant)
        }
    }

    private mutating func returnStatement() throws(SyntaxError) {
        try advance()
        if !endsBlock(withUntil: true), !at(";") { _ = try expressions() }
        _ = try skip(";")
    }

    private mutating func expressionStatement() throws(SyntaxError) {
        let first = try suffixed(mayBeTarget: true)
        guard at("=") || at(",") else {
            guard case .call = first.kind else { throw unexpected("syntax error") }
            return
        }
        var targets = [first]
        while try skip(",") {
            // As deep as Lua lets an assignment of many be.
            try enter()
            targets.append(try suffixed(mayBeTarget: true))
        }
        for target in targets {
            switch target.kind {
            case .index: break
            case .name(let name, let position): try scopes.assign(name, at: position)
            default: throw unexpected("syntax error")
            }
        }
        guard try skip("=") else { throw unexpected("`=` expected") }
        for _ in targets.dropFirst() { leave() }
        _ = try expressions()
    }
}
