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

    private let chunk: Chunk
    private let inference: TypeInference
    private(set) var reads: [Read] = []
    /// The comparisons that never hold, because no possible action applies to a possible type of resource.
    private(set) var mismatches: [Position: String] = [:]
    private var denies: [Deny] = []
    /// The local functions in which something denies.
    private var denying: Set<Declaration.ID> = []
    /// The returned expressions of local functions that consist of one `return`.
    private var returned: [Declaration.ID: Expression.ID] = [:]
    private var depth = 0
    private var steps = 0

    /// Deeper than anything that people write; what is nested deeper is not analysed.
    private static let deepest = 150
    /// The limit for conditions within conditions, which could be followed without end.
    private static let mostSteps = 100_000

    init(_ inference: TypeInference) {
        chunk = inference.chunk
        self.inference = inference
        findDenying()
        _ = run(chunk.block, Knowledge(kinds: inference.shape.kinds, pairs: ActionPairs(inference)))
        reads.sort { $0.position < $1.position }
    }

    /// The knowledge at a place of the policy.
    private struct Knowledge {
        /// The values that are present, by their names in reasons.
        var there: Set<ExactName> = []
        /// Properties that may be left out: those that are present because a test said so, and those that are absent.
        var asked: Set<ExactName> = []
        var absent: Set<ExactName> = []
        var kinds: Set<DecisionKind>
        var pairs: ActionPairs

        /// The knowledge where two ways meet.
        func joined(_ other: Knowledge?) -> Knowledge {
            guard let other else { return self }
            return Knowledge(
                there: there.intersection(other.there), asked: asked.intersection(other.asked),
                absent: absent.intersection(other.absent), kinds: kinds.union(other.kinds),
                pairs: pairs.union(other.pairs))
        }
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
        case .member(let base, let name):
            var after = run(base, knowledge)
            guard let absence = inference.value(id)?.absence else { return after }
            if !isThere(absence, after) { reads.append(Read(absence: absence, position: name.position)) }
            // One finding is enough: code that comes further has read the value.
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

    /// True when a request may leave out a property: some type declares it as optional.
    private func mayBeLeftOut(_ name: ExactName, of base: Expression.ID) -> Bool {
        let types: [Schema.RecordType]
        switch inference.value(base)?.owner {
        case .resource?: types = inference.schema.resources
        case .action?: types = inference.schema.actionRecords
        case .context?: types = [inference.schema.context]
        case .external(let index)?: types = index < 0 ? inference.schema.subjects : [inference.schema.subjects[index]]
        default: return false
        }
        return types.contains { type in type.slot(name).map { type.properties[$0].isOptional } ?? false }
    }

    /// The expression that a function of the policy returns, when it consists of one `return`.
    private func given(by callee: Expression.ID) -> Expression.ID? {
        guard case .name(let name) = chunk[callee].kind, case .local(let variable) = name.target else { return nil }
        return returned[variable]
    }

    private func isThere(_ absence: TypeInference.Absence, _ knowledge: Knowledge) -> Bool {
        if knowledge.there.contains(absence.key) { return true }
        switch absence.attribute {
        case .token?, .actor?, .proposed?:
            return knowledge.kinds.isEmpty || inference.shape.guarantees(absence.attribute!, at: knowledge.kinds)
        case nil:
            return knowledge.kinds == [.access]
                && knowledge.pairs.require(absence.name, of: absence.owner, inference.schema)
        default: return false
        }
    }

    // MARK: Conditions

    /// The knowledge after a condition had a certain result.
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
                // A property that was read before without a test makes the policy fail when it is absent.
                if !yes.there.contains(key) { yes.asked.insert(key) }
            }
            yes.there.insert(key)
        case .call(let callee, _):
            guard let value = given(by: callee) else { break }
            return outcomes(of: value, knowledge, level: level + 1)
        case .member(let base, let name) where name.name == "is_operator":
            guard case .actor? = inference.value(base)?.type else { break }
            // An actor that is not the operator is a user.
            for part in ["user", "department", "user_type"] as [ExactName] {
                if let key = inference.key(of: part, on: base) { no.there.insert(key) }
            }
        default: break
        }
        return (yes, no)
    }

    /// The part of the pair of action and resource type that an expression is.
    private func part(_ id: Expression.ID) -> ActionPairs.Part? {
        switch inference.attribute(id) {
        case .actionName: .action
        case .recordType where inference.isTypeOfResource(id): .type
        default: nil
        }
    }

    /// The knowledge after a comparison with a string.
    private mutating func compare(
        _ left: Expression.ID, _ right: Expression.ID, _ knowledge: Knowledge
    ) -> (yes: Knowledge, no: Knowledge) {
        var (yes, no) = (knowledge, knowledge)
        for (side, other) in [(left, right), (right, left)] {
            if let bytes = inference.literal(other), let part = part(side) {
                let name = ExactName(String(decoding: bytes, as: UTF8.self))
                if let message = yes.pairs.take(name, as: part, inference.schema) {
                    mismatches[chunk[other].position] = message
                }
                no.pairs.drop(name, as: part)
                continue
            }
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
