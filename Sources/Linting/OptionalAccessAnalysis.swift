internal import Model
internal import Policies
internal import Syntax

/// Finds reads of values that may be absent, where some way to the read does not test their presence first.
///
/// A request does not change while it is decided, so a test of presence holds from there on.
struct OptionalAccessAnalysis {
    /// A read that may raise.
    struct Read {
        let absence: TypeInference.Absence
        let position: Position
    }

    /// A deny, or a failure, and the known presence of properties where it happens.
    private struct Deny {
        let position: Position
        /// Properties of the request, by their names in reasons, that were tested and are present.
        let asked: Set<ExactName>
        /// Properties that were tested and are absent.
        let absent: Set<ExactName>
    }

    let chunk: Chunk
    let inference: TypeInference
    private(set) var reads: [Read] = []
    /// The comparisons that never hold, because no possible action applies to a possible type of resource.
    var mismatches: [Position: String] = [:]
    private var denies: [Deny] = []
    /// The local functions in which something denies.
    private var denying: Set<Declaration.ID> = []
    /// The returned expressions of local functions that consist of one `return`.
    private(set) var returned: [Declaration.ID: Expression.ID] = [:]
    /// The local functions that are called by their names alone, with the knowledge where they are defined and called.
    private var helpers: [Declaration.ID: Helper] = [:]
    private var order: [Declaration.ID] = []
    private var depth = 0
    var steps = 0

    /// Deeper than anything that people write; what is nested deeper is not analysed.
    static let deepest = 150
    /// The limit for conditions within conditions, which could be followed without end.
    static let mostSteps = 100_000

    init(_ inference: TypeInference) {
        chunk = inference.chunk
        self.inference = inference
        findDenying()
        findHelpers()
        _ = run(chunk.block, Knowledge(kinds: inference.shape.kinds))
        // A function is defined before what calls it: the last one has all its calls.
        while let name = order.popLast() { runHelper(name) }
        reads.sort { $0.position < $1.position }
    }

    /// A local function whose body is judged by what is known at all its calls.
    private struct Helper {
        let function: Function.ID
        var defined: Knowledge?
        var called: Knowledge?
    }

    // MARK: Statements

    /// - Returns: the knowledge after a block; `nil` when nothing comes after it.
    private mutating func run(_ block: Block, _ knowledge: Knowledge) -> Knowledge? {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { return knowledge }
        var now = knowledge
        for statement in block.statements {
            // Every jump to a label comes from this block.
            if case .label = statement.kind { now = knowledge }
            guard let next = run(statement, now) else { return nil }
            now = next
        }
        return now
    }

    private mutating func run(_ statement: Syntax.Statement, _ knowledge: Knowledge) -> Knowledge? {
        switch statement.kind {
        case .empty, .label: return knowledge
        case .break, .goto: return nil
        case .local(_, let values): return run(values, knowledge)
        case .assign(let targets, let values): return run(values + targets, knowledge)
        case .call(let call):
            let after = run(call, knowledge)
            return chunk.returns(statement) ? nil : after
        case .return(let values):
            _ = run(values, knowledge)
            return nil
        case .block(let block): return run(block, knowledge)
        case .if(let branches, let otherwise): return run(branches, otherwise, knowledge)
        case .while(let condition, let block):
            let after = run(condition, knowledge)
            _ = run(block, assume(condition, true, after))
            return after
        case .repeat(let block, let condition):
            let after = run(block, knowledge)
            _ = run(condition, after ?? knowledge)
            return knowledge
        case .numericFor(_, let values, let block), .genericFor(_, let values, let block):
            let after = run(values, knowledge)
            _ = run(block, after)
            return after
        case .localFunction(let name, _) where helpers[name] != nil:
            helpers[name]!.defined = knowledge
            order.append(name)
            return knowledge
        case .function(_, let function), .localFunction(_, let function):
            _ = run(chunk[function].block, knowledge)
            return knowledge
        }
    }

    private mutating func run(
        _ branches: [Syntax.Statement.Branch], _ otherwise: Block?, _ knowledge: Knowledge
    ) -> Knowledge? {
        var after: Knowledge?
        var rest = knowledge
        for branch in branches {
            rest = run(branch.condition, rest)
            if let end = run(branch.block, assume(branch.condition, true, rest)) { after = end.joined(after) }
            rest = assume(branch.condition, false, rest)
        }
        guard let otherwise else { return rest.joined(after) }
        return run(otherwise, rest).map { $0.joined(after) } ?? after
    }

    // MARK: Expressions

    private mutating func run(_ expressions: [Expression.ID], _ knowledge: Knowledge) -> Knowledge {
        expressions.reduce(knowledge) { run($1, $0) }
    }

    /// Checks the reads of an expression.
    private mutating func run(_ id: Expression.ID, _ knowledge: Knowledge) -> Knowledge {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { return knowledge }
        switch chunk[id].kind {
        case .binary(.and, let left, let right, _):
            let after = run(left, knowledge)
            _ = run(right, assume(left, true, after))
            return after
        case .binary(.or, let left, let right, _):
            let after = run(left, knowledge)
            _ = run(right, assume(left, false, after))
            return after
        case .function(let function):
            _ = run(chunk[function].block, knowledge)
            return knowledge
        case .member(let base, let name): return note(id, of: base, name.position, run(base, knowledge))
        case .index(let base, let key): return note(id, of: base, chunk[key].position, run([base, key], knowledge))
        case .method(let base, let name, let arguments) where name.name == "get":
            return note(id, of: base, name.position, run([base] + arguments, knowledge))
        default:
            var after = knowledge
            for case .expression(let part) in chunk.parts(of: .expression(id)) { after = run(part, after) }
            if let name = helper(id) { helpers[name]!.called = after.joined(helpers[name]!.called) }
            if isDeny(id) {
                // A deny of what names no record does not deny that a record lacks a property.
                let absent = after.missing.isEmpty ? after.absent : []
                denies.append(Deny(position: chunk[id].position, asked: after.asked, absent: absent))
            }
            return after
        }
    }

    /// Notes the read of a value that may be absent.
    private mutating func note(
        _ id: Expression.ID, of base: Expression.ID, _ position: Position, _ knowledge: Knowledge
    ) -> Knowledge {
        var after = knowledge
        guard let absence = inference.value(id)?.absence else { return after }
        if !isThere(absence, of: base, after) { reads.append(Read(absence: absence, position: position)) }
        // One finding is enough: code that comes further has read the value.
        after.there.insert(absence.key)
        return after
    }

    // MARK: Functions of the policy

    /// The local function that an expression calls, where its calls are followed.
    private func helper(_ id: Expression.ID) -> Declaration.ID? {
        guard case .call(let callee, _) = chunk[id].kind, case .name(let name) = chunk[callee].kind,
            case .local(let variable) = name.target, helpers[variable] != nil
        else { return nil }
        return variable
    }

    /// Finds the local functions that are only called, and not by themselves.
    private mutating func findHelpers() {
        var named: [Declaration.ID: Int] = [:]
        var called: [Declaration.ID: Int] = [:]
        chunk.walk { node in
            switch node {
            case .statement(let statement):
                guard case .localFunction(let name, let function) = statement.kind, !chunk[name].isReassigned else {
                    break
                }
                helpers[name] = Helper(function: function)
            case .expression(let id):
                if case .call(let callee, _) = chunk[id].kind, case .name(let name) = chunk[callee].kind,
                    case .local(let variable) = name.target
                {
                    called[variable, default: 0] += 1
                }
                if case .name(let name) = chunk[id].kind, case .local(let variable) = name.target {
                    named[variable, default: 0] += 1
                }
            }
            return true
        }
        for (name, helper) in helpers {
            let isRecursive = calls(in: helper.function).contains { self.helper($0) == name }
            if isRecursive || named[name] != called[name] { helpers[name] = nil }
        }
    }

    private mutating func runHelper(_ name: Declaration.ID) {
        guard let helper = helpers[name], let defined = helper.defined else { return }
        // A call that avoids a deny is reported where it is made.
        var knowledge = helper.called ?? defined
        (knowledge.asked, knowledge.absent, knowledge.missing) = (defined.asked, defined.absent, defined.missing)
        _ = run(chunk[helper.function].block, knowledge)
    }

    // MARK: Denies

    /// The denies that a request avoids by leaving out a property: its presence is tested before, and its absence leads
    /// to no other deny.
    var avoidable: [(property: ExactName, position: Position)] {
        let handled = denies.reduce(into: Set<ExactName>()) { $0.formUnion($1.absent) }
        return denies.flatMap { deny in
            deny.asked.subtracting(handled).sorted().map { (property: $0, position: deny.position) }
        }.sorted { $0.position < $1.position }
    }

    /// True for a call of `deny`, of `error`, which denies too, or of a function of the policy that contains one.
    private func isDeny(_ id: Expression.ID) -> Bool {
        guard case .call(let callee, _) = chunk[id].kind, case .name(let name) = chunk[callee].kind else {
            return false
        }
        switch name.target {
        case .global: return name.name == "deny" || name.name == "error"
        case .local(let variable): return denying.contains(variable)
        }
    }

    private mutating func findDenying() {
        var functions: [(name: Declaration.ID, calls: [Expression.ID])] = []
        chunk.walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .localFunction(let name, let function):
                functions.append((name, calls(in: function)))
                let statements = chunk[function].block.statements
                if statements.count == 1, case .return(let values) = statements[0].kind, values.count == 1,
                    !chunk[name].isReassigned
                {
                    returned[name] = values[0]
                }
            case .local(let names, let values):
                for (name, value) in zip(names, values) where !chunk[name].isReassigned {
                    if case .function(let function) = chunk[value].kind {
                        functions.append((name, calls(in: function)))
                    }
                }
            default: break
            }
            return true
        }
        // A function that calls a denying one is denying itself. Each round finds another, or is the last.
        for _ in 0..<Self.mostRounds {
            let found = functions.filter { !denying.contains($0.name) && $0.calls.contains(where: isDeny) }.map(\.name)
            if found.isEmpty { return }
            denying.formUnion(found)
        }
    }

    private static let mostRounds = 20

    private func calls(in function: Function.ID) -> [Expression.ID] {
        var calls: [Expression.ID] = []
        chunk.walk(chunk[function].block) { node in
            if case .expression(let id) = node, case .call = chunk[id].kind { calls.append(id) }
            return true
        }
        return calls
    }
}
