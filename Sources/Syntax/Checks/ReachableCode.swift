package import Model

/// The code of a program that may run when one of its functions is called: `decide`, and what that calls.
///
/// Judged by the source. A function counts once reachable code calls it, hands it on or returns it; a field counts by
/// its name, in whatever table it is. Code after a `return`, `break` or `error`, and under a condition whose value the
/// source tells, does not count.
struct ReachableCode {
    /// A value that the source gives to a variable or a field.
    private enum Value {
        case expression(Expression.ID)
        case function(Function.ID)
    }

    private enum Task {
        /// An expression that is computed; a function that it only names is not called.
        case compute(Expression.ID)
        /// An expression whose value may be called, by whoever gets it.
        case call(Expression.ID)
        /// An expression of which one field is read.
        case open(Expression.ID)
        case function(Function.ID)
    }

    private let chunk: Chunk
    private var variables: [Declaration.ID: [Value]] = [:]
    /// The values of fields that are assigned to a variable's table.
    private var parts: [Declaration.ID: [Value]] = [:]
    private var fields: [ExactName: [Value]] = [:]
    /// The values under keys that the source does not state.
    private var keyed: [Value] = []

    private var tasks: [Task] = []
    private var called: Set<Expression.ID> = []
    private var opened: Set<Expression.ID> = []
    private var run: Set<Function.ID> = []
    private var read: Set<ExactName> = []
    /// The places at which a global is called, or handed on.
    private(set) var globals: [ExactName: [Position]] = [:]

    /// - Parameter field: the name of the field that holds the function: `decide`.
    init(_ chunk: Chunk, from field: ExactName) {
        self.chunk = chunk
        chunk.walk { node in
            switch node {
            case .statement(let statement): note(statement)
            case .expression(let id): note(id)
            }
            return true
        }
        read(field)
        // Nobody knows what a computed key is.
        if fields[field] == nil { call(keyed) }
        work()
    }

    // MARK: The values of names

    private mutating func note(_ statement: Statement) {
        switch statement.kind {
        case .local(let names, let values):
            for (index, name) in names.enumerated() where !values.isEmpty {
                variables[name, default: []].append(.expression(values[min(index, values.count - 1)]))
            }
        case .assign(let targets, let values):
            for (index, target) in targets.enumerated() where !values.isEmpty {
                assign(.expression(values[min(index, values.count - 1)]), to: target)
            }
        case .function(let target, let function): assign(.function(function), to: target)
        case .localFunction(let name, let function): variables[name, default: []].append(.function(function))
        default: break
        }
    }

    private mutating func note(_ id: Expression.ID) {
        guard case .table(let entries) = chunk[id].kind else { return }
        for entry in entries {
            switch entry {
            case .item(let value): keyed.append(.expression(value))
            case .named(let name, let value): fields[ExactName(name.name), default: []].append(.expression(value))
            case .keyed(let key, let value): keep(.expression(value), under: key)
            }
        }
    }

    private mutating func keep(_ value: Value, under key: Expression.ID) {
        if let name = text(key) { fields[name, default: []].append(value) } else { keyed.append(value) }
    }

    private mutating func assign(_ value: Value, to target: Expression.ID) {
        let base: Expression.ID
        switch chunk[target].kind {
        case .name(let name):
            if case .local(let declaration) = name.target { variables[declaration, default: []].append(value) }
            return
        case .member(let table, let name):
            base = table
            fields[ExactName(name.name), default: []].append(value)
        case .index(let table, let key):
            base = table
            keep(value, under: key)
        default: return
        }
        if let declaration = local(base) { parts[declaration, default: []].append(value) }
    }

    private func local(_ id: Expression.ID) -> Declaration.ID? {
        guard case .name(let name) = chunk[id].kind, case .local(let declaration) = name.target else { return nil }
        return declaration
    }

    private func text(_ key: Expression.ID) -> ExactName? {
        guard case .string(let bytes) = chunk[key].kind else { return nil }
        return ExactName(String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Expressions

    private mutating func work() {
        while let task = tasks.popLast() {
            switch task {
            case .compute(let id): compute(id)
            case .call(let id): if called.insert(id).inserted { call(id) }
            case .open(let id): if opened.insert(id).inserted { open(id) }
            case .function(let function): if run.insert(function).inserted { _ = leaves(chunk[function].block) }
            }
        }
    }

    private mutating func call(_ values: [Value]?) {
        for value in values ?? [] {
            switch value {
            case .expression(let id): tasks.append(.call(id))
            case .function(let function): tasks.append(.function(function))
            }
        }
    }

    /// Any field of this name may be called.
    private mutating func read(_ field: ExactName) {
        if read.insert(field).inserted { call(fields[field]) }
    }

    private mutating func compute(_ id: Expression.ID) {
        switch chunk[id].kind {
        case .nil, .boolean, .integer, .float, .string, .vararg, .function, .name: break
        case .call, .method: tasks.append(.call(id))
        case .table(let entries): each(of: entries) { .compute($0) }
        case .parenthesized(let inner), .unary(_, let inner): tasks.append(.compute(inner))
        case .member(let base, _): tasks.append(.open(base))
        case .index(let base, let key): tasks += [.open(base), .compute(key)]
        case .binary(let operation, let left, let right, _):
            tasks.append(.compute(left))
            if runs(right, after: left, operation) { tasks.append(.compute(right)) }
        }
    }

    private mutating func call(_ id: Expression.ID) {
        switch chunk[id].kind {
        case .nil, .boolean, .integer, .float, .string, .vararg: break
        case .function(let function): tasks.append(.function(function))
        case .name(let name):
            switch name.target {
            case .global: globals[ExactName(name.name), default: []].append(chunk[id].position)
            case .local(let declaration):
                call(variables[declaration])
                call(parts[declaration])
            }
        case .member(let base, let name):
            read(ExactName(name.name))
            tasks.append(.open(base))
        case .index(let base, let key):
            if let name = text(key) {
                read(name)
                tasks.append(.open(base))
            } else {
                call(keyed)
                tasks += [.call(base), .compute(key)]
            }
        case .call(let callee, let arguments): tasks += [.call(callee)] + arguments.map(Task.call)
        case .method(let base, let name, let arguments):
            read(ExactName(name.name))
            tasks += [.open(base)] + arguments.map(Task.call)
        case .parenthesized(let inner): tasks.append(.call(inner))
        case .table(let entries): each(of: entries) { .call($0) }
        case .unary(_, let inner): tasks.append(.compute(inner))
        case .binary(let operation, let left, let right, _):
            let hands = operation == .and || operation == .or
            tasks.append(hands ? .call(left) : .compute(left))
            if runs(right, after: left, operation) { tasks.append(hands ? .call(right) : .compute(right)) }
        }
    }

    /// A table that is only read from: what it was made by runs, its other fields do not.
    private mutating func open(_ id: Expression.ID) {
        guard let declaration = local(id) else { return tasks.append(.compute(id)) }
        for case .expression(let value) in variables[declaration] ?? [] {
            if case .table = chunk[value].kind { continue }
            tasks.append(local(value) == nil ? .call(value) : .open(value))
        }
    }

    private mutating func each(of entries: [Expression.Field], _ task: (Expression.ID) -> Task) {
        for entry in entries {
            switch entry {
            case .item(let value), .named(_, let value): tasks.append(task(value))
            case .keyed(let key, let value): tasks += [.compute(key), task(value)]
            }
        }
    }

    /// True unless `and` or `or` never computes its right side.
    private func runs(_ right: Expression.ID, after left: Expression.ID, _ operation: BinaryOperator) -> Bool {
        switch operation {
        case .and: truth(left) != false
        case .or: truth(left) != true
        default: true
        }
    }

    // MARK: Statements

    /// Runs a block.
    /// - Returns: true when nothing after it runs.
    private mutating func leaves(_ block: Block) -> Bool {
        var isLeft = false
        for statement in block.statements {
            // Somebody may jump here.
            if case .label = statement.kind { isLeft = false }
            if !isLeft { isLeft = leaves(statement) }
        }
        return isLeft
    }

    private mutating func leaves(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .empty, .label, .localFunction: return false
        case .break, .goto: return true
        case .local(_, let values): tasks += values.map(Task.compute)
        case .assign(let targets, let values): tasks += (targets + values).map(Task.compute)
        case .function(let target, _): tasks.append(.compute(target))
        case .call(let call):
            tasks.append(.call(call))
            return chunk.returns(statement)
        case .return(let values):
            tasks += values.map(Task.call)
            return true
        case .block(let block): return leaves(block)
        case .if(let branches, let otherwise): return leaves(branches, otherwise)
        case .while(let condition, let block):
            tasks.append(.compute(condition))
            guard truth(condition) != false else { return false }
            _ = leaves(block)
            return truth(condition) == true && !jumps(block)
        case .repeat(let block, let condition):
            let isLeft = leaves(block)
            if !isLeft || jumps(block) { tasks.append(.compute(condition)) }
            return !jumps(block) && (isLeft || truth(condition) == false)
        case .numericFor(_, let bounds, let block):
            tasks += bounds.map(Task.compute)
            if case .integer(let first) = chunk[bounds[0]].kind, case .integer(let last) = chunk[bounds[1]].kind,
                bounds.count == 2, first > last
            {
                return false
            }
            _ = leaves(block)
        case .genericFor(_, let values, let block):
            tasks += values.map(Task.call)
            _ = leaves(block)
        }
        return false
    }

    private mutating func leaves(_ branches: [Statement.Branch], _ otherwise: Block?) -> Bool {
        var isLeft = true
        for branch in branches {
            tasks.append(.compute(branch.condition))
            let truth = truth(branch.condition)
            if truth == false { continue }
            isLeft = leaves(branch.block) && isLeft
            if truth == true { return isLeft }
        }
        guard let otherwise else { return false }
        return leaves(otherwise) && isLeft
    }

    /// True when a loop's block may leave the loop by `break` or `goto`.
    private func jumps(_ block: Block, isInner: Bool = false) -> Bool {
        block.statements.contains { statement in
            switch statement.kind {
            case .break: return !isInner
            case .goto: return true
            case .while, .repeat, .numericFor, .genericFor:
                return chunk.blocks(of: statement).contains { jumps($0, isInner: true) }
            default: return chunk.blocks(of: statement).contains { jumps($0, isInner: isInner) }
            }
        }
    }

    // MARK: Conditions

    /// The deepest expression whose truth is looked for.
    private static let deepest = 40

    /// The truth of an expression, where the source tells it.
    private func truth(_ id: Expression.ID, depth: Int = 0) -> Bool? {
        guard depth < Self.deepest else { return nil }
        func truth(_ id: Expression.ID) -> Bool? { self.truth(id, depth: depth + 1) }
        switch chunk[id].kind {
        case .nil: return false
        case .boolean(let value): return value
        case .integer, .float, .string, .function, .table: return true
        case .parenthesized(let inner): return truth(inner)
        case .unary(.not, let inner): return truth(inner).map { !$0 }
        case .binary(.and, let left, let right, _):
            let (left, right) = (truth(left), truth(right))
            return left == false || right == false ? false : left == true && right == true ? true : nil
        case .binary(.or, let left, let right, _):
            let (left, right) = (truth(left), truth(right))
            return left == true || right == true ? true : left == false && right == false ? false : nil
        case .binary(.equal, let left, let right, _): return isSame(left, right)
        case .binary(.notEqual, let left, let right, _): return isSame(left, right).map { !$0 }
        case .name(let name):
            guard case .local(let declaration) = name.target, chunk[declaration].kind == .local,
                !chunk[declaration].isReassigned, let values = variables[declaration], values.count == 1,
                case .expression(let value) = values[0]
            else { return nil }
            return truth(value)
        default: return nil
        }
    }

    private func isSame(_ one: Expression.ID, _ other: Expression.ID) -> Bool? {
        switch (chunk[one].kind, chunk[other].kind) {
        case (.integer(let one), .integer(let other)): one == other
        case (.string(let one), .string(let other)): one == other
        case (.boolean(let one), .boolean(let other)): one == other
        default: nil
        }
    }
}

extension Chunk {
    /// The global functions that may be called, each with the places, once the function in this field is: `decide`.
    package func globals(calledFrom field: ExactName) -> [ExactName: [Position]] {
        ReachableCode(self, from: field).globals
    }
}
