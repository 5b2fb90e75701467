internal import Model
internal import Policies
internal import Syntax

/// Which reads of a policy nothing before them makes sure of: what may be absent, and was not asked for on every way there.
///
/// What a request has does not change while it is decided, so that what was asked once holds from there on.
struct OptionalAccessAnalysis {
    /// A read that may raise.
    struct Read {
        let absence: TypeInference.Absence
        let position: Position
    }

    /// A deny, or a failure, and what a request has that comes to it.
    private struct Deny {
        let position: Position
        /// Properties of the request, by their names in reasons: asked for, and there.
        let asked: Set<ExactName>
        /// Asked for, and not there.
        let absent: Set<ExactName>
    }

    private let chunk: Chunk
    private let inference: TypeInference
    private(set) var reads: [Read] = []
    private var denies: [Deny] = []
    /// The local functions in which something denies.
    private var denying: Set<Declaration.ID> = []
    /// For local functions that are one `return`, what that gives.
    private var returned: [Declaration.ID: Expression.ID] = [:]
    private var depth = 0
    private var steps = 0

    /// Deeper than anything that people write; what lies below is not judged.
    private static let deepest = 150
    /// Conditions of conditions could be looked at without end.
    private static let mostSteps = 100_000

    init(_ inference: TypeInference) {
        chunk = inference.chunk
        self.inference = inference
        findDenying()
        _ = run(chunk.block, Knowledge(kinds: inference.root.kinds))
        reads.sort { $0.position < $1.position }
    }

    /// What is known at a place of the policy.
    private struct Knowledge {
        /// What is there, by its name in reasons.
        var there: Set<ExactName> = []
        /// Properties that may be left out: those that are there because it was asked, and those that are not.
        var asked: Set<ExactName> = []
        var absent: Set<ExactName> = []
        var kinds: Set<DecisionKind>

        /// What is known where two ways meet.
        func joined(_ other: Knowledge?) -> Knowledge {
            guard let other else { return self }
            return Knowledge(
                there: there.intersection(other.there), asked: asked.intersection(other.asked),
                absent: absent.intersection(other.absent), kinds: kinds.union(other.kinds))
        }
    }

    // MARK: Statements

    /// - Returns: what is known after a block; `nil` when nothing comes after it.
    private mutating func run(_ block: Block, _ knowledge: Knowledge) -> Knowledge? {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { return knowledge }
        var now = knowledge
        for statement in block.statements {
            // Whatever jumps to a label comes from this block.
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

    /// Looks at the reads of an expression, and says what is known once it has a value.
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
        case .member(let base, let name):
            var after = run(base, knowledge)
            guard let absence = inference.value(id)?.absence else { return after }
            if !isThere(absence, after) { reads.append(Read(absence: absence, position: name.position)) }
            // One finding is enough: whoever comes further has read it.
            after.there.insert(absence.key)
            return after
        default:
            var after = knowledge
            for case .expression(let part) in chunk.parts(of: .expression(id)) { after = run(part, after) }
            if isDeny(id) {
                denies.append(Deny(position: chunk[id].position, asked: after.asked, absent: after.absent))
            }
            return after
        }
    }

    // MARK: Denies

    /// Denies that a request avoids by leaving out a property: it is asked for before, and where it is not there nothing
    /// denies because of that.
    var avoidable: [(property: ExactName, position: Position)] {
        let handled = denies.reduce(into: Set<ExactName>()) { $0.formUnion($1.absent) }
        return denies.flatMap { deny in
            deny.asked.subtracting(handled).sorted().map { (property: $0, position: deny.position) }
        }.sorted { $0.position < $1.position }
    }

    /// A call of `deny`, or of `error`, which is a deny too, or of a function of the policy in which one is.
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
        // One that calls such a one is one itself. Each round finds another, or is the last.
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

    /// Whether a request may leave out a property: some type declares it as optional.
    private func mayBeLeftOut(_ name: ExactName, of base: Expression.ID) -> Bool {
        let types: [Schema.RecordType]
        switch inference.value(base)?.type {
        case .resource?: types = inference.schema.resources
        case .context?: types = [inference.schema.context]
        case .external(let index)?: types = index < 0 ? inference.schema.subjects : [inference.schema.subjects[index]]
        default: return false
        }
        return types.contains { type in type.slot(name).map { type.properties[$0].isOptional } ?? false }
    }

    /// What a function of the policy gives that only gives one thing.
    private func given(by callee: Expression.ID) -> Expression.ID? {
        guard case .name(let name) = chunk[callee].kind, case .local(let variable) = name.target else { return nil }
        return returned[variable]
    }

    private func isThere(_ absence: TypeInference.Absence, _ knowledge: Knowledge) -> Bool {
        if knowledge.there.contains(absence.key) { return true }
        switch absence.attribute {
        case .token?, .actor?, .proposed?:
            return knowledge.kinds.isEmpty || inference.root.guarantees(absence.attribute!, at: knowledge.kinds)
        default: return false
        }
    }

    // MARK: Conditions

    /// What is known once a condition has come out one way.
    private mutating func assume(_ id: Expression.ID, _ holds: Bool, _ knowledge: Knowledge) -> Knowledge {
        let outcomes = outcomes(of: id, knowledge, level: 0)
        return holds ? outcomes.yes : outcomes.no
    }

    private mutating func outcomes(
        of id: Expression.ID, _ knowledge: Knowledge, level: Int
    ) -> (yes: Knowledge, no: Knowledge) {
        steps += 1
        guard level < Self.deepest, steps < Self.mostSteps else { return (knowledge, knowledge) }
        var (yes, no) = (knowledge, knowledge)
        switch chunk[id].kind {
        case .parenthesized(let inner): return outcomes(of: inner, knowledge, level: level + 1)
        case .unary(.not, let inner):
            let inner = outcomes(of: inner, knowledge, level: level + 1)
            return (inner.no, inner.yes)
        case .binary(.and, let left, let right, _):
            let first = outcomes(of: left, knowledge, level: level + 1)
            let second = outcomes(of: right, first.yes, level: level + 1)
            return (second.yes, first.no.joined(second.no))
        case .binary(.or, let left, let right, _):
            let first = outcomes(of: left, knowledge, level: level + 1)
            let second = outcomes(of: right, first.no, level: level + 1)
            return (first.yes.joined(second.yes), second.no)
        case .binary(.equal, let left, let right, _): return compare(left, right, knowledge)
        case .binary(.notEqual, let left, let right, _):
            let same = compare(left, right, knowledge)
            return (same.no, same.yes)
        case .name(let name):
            guard case .local(let variable) = name.target, let value = inference.definition(of: variable) else { break }
            return outcomes(of: value, knowledge, level: level + 1)
        case .method(let base, let name, let arguments) where name.name == "has":
            guard let argument = arguments.first, case .string(let bytes) = chunk[argument].kind,
                let key = inference.key(of: ExactName(String(decoding: bytes, as: UTF8.self)), on: base)
            else { break }
            if mayBeLeftOut(ExactName(String(decoding: bytes, as: UTF8.self)), of: base) {
                no.absent.insert(key)
                // What was read before, unasked, fails the policy where it is not there.
                if !yes.there.contains(key) { yes.asked.insert(key) }
            }
            yes.there.insert(key)
        case .call(let callee, _):
            guard let value = given(by: callee) else { break }
            return outcomes(of: value, knowledge, level: level + 1)
        case .member(let base, let name) where name.name == "is_operator":
            guard case .actor? = inference.value(base)?.type else { break }
            // Whoever is no operator is a user.
            for part in ["user", "department", "user_type"] as [ExactName] {
                if let key = inference.key(of: part, on: base) { no.there.insert(key) }
            }
        default: break
        }
        return (yes, no)
    }

    /// What follows of a comparison with a text.
    private func compare(
        _ left: Expression.ID, _ right: Expression.ID, _ knowledge: Knowledge
    ) -> (yes: Knowledge, no: Knowledge) {
        var (yes, no) = (knowledge, knowledge)
        for (side, other) in [(left, right), (right, left)] {
            guard case .string(let bytes) = chunk[other].kind, case .member(let base, let name) = chunk[side].kind,
                let owner = inference.value(base)?.type
            else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            switch (owner, name.name) {
            case (.request, "point"):
                guard let kind = DecisionKind(rawValue: text) else { continue }
                yes.kinds.formIntersection([kind])
                no.kinds.remove(kind)
            case (.token, "kind"):
                // An API token has a name.
                guard let key = inference.key(of: "name", on: base) else { continue }
                if text == "api" { yes.there.insert(key) }
                if text == "mobile" { no.there.insert(key) }
            default: continue
            }
        }
        return (yes, no)
    }
}
