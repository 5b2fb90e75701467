internal import Model
internal import Policies
internal import Syntax

extension OptionalAccessAnalysis {
    /// The knowledge at a place of the policy.
    struct Knowledge {
        /// The values that are present, by their names in reasons.
        var there: Set<ExactName> = []
        /// Properties that may be left out: those that are present because a test said so, and those that are absent.
        var asked: Set<ExactName> = []
        var absent: Set<ExactName> = []
        /// The records that a test found to be absent.
        var missing: Set<ExactName> = []
        var kinds: Set<DecisionKind>
        /// The records that are present, by their names in reasons, with the types that each may have.
        var types: [ExactName: Set<ExactName>] = [:]

        /// The knowledge where two ways meet.
        func joined(_ other: Knowledge?) -> Knowledge {
            guard let other else { return self }
            var both = Knowledge(
                there: there.intersection(other.there), asked: asked.intersection(other.asked),
                absent: absent.intersection(other.absent), missing: missing.intersection(other.missing),
                kinds: kinds.union(other.kinds))
            for (record, own) in types {
                if let others = other.types[record] { both.types[record] = own.union(others) }
            }
            return both
        }
    }

    /// The expression that a function of the policy returns, when it consists of one `return`.
    func given(by callee: Expression.ID) -> Expression.ID? {
        guard case .name(let name) = chunk[callee].kind, case .local(let variable) = name.target else { return nil }
        return returned[variable]
    }

    /// - Parameter base: the owner of the value.
    func isThere(_ absence: TypeInference.Absence, of base: Expression.ID, _ knowledge: Knowledge) -> Bool {
        if knowledge.there.contains(absence.key) { return true }
        switch absence.attribute {
        case .token?, .actor?, .proposed?:
            return knowledge.kinds.isEmpty || inference.shape.guarantees(absence.attribute!, at: knowledge.kinds)
        case nil:
            guard absence.element == nil, inference.value(base)?.owner.isMap == false, let (record, path) = place(base)
            else { return false }
            // A request for `access` without a resource fails the policy whatever it reads.
            guard knowledge.types[record.name] != nil || knowledge.kinds == [.access] else { return false }
            // A type without the record that the property is in has failed before.
            return possible(record, knowledge).allSatisfy { type in
                Self.properties(path, of: type).map { Self.requires(absence.name, $0) } ?? true
            }
        default: return false
        }
    }

    // MARK: Types of records

    /// A resource, an action or an external subject, by its name in reasons.
    private struct Record {
        let name: ExactName
        let declared: [Schema.RecordType]
        /// The names of the types that it may have.
        let all: Set<ExactName>
    }

    private func record(_ base: Expression.ID) -> Record? { inference.value(base).flatMap(record) }

    /// The record that an expression is, or is inside of, and the path that leads there.
    private func place(_ base: Expression.ID) -> (record: Record, path: [ExactName])? {
        guard let (root, path) = inference.value(base).map(inference.root), let record = record(root) else {
            return nil
        }
        return (record, path)
    }

    /// The properties of a record inside one of a type; `nil` where the type has none there.
    private static func properties(_ path: [ExactName], of type: Schema.RecordType) -> [Schema.Property]? {
        path.isEmpty ? type.properties : type.property(at: path)?.type.properties
    }

    private static func requires(_ name: ExactName, _ properties: [Schema.Property]) -> Bool {
        properties.slot(name).map { !properties[$0].isOptional } ?? false
    }

    private func record(_ known: TypeInference.Known) -> Record? {
        guard let name = inference.text(known) else { return nil }
        switch known.owner {
        case .action:
            // An administrative act has no properties.
            let acts = inference.shape.kinds.filter(\.isAdministrative).map { ExactName($0.rawValue) }
            let types = inference.schema.actionRecords
            return Record(name: ExactName(name), declared: types, all: Set(types.map(\.name) + acts))
        case .resource:
            let types = inference.schema.resources
            return Record(name: ExactName(name), declared: types, all: Set(types.map(\.name)))
        case .context:
            let context = inference.schema.context
            return Record(name: ExactName(name), declared: [context], all: [context.name])
        case .external(let index):
            let types = index < 0 ? inference.schema.subjects : [inference.schema.subjects[index]]
            // The subject of a policy for any may be a token.
            return Record(
                name: ExactName(name), declared: types, all: Set(types.map(\.name)).union(index < 0 ? ["token"] : []))
        default: return nil
        }
    }

    /// The types that a record may have at a place. A type that no schema declares has no properties.
    private func possible(_ record: Record, _ knowledge: Knowledge) -> [Schema.RecordType] {
        var names = knowledge.types[record.name] ?? record.all
        let possible = pairs(knowledge).possible
        switch record.name {
        case Self.action: names.formIntersection(possible.actions)
        case Self.resource: names.formIntersection(possible.types)
        default: break
        }
        return names.sorted().map { name in
            record.declared.first { $0.name == name } ?? Schema.RecordType(name: name, properties: [])
        }
    }

    private static let action: ExactName = "action"
    private static let resource: ExactName = "resource"

    /// The actions and types of resource that are possible at a place.
    private func pairs(_ knowledge: Knowledge) -> ActionPairs {
        ActionPairs(inference, actions: knowledge.types[Self.action], types: knowledge.types[Self.resource])
    }

    /// The part of the pair of action and resource type that an expression is.
    private func part(_ id: Expression.ID) -> ActionPairs.Part? {
        switch inference.attribute(id) {
        case .actionName: return .action
        case .recordType:
            guard case .member(let base, _) = chunk[source(id)].kind, inference.value(base)?.owner == .resource else {
                return nil
            }
            return .type
        default: return nil
        }
    }

    /// True when a request may leave out a property: a type that the record may have declares it as optional.
    private func mayBeLeftOut(_ name: ExactName, of base: Expression.ID, _ knowledge: Knowledge) -> Bool {
        guard let (record, path) = place(base) else {
            // A property of a record in a list or a map, or a key of a map.
            return inference.value(base).map { known in
                known.owner.properties?.contains { $0.name == name && $0.isOptional } ?? known.owner.isMap
            } ?? false
        }
        return possible(record, knowledge).contains { type in
            guard let own = Self.properties(path, of: type) else {
                return !path.isEmpty && inference.value(base)?.owner.isMap == true
            }
            return own.slot(name).map { own[$0].isOptional } ?? false
        }
    }

    /// Restricts the types of the record that something is inside of.
    private func restrict(
        rootOf base: Expression.ID, in knowledge: inout Knowledge, to isWanted: ([Schema.Property]?) -> Bool
    ) {
        guard let (record, path) = place(base) else { return }
        knowledge.types[record.name] = Set(
            possible(record, knowledge).filter { isWanted(Self.properties(path, of: $0)) }.map(\.name))
    }

    /// Restricts the types of a record that is present.
    private func restrict(
        _ base: Expression.ID, in knowledge: inout Knowledge, to isWanted: (Schema.RecordType) -> Bool
    ) {
        guard let record = record(base) else { return }
        knowledge.types[record.name] = Set(possible(record, knowledge).filter(isWanted).map(\.name))
    }

    /// The expression behind a variable that is never assigned to.
    private func source(_ id: Expression.ID) -> Expression.ID {
        var id = id
        for _ in 0..<Self.deepest {
            switch chunk[id].kind {
            case .parenthesized(let inner): id = inner
            case .name(let name):
                guard case .local(let variable) = name.target, let value = inference.definition(of: variable) else {
                    return id
                }
                id = value
            default: return id
            }
        }
        return id
    }

    // MARK: Conditions

    /// The knowledge after a condition had a certain result.
    mutating func assume(_ id: Expression.ID, _ holds: Bool, _ knowledge: Knowledge) -> Knowledge {
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
        case .binary(let operation, let left, let right, _) where operation == .equal || operation == .notEqual:
            let same = compare(left, right, knowledge)
            (yes, no) = operation == .equal ? same : (same.no, same.yes)
            noteLength(left, operation, right, &yes, &no)
        case .binary(let operation, let left, let right, _):
            noteLength(left, operation, right, &yes, &no)
        case .name(let name):
            guard case .local(let variable) = name.target, let value = inference.definition(of: variable) else { break }
            return outcomes(of: value, knowledge, level: level + 1)
        case .method(let base, let name, let arguments) where name.name == "has":
            guard let argument = arguments.first, case .string(let bytes) = chunk[argument].kind,
                let key = inference.key(of: ExactName(String(decoding: bytes, as: UTF8.self)), on: base)
            else { break }
            let property = ExactName(String(decoding: bytes, as: UTF8.self))
            if mayBeLeftOut(property, of: base, knowledge) {
                no.absent.insert(key)
                // A property that was read before without a test makes the policy fail when it is absent.
                if !yes.there.contains(key) { yes.asked.insert(key) }
            }
            yes.there.insert(key)
            if property == "type", let record = record(base) { no.missing.insert(record.name) }
            guard let (record, path) = place(base),
                record.declared.contains(where: { Self.properties(path, of: $0)?.slot(property) != nil })
            else { break }
            restrict(rootOf: base, in: &yes) { $0?.slot(property) != nil }
            // An absent record has no property either.
            guard no.types[record.name] != nil else { break }
            restrict(rootOf: base, in: &no) { $0.map { !Self.requires(property, $0) } ?? true }
        case .method(let base, let name, let arguments) where name.name == "declares":
            guard let argument = arguments.first, case .string(let bytes) = chunk[argument].kind,
                let record = record(base)
            else { break }
            let property = ExactName(String(decoding: bytes, as: UTF8.self))
            restrict(base, in: &yes) { $0.slot(property) != nil }
            if no.types[record.name] != nil { restrict(base, in: &no) { $0.slot(property) == nil } }
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

    /// Notes the elements that a list has by its length: those of `#list` after `#list >= 2` or `2 <= #list`.
    private func noteLength(
        _ left: Expression.ID, _ operation: BinaryOperator, _ right: Expression.ID, _ yes: inout Knowledge,
        _ no: inout Knowledge
    ) {
        for (side, other, isSwapped) in [(left, right, false), (right, left, true)] {
            guard case .unary(.length, let list) = chunk[source(side)].kind,
                case .integer(let number) = chunk[other].kind,
                let known = inference.value(list), let name = inference.text(known), (0...64).contains(number)
            else { continue }
            // The least length that each outcome leaves; 0 for none.
            let (least, otherwise): (Int64, Int64) =
                switch (operation, isSwapped) {
                case (.greater, false), (.less, true): (number + 1, 0)
                case (.greaterEqual, false), (.lessEqual, true): (number, 0)
                case (.less, false), (.greater, true): (0, number)
                case (.lessEqual, false), (.greaterEqual, true): (0, number + 1)
                case (.equal, _): (number, number == 0 ? 1 : 0)
                case (.notEqual, _): (number == 0 ? 1 : 0, number)
                default: (0, 0)
                }
            func elements(_ count: Int64) -> [ExactName] { (0..<count).map { "\(name)[\($0 + 1)]" } }
            yes.there.formUnion(elements(least))
            no.there.formUnion(elements(otherwise))
        }
    }

    /// The knowledge after a comparison with a string.
    private mutating func compare(
        _ left: Expression.ID, _ right: Expression.ID, _ knowledge: Knowledge
    ) -> (yes: Knowledge, no: Knowledge) {
        var (yes, no) = (knowledge, knowledge)
        for (side, other) in [(left, right), (right, left)] {
            if case .string(let bytes) = chunk[source(other)].kind, let part = part(side) {
                let name = ExactName(String(decoding: bytes, as: UTF8.self))
                if let message = pairs(knowledge).mismatch(name, as: part) {
                    mismatches[chunk[other].position] = message
                }
                if part == .action {
                    var action = side
                    // `request.action.name` is `request.action`.
                    if case .member(let base, _) = chunk[source(side)].kind, inference.value(base)?.owner == .action {
                        action = base
                    }
                    restrict(action, in: &yes) { $0.name == name }
                    restrict(action, in: &no) { $0.name != name }
                    continue
                }
            }
            guard case .string(let bytes) = chunk[source(other)].kind,
                case .member(let base, let name) = chunk[source(side)].kind,
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
            case (.resource, "type"), (.external, "type"):
                restrict(base, in: &yes) { $0.name.text == text }
                restrict(base, in: &no) { $0.name.text != text }
            default: continue
            }
        }
        return (yes, no)
    }
}
