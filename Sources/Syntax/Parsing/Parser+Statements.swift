extension Parser {
    private func ends(withUntil: Bool) -> Bool {
        switch lexeme.symbol {
        case .else, .elseif, .end, .endOfFile: true
        case .until: withUntil
        default: false
        }
    }

    /// Reads the statements of a block up to its end; the caller opens and closes the scope.
    mutating func statements(from start: Int, _ first: [Statement] = []) throws(SyntaxError) -> Block {
        var list = first
        while !ends(withUntil: true) {
            let isReturn = lexeme.symbol == .return
            try statement(into: &list)
            if isReturn {
                blocks.returnEnd = previousEnd
                break
            }
        }
        return Block(statements: list, start: start, end: previousEnd)
    }

    private mutating func block(isLoop: Bool = false) throws(SyntaxError) -> Block {
        scopes.openBlock(isLoop: isLoop)
        let block = try statements(from: previousEnd)
        try scopes.closeBlock()
        return block
    }

    private mutating func statement(into list: inout [Statement]) throws(SyntaxError) {
        try enter()
        let position = lexeme.position
        if try accept(.doubleColon) {
            try label(from: position, into: &list)
        } else {
            let kind = try kind()
            list.append(Statement(kind: kind, position: position, end: previousEnd))
        }
        leave()
    }

    private mutating func kind() throws(SyntaxError) -> Statement.Kind {
        let position = lexeme.position
        switch lexeme.symbol {
        case .semicolon:
            try advance()
            return .empty
        case .if: return try conditional()
        case .while:
            let condition = try condition(before: .do)
            scopes.openBlock(isLoop: true)
            try expect(.do)
            let body = try block()
            try close(.end, of: .while, at: position)
            try scopes.closeBlock()
            return .while(condition, body)
        case .do:
            try advance()
            let body = try block()
            try close(.end, of: .do, at: position)
            return .block(body)
        case .for: return try loop()
        case .repeat:
            scopes.openBlock(isLoop: true)
            scopes.openBlock(isLoop: false)
            try advance()
            let body = try statements(from: previousEnd)
            try close(.until, of: .repeat, at: position)
            let condition = try expression()
            try scopes.closeBlock()
            try scopes.closeBlock()
            return .repeat(body, until: condition)
        case .function: return try function()
        case .local:
            try advance()
            return try accept(.function) ? try localFunction(from: position) : try local()
        case .return:
            try advance()
            let values = ends(withUntil: true) || lexeme.symbol == .semicolon ? [] : try expressionList()
            _ = try accept(.semicolon)
            return .return(values)
        case .break:
            try advance()
            try scopes.jump(to: "break", at: position)
            return .break
        case .goto:
            try advance()
            let name = try identifier()
            try scopes.jump(to: name.name, at: position)
            return .goto(name)
        default: return try assignmentOrCall()
        }
    }

    private mutating func label(from position: Position, into list: inout [Statement]) throws(SyntaxError) {
        let name = try identifier()
        try expect(.doubleColon)
        labels.append(name)
        list.append(Statement(kind: .label(name), position: position, end: previousEnd))
        while lexeme.symbol == .semicolon || lexeme.symbol == .doubleColon { try statement(into: &list) }
        try scopes.add(name, isLast: ends(withUntil: false))
    }

    private mutating func conditional() throws(SyntaxError) -> Statement.Kind {
        let position = lexeme.position
        var branches: [Statement.Branch] = []
        repeat {
            let condition = try condition(before: .then)
            try expect(.then)
            branches.append(Statement.Branch(condition: condition, block: try thenBlock()))
        } while lexeme.symbol == .elseif
        var (otherwise, elseIf): (Block?, Position?)
        let place = lexeme.position
        if try accept(.else) {
            if lexeme.symbol == .if, lexeme.position.line == place.line {
                elseIf = place
                blocks.elseIf = place
            }
            otherwise = try block()
        }
        try close(.end, of: .if, at: position, elseIf: elseIf)
        return .if(branches, otherwise: otherwise)
    }

    /// Reads the condition after `if`, `elseif` or `while`, up to the keyword that opens the block.
    private mutating func condition(before symbol: Symbol) throws(SyntaxError) -> Expression.ID {
        let start = lexeme.position
        do throws(SyntaxError) {
            try advance()
            let condition = try expression()
            if lexeme.symbol != symbol { throw expected(symbol.rawValue) }
            return condition
        } catch { throw foreignBlock(after: start, instead: symbol, stopped: error) ?? error }
    }

    /// Reads the block after `then`. As in Lua, a `break` right after `then` belongs to the `if` and adds no level.
    private mutating func thenBlock() throws(SyntaxError) -> Block {
        let start = previousEnd
        scopes.openBlock(isLoop: false)
        var first: [Statement] = []
        if lexeme.symbol == .break {
            let position = lexeme.position
            try advance()
            try scopes.jump(to: "break", at: position)
            first.append(Statement(kind: .break, position: position, end: previousEnd))
            while lexeme.symbol == .semicolon {
                let position = lexeme.position
                try advance()
                first.append(Statement(kind: .empty, position: position, end: previousEnd))
            }
        }
        let block =
            !first.isEmpty && ends(withUntil: false)
            ? Block(statements: first, start: start, end: previousEnd) : try statements(from: start, first)
        try scopes.closeBlock()
        return block
    }

    private mutating func loop() throws(SyntaxError) -> Statement.Kind {
        let position = lexeme.position
        scopes.openBlock(isLoop: true)
        try advance()
        if lexeme.symbol == .openParen {
            throw SyntaxError(
                .unexpected, "a `for` has no parentheses: write `for i = 1, 9 do` or `for _, x in ipairs(list) do`",
                at: lexeme.position)
        }
        let first = try identifier()
        let isNumeric = lexeme.symbol == .assign
        if !isNumeric && lexeme.symbol != .comma && lexeme.symbol != .in { throw error("`=` or `in` expected") }
        let hidden = isNumeric ? 3 : 4
        for _ in 0..<hidden { _ = try scopes.declare("(for state)", .hiddenSelf, at: first.position) }
        var variables = [try scopes.declare(first.name, .loop, at: first.position)]
        var values: [Expression.ID]
        if isNumeric {
            try advance()
            values = [try expression()]
            try expect(.comma)
            values.append(try expression())
            if try accept(.comma) { values.append(try expression()) }
        } else {
            while try accept(.comma) {
                let name = try identifier()
                variables.append(try scopes.declare(name.name, .loop, at: name.position))
            }
            try expect(.in)
            values = try expressionList()
        }
        scopes.activate(hidden)
        if lexeme.symbol != .do {
            let error = expected(Symbol.do.rawValue)
            throw foreignBlock(after: position, instead: .do, stopped: error) ?? error
        }
        try advance()
        scopes.openBlock(isLoop: false)
        scopes.activate(variables.count)
        let body = try block()
        try scopes.closeBlock()
        try close(.end, of: .for, at: position)
        try scopes.closeBlock()
        return isNumeric
            ? .numericFor(variables[0], bounds: values, body) : .genericFor(variables, values: values, body)
    }

    private mutating func function() throws(SyntaxError) -> Statement.Kind {
        let position = lexeme.position
        try advance()
        let start = lexeme.position
        var target = try name()
        var isMethod = false
        while lexeme.symbol == .dot || lexeme.symbol == .colon, !isMethod {
            isMethod = lexeme.symbol == .colon
            try advance()
            target = add(.member(target, try identifier()), at: start)
        }
        let body = try body(isMethod: isMethod, from: position)
        try markAssigned(target)
        return .function(target, body)
    }

    private mutating func localFunction(from position: Position) throws(SyntaxError) -> Statement.Kind {
        let name = try identifier()
        let id = try scopes.declare(name.name, .function, at: name.position)
        scopes.activate(1)
        return .localFunction(id, try body(isMethod: false, from: position))
    }

    private mutating func local() throws(SyntaxError) -> Statement.Kind {
        var ids: [Declaration.ID] = []
        var hasClose = false
        repeat {
            let name = try identifier()
            let id = try scopes.declare(name.name, .local, at: name.position)
            if try accept(.less) {
                let attribute = try identifier()
                try expect(.greater)
                if attribute.name != "const" && attribute.name != "close" {
                    let message = "unknown attribute `\(attribute.name)`"
                    throw SyntaxError(.invalidAttribute, message, at: attribute.position)
                }
                if attribute.name == "close" && hasClose {
                    let message = "multiple to-be-closed variables in local list"
                    throw SyntaxError(.invalidAttribute, message, at: attribute.position)
                }
                hasClose = hasClose || attribute.name == "close"
                scopes.declarations[id.index].attribute = attribute
            }
            ids.append(id)
        } while try accept(.comma)
        let values = try accept(.assign) ? try expressionList() : []
        if let last = ids.last, let value = values.last, ids.count == values.count,
            scopes.declarations[last.index].attribute?.name == "const"
        {
            scopes.declarations[last.index].constant = constants[value.index]
        }
        scopes.activate(ids.count)
        return .local(ids, values: values)
    }

    private mutating func assignmentOrCall() throws(SyntaxError) -> Statement.Kind {
        var targets = [try suffixed()]
        guard lexeme.symbol == .assign || lexeme.symbol == .comma else {
            switch expressions[targets[0].index].kind {
            case .call, .method: return .call(targets[0])
            default: throw useless(targets[0])
            }
        }
        try markAssigned(targets[0])
        let base = level
        while try accept(.comma) {
            let target = try suffixed()
            targets.append(target)
            try enter()
            try markAssigned(target)
        }
        try expect(.assign)
        let values = try expressionList()
        level = base
        return .assign(targets, values: values)
    }

    private mutating func markAssigned(_ target: Expression.ID) throws(SyntaxError) {
        switch expressions[target.index].kind {
        case .index, .member: return
        case .name(let name):
            guard case .local(let id) = name.target else {
                if let index = globalIndices[target.index] { names[index].isAssigned = true }
                return
            }
            if scopes.declarations[id.index].attribute != nil {
                let message = "attempt to assign to const variable `\(name.name)`"
                throw SyntaxError(.constAssigned, message, at: expressions[target.index].position)
            }
            scopes.declarations[id.index].isReassigned = true
        default: throw useless(target)
        }
    }
}
