extension Parser {
    mutating func add(_ kind: Expression.Kind, at position: Position) -> Expression.ID {
        constants.append(constant(kind))
        expressions.append(Expression(kind: kind, position: position, end: previousEnd))
        return Expression.ID(index: expressions.count - 1)
    }

    mutating func expressionList() throws(SyntaxError) -> [Expression.ID] {
        var list = [try expression()]
        while try accept(.comma) { list.append(try expression()) }
        return list
    }

    mutating func expression(above limit: Int = 0) throws(SyntaxError) -> Expression.ID {
        try enter()
        let position = lexeme.position
        var left: Expression.ID
        if let unary = Parser.unary(lexeme.symbol) {
            try advance()
            left = add(.unary(unary, try expression(above: 12)), at: position)
        } else {
            left = try simple()
        }
        while let binary = Parser.binary(lexeme.symbol), binary.priority.left > limit {
            let offset = lexeme.position.offset
            try advance()
            let right = try expression(above: binary.priority.right)
            left = add(.binary(binary, left, right, offset: offset), at: position)
        }
        leave()
        return left
    }

    private static func unary(_ symbol: Symbol) -> UnaryOperator? {
        switch symbol {
        case .not: .not
        case .minus: .minus
        case .length: .length
        case .tilde: .bitNot
        default: nil
        }
    }

    private static func binary(_ symbol: Symbol) -> BinaryOperator? {
        switch symbol {
        case .or: .or
        case .and: .and
        case .less: .less
        case .greater: .greater
        case .lessEqual: .lessEqual
        case .greaterEqual: .greaterEqual
        case .notEqual: .notEqual
        case .equal: .equal
        case .bitOr: .bitOr
        case .tilde: .bitXor
        case .bitAnd: .bitAnd
        case .shiftLeft: .shiftLeft
        case .shiftRight: .shiftRight
        case .concat: .concat
        case .plus: .add
        case .minus: .subtract
        case .times: .multiply
        case .divide: .divide
        case .floorDivide: .floorDivide
        case .modulo: .modulo
        case .power: .power
        default: nil
        }
    }

    private mutating func simple() throws(SyntaxError) -> Expression.ID {
        let position = lexeme.position
        let kind: Expression.Kind
        switch lexeme.symbol {
        case .nil: kind = .nil
        case .true: kind = .boolean(true)
        case .false: kind = .boolean(false)
        case .integer, .float, .string:
            switch lexeme.value {
            case .integer(let value): kind = .integer(value)
            case .float(let value): kind = .float(value)
            case .string(let bytes): kind = .string(bytes)
            case .none: kind = .nil
            }
        case .dots:
            if !scopes.functions[scopes.depth].isVararg {
                throw error("cannot use `...` outside a vararg function")
            }
            kind = .vararg
        case .openBrace: return try table()
        case .function:
            try advance()
            let function = try body(isMethod: false, from: position)
            return add(.function(function), at: position)
        default: return try suffixed()
        }
        try advance()
        return add(kind, at: position)
    }

    mutating func name() throws(SyntaxError) -> Expression.ID {
        let identifier = try identifier()
        let name = try scopes.resolve(identifier.name, at: identifier.position)
        let id = add(.name(name), at: identifier.position)
        if name.target == .global {
            globalIndices[id.index] = names.count
            names.append(GlobalUse(name: name.name, position: identifier.position, isAssigned: false))
        }
        return id
    }

    mutating func suffixed() throws(SyntaxError) -> Expression.ID {
        let position = lexeme.position
        var base: Expression.ID
        switch lexeme.symbol {
        case .name: base = try name()
        case .openParen:
            try advance()
            let inner = try expression()
            try close(.closeParen, of: .openParen, at: position)
            base = add(.parenthesized(inner), at: position)
        case .string, .integer, .float: throw error("a statement begins with a name or a keyword, got a value")
        default: throw error("unexpected symbol")
        }
        while true {
            switch lexeme.symbol {
            case .dot:
                try advance()
                base = add(.member(base, try identifier()), at: position)
            case .openBracket:
                let key = try bracketedKey()
                base = add(.index(base, key: key), at: position)
            case .colon:
                try advance()
                let method = try identifier()
                let arguments = try arguments()
                base = add(.method(base, method, arguments: arguments), at: position)
            case .openParen, .string, .openBrace:
                let isTable = lexeme.symbol == .openBrace
                let arguments: [Expression.ID]
                do throws(SyntaxError) { arguments = try self.arguments() } catch {
                    throw (isTable ? foreignCall(of: base) : nil) ?? error
                }
                base = add(.call(base, arguments: arguments), at: position)
            default: return base
            }
        }
    }

    private mutating func bracketedKey() throws(SyntaxError) -> Expression.ID {
        try advance()
        let key = try expression()
        try expect(.closeBracket)
        return key
    }

    private mutating func arguments() throws(SyntaxError) -> [Expression.ID] {
        let position = lexeme.position
        switch lexeme.symbol {
        case .string:
            return [try simple()]
        case .openBrace:
            return [try table()]
        case .openParen:
            try advance()
            let list = lexeme.symbol == .closeParen ? [] : try expressionList()
            if lexeme.symbol == .assign, foreignSpelling() == nil {
                throw SyntaxError(
                    .unexpected,
                    "an argument has no name: write a table, `{ name = value }`, or `==` to compare",
                    at: lexeme.position)
            }
            try close(.closeParen, of: .openParen, at: position)
            return list
        default:
            if foreignSpelling() != nil { throw error("function arguments expected") }
            let name = previous.map(text) ?? "name"
            throw SyntaxError(
                .unexpected, "`:` calls a method: write `:\(name)(…)`, or `.\(name)` to read an attribute",
                at: previous?.position ?? position)
        }
    }

    private mutating func table() throws(SyntaxError) -> Expression.ID {
        let position = lexeme.position
        var fields: [Expression.Field] = []
        try expect(.openBrace)
        tableDepth += 1
        while lexeme.symbol != .closeBrace {
            let start = lexeme
            do throws(SyntaxError) { fields.append(try field()) } catch { throw foreignField(from: start) ?? error }
            if try accept(.comma) { continue }
            if try accept(.semicolon) { continue }
            if let foreign = foreignField(from: start) { throw foreign }
            if lexeme.symbol == .name || lexeme.symbol == .openBracket || lexeme.symbol == .string,
                foreignSpelling() == nil
            {
                throw error("`,` expected between two fields")
            }
            break
        }
        try close(.closeBrace, of: .openBrace, at: position)
        tableDepth -= 1
        return add(.table(fields), at: position)
    }

    private mutating func field() throws(SyntaxError) -> Expression.Field {
        if lexeme.symbol == .openBracket {
            let key = try bracketedKey()
            try expect(.assign)
            return .keyed(key, try expression())
        }
        if Symbol.words.values.contains(lexeme.symbol), try peek() == .assign {
            let word = text(lexeme)
            throw SyntaxError(
                .unexpected,
                "`\(word)` is a word of Lua: choose another name, or write `[\"\(word)\"] = …` and read `x[\"\(word)\"]`",
                at: lexeme.position)
        }
        guard lexeme.symbol == .name, try peek() == .assign else { return .item(try expression()) }
        let key = try identifier()
        try expect(.assign)
        return .named(key, try expression())
    }

    mutating func body(isMethod: Bool, from position: Position) throws(SyntaxError) -> Function.ID {
        scopes.openFunction(isVararg: false)
        try expect(.openParen)
        if isMethod { _ = try scopes.declare("self", .hiddenSelf, at: position) }
        var parameters: [Declaration.ID] = []
        var isVararg = false
        if lexeme.symbol != .closeParen {
            var hasMore = true
            while hasMore {
                if try accept(.dots) {
                    isVararg = true
                } else if lexeme.symbol == .name {
                    let name = try identifier()
                    parameters.append(try scopes.declare(name.name, .parameter, at: name.position))
                } else {
                    throw error("name or `...` expected")
                }
                if isVararg { break }
                hasMore = try accept(.comma)
            }
        }
        scopes.activate(parameters.count + (isMethod ? 1 : 0))
        scopes.functions[scopes.depth].isVararg = isVararg
        try expect(.closeParen)
        let block = try statements(from: previousEnd)
        try close(.end, of: .function, at: position)
        try scopes.closeFunction()
        functions.append(
            Function(
                parameters: parameters, isMethod: isMethod, isVararg: isVararg, block: block, position: position,
                end: previousEnd))
        return Function.ID(index: functions.count - 1)
    }

    private func constant(_ kind: Expression.Kind) -> Constant? {
        switch kind {
        case .nil: return .other(isTrue: false)
        case .boolean(let value): return .other(isTrue: value)
        case .string: return .other(isTrue: true)
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .parenthesized(let inner): return constants[inner.index]
        case .unary(let unary, let operand):
            return constants[operand.index].flatMap { Constant.fold(unary, $0) }
        case .binary(let binary, let left, let right, _):
            guard let left = constants[left.index], let right = constants[right.index] else { return nil }
            return Constant.fold(binary, left, right)
        case .name(let name):
            if case .local(let id) = name.target { return scopes.declarations[id.index].constant }
            return nil
        default: return nil
        }
    }
}
