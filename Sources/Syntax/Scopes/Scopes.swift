/// The names that are visible at one place of a source: variables, labels, and the jumps without a label so far.
struct Scopes {
    struct FunctionScope {
        var isVararg: Bool
        let firstDeclared: Int
        let firstLabel: Int
        var active = 0
        var blocks: [BlockScope] = []
        /// Declarations of enclosing functions that this function uses; `nil` is the main chunk's `_ENV`.
        var upvalues: Set<Declaration.ID?> = []
    }

    struct BlockScope {
        let active: Int
        let firstLabel: Int
        let firstJump: Int
        let isLoop: Bool
    }

    struct Label {
        let identifier: Identifier
        var active: Int
    }

    struct Jump {
        let name: String
        let position: Position
        var active: Int
        var isSolved = false
    }

    var declarations: [Declaration] = []
    var functions: [FunctionScope] = []
    private var declared: [Declaration.ID] = []
    private var visible: [String: [Declaration.ID]] = [:]
    private var labels: [Label] = []
    private var labelIndices: [String: [Int]] = [:]
    private var jumps: [Jump] = []
    private var jumpIndices: [String: [Int]] = [:]
    private var pendingJumps = 0

    var depth: Int { functions.count - 1 }

    // MARK: Functions and blocks

    mutating func openFunction(isVararg: Bool) {
        let scope = FunctionScope(isVararg: isVararg, firstDeclared: declared.count, firstLabel: labels.count)
        functions.append(scope)
        if depth == 0 { functions[0].upvalues.insert(nil) }
        openBlock(isLoop: false)
    }

    mutating func closeFunction() throws(SyntaxError) {
        try closeBlock()
        functions.removeLast()
    }

    mutating func openBlock(isLoop: Bool) {
        let active = functions[depth].active
        let block = BlockScope(active: active, firstLabel: labels.count, firstJump: jumps.count, isLoop: isLoop)
        functions[depth].blocks.append(block)
    }

    mutating func closeBlock() throws(SyntaxError) {
        guard let block = functions[depth].blocks.last else { return }
        while functions[depth].active > block.active {
            let id = declared.removeLast()
            visible[declarations[id.index].name]?.removeLast()
            functions[depth].active -= 1
        }
        if block.isLoop { try solve("break", active: block.active, in: block) }
        functions[depth].blocks.removeLast()
        while labels.count > block.firstLabel {
            labelIndices[labels.removeLast().identifier.name]?.removeLast()
        }
        if functions[depth].blocks.isEmpty {
            if let lost = jumps[block.firstJump...].first(where: { !$0.isSolved }) {
                let message =
                    lost.name == "break" ? "`break` outside a loop" : "no visible label `\(lost.name)` for `goto`"
                throw SyntaxError(.invalidLabel, message, at: lost.position)
            }
            jumps.removeSubrange(block.firstJump...)
        } else {
            for index in jumps.indices[block.firstJump...] { jumps[index].active = block.active }
        }
    }

    // MARK: Variables

    /// Declares a variable, which becomes visible by `activate`.
    mutating func declare(
        _ name: String, _ kind: Declaration.Kind, at position: Position
    ) throws(SyntaxError) -> Declaration.ID {
        try checkLocals(declared.count + 1, at: position)
        let id = Declaration.ID(index: declarations.count)
        declarations.append(Declaration(name: name, position: position, kind: kind, depth: depth))
        declared.append(id)
        return id
    }

    mutating func activate(_ count: Int) {
        let first = functions[depth].firstDeclared + functions[depth].active
        for id in declared[first..<(first + count)] {
            declarations[id.index].hides = visible[declarations[id.index].name]?.last
            visible[declarations[id.index].name, default: []].append(id)
        }
        functions[depth].active += count
    }

    private func checkLocals(_ count: Int, at position: Position) throws(SyntaxError) {
        if count - functions[depth].firstDeclared > 200 {
            throw SyntaxError(.limit, "too many local variables in one function (limit is 200)", at: position)
        }
    }

    /// Finds the variable that a name refers to, and records it as an upvalue of the functions in between.
    mutating func resolve(_ name: String, at position: Position) throws(SyntaxError) -> Name {
        guard let id = visible[name]?.last else {
            if name == "_ENV" {
                try capture(nil, from: 0, name, at: position)
            } else {
                _ = try resolve("_ENV", at: position)
            }
            return Name(name: name, target: .global, isUpvalue: false)
        }
        let declaration = declarations[id.index]
        let isUpvalue = declaration.depth < depth
        if isUpvalue {
            declarations[id.index].isCaptured = true
            if declaration.constant == nil { try capture(id, from: declaration.depth, name, at: position) }
        }
        return Name(name: name, target: .local(id), isUpvalue: isUpvalue)
    }

    private mutating func capture(
        _ id: Declaration.ID?, from owner: Int, _ name: String, at position: Position
    ) throws(SyntaxError) {
        var level = depth
        while level > owner, !functions[level].upvalues.contains(id) {
            functions[level].upvalues.insert(id)
            if functions[level].upvalues.count > 255 {
                throw SyntaxError(.limit, "too many upvalues (limit is 255) near `\(name)`", at: position)
            }
            level -= 1
        }
    }

    // MARK: Labels

    mutating func jump(to name: String, at position: Position) throws(SyntaxError) {
        if name != "break", label(name) != nil { return }
        if pendingJumps >= 32_767 {
            throw SyntaxError(.limit, "too many labels or gotos (limit is 32767)", at: position)
        }
        pendingJumps += 1
        jumpIndices[name, default: []].append(jumps.count)
        jumps.append(Jump(name: name, position: position, active: functions[depth].active))
    }

    /// Adds a label; at the end of a block it is outside the scope of the block's variables.
    mutating func add(_ identifier: Identifier, isLast: Bool) throws(SyntaxError) {
        if let other = label(identifier.name) {
            let message = "label `\(identifier.name)` already defined on line \(other.identifier.position.line)"
            throw SyntaxError(.invalidLabel, message, at: identifier.position)
        }
        guard let block = functions[depth].blocks.last else { return }
        if labels.count >= 32_767 {
            throw SyntaxError(.limit, "too many labels or gotos (limit is 32767)", at: identifier.position)
        }
        let active = isLast ? block.active : functions[depth].active
        labelIndices[identifier.name, default: []].append(labels.count)
        labels.append(Label(identifier: identifier, active: active))
        try solve(identifier.name, active: active, in: block)
    }

    private func label(_ name: String) -> Label? {
        guard let index = labelIndices[name]?.last, index >= functions[depth].firstLabel else { return nil }
        return labels[index]
    }

    private mutating func solve(_ name: String, active: Int, in block: BlockScope) throws(SyntaxError) {
        while let index = jumpIndices[name]?.last, index >= block.firstJump {
            jumpIndices[name]?.removeLast()
            jumps[index].isSolved = true
            pendingJumps -= 1
            if jumps[index].active < active {
                let inner = declared[functions[depth].firstDeclared + jumps[index].active]
                let message =
                    "`goto \(name)` jumps into the scope of local `\(declarations[inner.index].name)`"
                throw SyntaxError(.invalidLabel, message, at: jumps[index].position)
            }
        }
    }
}
