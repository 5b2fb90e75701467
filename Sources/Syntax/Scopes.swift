/// Which names, labels and loops are in force while a source is parsed.
///
/// The rules, and the limits of 200 locals and 255 upvalues a function, are those of Lua 5.4.
struct Scopes {
    private struct Local {
        let name: String
        let isConstant: Bool
        let id: Int
    }

    private struct Block {
        /// How many locals of the function were in force when it began.
        let locals: Int
        let labels: Int
        let gotos: Int
        let isLoop: Bool
    }

    private struct Label {
        let name: String
        let locals: Int
    }

    private struct Goto {
        let name: String
        let position: Position
        var locals: Int
    }

    private struct Function {
        var locals: [Local] = []
        var blocks: [Block] = []
        var labels: [Label] = []
        var gotos: [Goto] = []
        var upvalues: Set<Int> = []
        let isVariadic: Bool
    }

    private var functions: [Function] = []
    private var nextID = 0
    private(set) var globals: [Chunk.GlobalUse] = []
    private(set) var declaredNames: [Chunk.DeclaredName] = []

    var isVariadic: Bool { functions.last?.isVariadic ?? false }

    // MARK: Functions and blocks

    mutating func beginFunction(isVariadic: Bool) {
        functions.append(Function(isVariadic: isVariadic))
        beginBlock()
    }

    mutating func endFunction() throws(SyntaxError) {
        try endBlock()
        let function = functions.removeLast()
        guard let open = function.gotos.first else { return }
        if open.name == "break" {
            throw SyntaxError("break outside a loop at line \(open.position.line)", at: open.position)
        }
        throw SyntaxError("no visible label `\(open.name)` for goto at line \(open.position.line)", at: open.position)
    }

    mutating func beginBlock(isLoop: Bool = false) {
        let function = functions[functions.count - 1]
        functions[functions.count - 1].blocks.append(
            Block(
                locals: function.locals.count, labels: function.labels.count, gotos: function.gotos.count,
                isLoop: isLoop))
    }

    mutating func endBlock() throws(SyntaxError) {
        let current = functions.count - 1
        let block = functions[current].blocks.removeLast()
        functions[current].locals.removeLast(functions[current].locals.count - block.locals)
        functions[current].labels.removeLast(functions[current].labels.count - block.labels)
        if block.isLoop {
            functions[current].gotos = functions[current].gotos.enumerated()
                .filter { $0.offset < block.gotos || $0.element.name != "break" }.map(\.element)
        }
        // What still looks for its label looks on outside, where the block's own locals are gone.
        for index in functions[current].gotos.indices.dropFirst(block.gotos) {
            functions[current].gotos[index].locals = min(functions[current].gotos[index].locals, block.locals)
        }
    }

    // MARK: Labels

    mutating func addGoto(_ name: String, at position: Position) {
        let function = functions[functions.count - 1]
        if function.labels.contains(where: { $0.name == name }) { return }
        functions[functions.count - 1].gotos.append(
            Goto(name: name, position: position, locals: function.locals.count))
    }

    /// - Parameter isLast: whether only empty statements follow in the block; its locals then count as gone.
    mutating func addLabel(_ name: String, at position: Position, isLast: Bool) throws(SyntaxError) {
        let current = functions.count - 1
        if functions[current].labels.contains(where: { $0.name == name }) {
            throw SyntaxError("label `\(name)` already defined", at: position)
        }
        let block = functions[current].blocks[functions[current].blocks.count - 1]
        let locals = isLast ? block.locals : functions[current].locals.count
        functions[current].labels.append(Label(name: name, locals: locals))
        var open: [Goto] = Array(functions[current].gotos.prefix(block.gotos))
        for jump in functions[current].gotos.dropFirst(block.gotos) {
            guard jump.name == name else {
                open.append(jump)
                continue
            }
            if jump.locals < locals {
                let entered = functions[current].locals[jump.locals].name
                throw SyntaxError(
                    "<goto \(name)> at line \(jump.position.line) jumps into the scope of local `\(entered)`",
                    at: jump.position)
            }
        }
        functions[current].gotos = open
    }

    // MARK: Names

    /// Puts locals in force; a hidden one has no position.
    mutating func declare(
        _ name: String, at position: Position?, near place: Position, isConstant: Bool = false
    ) throws(SyntaxError) {
        nextID += 1
        functions[functions.count - 1].locals.append(Local(name: name, isConstant: isConstant, id: nextID))
        if let position { declaredNames.append(Chunk.DeclaredName(name: name, position: position)) }
        try check(pending: 0, near: place)
    }

    /// Locals in force and those about to be must be few enough.
    func check(pending: Int, near position: Position) throws(SyntaxError) {
        if functions[functions.count - 1].locals.count + pending > 200 {
            throw SyntaxError("too many local variables (limit is 200)", at: position)
        }
    }

    /// Finds whose a name is, and notes it when it is a global.
    /// - Returns: whether a local declares it.
    mutating func use(_ name: String, at position: Position) throws(SyntaxError) -> Bool {
        if let (level, local) = find(name) {
            try capture(local.id, from: level, at: position)
            return true
        }
        // A global is read through `_ENV`, an upvalue of the main function.
        if let (level, environment) = find("_ENV") {
            try capture(environment.id, from: level, at: position)
        } else {
            try capture(0, from: -1, at: position)
        }
        globals.append(Chunk.GlobalUse(name: name, position: position, isAssigned: false))
        return false
    }

    mutating func assign(_ name: String, at position: Position) throws(SyntaxError) {
        if let (_, local) = find(name) {
            if local.isConstant {
                throw SyntaxError("attempt to assign to const variable `\(name)`", at: position)
            }
            return
        }
        globals.append(Chunk.GlobalUse(name: name, position: position, isAssigned: true))
    }

    private func find(_ name: String) -> (level: Int, local: Local)? {
        for level in functions.indices.reversed() {
            if let local = functions[level].locals.last(where: { $0.name == name }) { return (level, local) }
        }
        return nil
    }

    private mutating func capture(_ id: Int, from level: Int, at position: Position) throws(SyntaxError) {
        for inner in (level + 1)..<max(level + 1, functions.count) where inner < functions.count {
            if functions[inner].upvalues.insert(id).inserted, functions[inner].upvalues.count > 255 {
                throw SyntaxError("too many upvalues (limit is 255)", at: position)
            }
        }
    }
}
