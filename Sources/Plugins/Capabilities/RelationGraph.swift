internal import Model
internal import Policies
internal import Synchronization

/// Relation tuples and the model that says what follows from them, as numbers.
///
/// The terms are those of Zanzibar (Pang et al., USENIX ATC 2019) and OpenFGA: a user, or everybody who has a relation
/// to it, has a relation to an object.
final class RelationGraph: Sendable {
    /// From what a relation of a type follows.
    private struct Rules {
        var isKnown = false
        /// The types of users of whom tuples may state it, and those of which a tuple may state it for all.
        var users: Set<Int32> = []
        var everybody: Set<Int32> = []
        /// The relations, as type and relation, whose holders a tuple may name.
        var usersets: Set<Int64> = []
        var also: [Int32] = []
        var from: [(of: Int32, through: Int32)] = []
        var only: [Int32] = []
        var butNot: [Int32] = []

        /// Allows tuples to name users of a form.
        /// - Returns: false for a relation that the model does not have.
        mutating func allow(
            _ form: ExactName, _ types: inout Numbering, _ relations: Numbering, _ known: some Collection<Int64>
        ) -> Bool {
            let parts = form.text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                guard let type = types.numbers[ExactName(String(parts[0]))],
                    let relation = relations.numbers[ExactName(String(parts[1]))],
                    known.contains(RelationGraph.pair(type, relation))
                else { return false }
                usersets.insert(RelationGraph.pair(type, relation))
            } else if form.text.hasSuffix(":*") {
                everybody.insert(types.number(ExactName(String(form.text.dropLast(2)))))
            } else {
                users.insert(types.number(form))
            }
            return true
        }
    }

    /// A tuple: a user, or everybody who has a relation to it, has a relation to an object.
    private struct Statement: Comparable {
        /// The object and the relation.
        let key: Int64
        /// The relation to the user; `oneself` for the user, `everybody` for all of the user's type.
        let relation: Int32
        /// Its number among the objects, or that of its type.
        let user: Int32

        static let everybody: Int32 = -2
        static let oneself: Int32 = -1

        static func < (one: Self, other: Self) -> Bool {
            (one.key, one.relation, one.user) < (other.key, other.relation, other.user)
        }
    }

    /// A check and its answer.
    private struct KnownCheck {
        var key: Int64 = -1
        var user: Int32 = 0
        var userType: Int32 = 0
        var found = false
    }

    private let relations: [ExactName: Int32]
    private let types: [ExactName: Int32]
    /// By the type and the id.
    private let objects: [ExactName: Int32]
    private let typesOfObjects: [Int32]
    private let rules: [Int64: Rules]
    /// Sorted: for each object and relation first everybody, then users, then those who have a relation to something.
    private let statements: [Statement]
    /// The places in `statements` of each object and relation.
    private let places: [Int64: Range<Int32>]
    /// The last answers, each at the place that its check has.
    private let answers = Mutex([KnownCheck](repeating: KnownCheck(), count: 1 << 16))

    static let tupleColumns: [PluginTable.Column] = [
        .init("user_type", .string), .init("user_id", .string), .init("user_relation", .string, isOptional: true),
        .init("relation", .string), .init("object_type", .string), .init("object_id", .string),
    ]
    static let modelColumns: [PluginTable.Column] = [
        .init("type", .string), .init("relation", .string), .init("rule", .string),
        .init("of", .string, isOptional: true), .init("through", .string, isOptional: true),
        .init("users", .list(.string)),
    ]

    /// - Throws: the fault of a row of the model.
    init(tuples: PluginTable, model: PluginTable) throws(NativeFault) {
        var relations = Numbering()
        var types = Numbering()
        rules = try Self.rules(model, &types, &relations)
        var objects = Numbering()
        var typesOfObjects: [Int32] = []
        var statements: [Statement] = []
        statements.reserveCapacity(tuples.count)
        let slots = Self.tupleColumns.map { tuples.slot($0.name)! }
        for row in 0..<tuples.count {
            let text = slots.map { Self.text(tuples.value(row, $0)) }
            func object(_ type: ExactName, _ id: ExactName) -> Int32 {
                let number = objects.number(Self.key(type, id))
                if number == typesOfObjects.count { typesOfObjects.append(types.number(type)) }
                return number
            }
            let key = Self.pair(object(text[4], text[5]), relations.number(text[3]))
            if !text[2].isEmpty {
                let relation = relations.number(text[2])
                statements.append(Statement(key: key, relation: relation, user: object(text[0], text[1])))
            } else if text[1] == "*" {
                let type = types.number(text[0])
                statements.append(Statement(key: key, relation: Statement.everybody, user: type))
            } else {
                let user = object(text[0], text[1])
                statements.append(Statement(key: key, relation: Statement.oneself, user: user))
            }
        }
        statements.sort()
        var places: [Int64: Range<Int32>] = [:]
        var start = 0
        for end in statements.indices.map({ $0 + 1 })
        where end == statements.count || statements[end].key != statements[start].key {
            places[statements[start].key] = Int32(start)..<Int32(end)
            start = end
        }
        (self.relations, self.types, self.objects) = (relations.numbers, types.numbers, objects.numbers)
        (self.typesOfObjects, self.statements, self.places) = (typesOfObjects, statements, places)
    }

    /// The tuples of an object and a relation, from the first whose relation to the user is not below one.
    private func stated(_ key: Int64, from relation: Int32, user: Int32 = .min) -> ArraySlice<Statement> {
        guard let places = places[key] else { return [] }
        let wanted = Statement(key: key, relation: relation, user: user)
        var (low, high) = (Int(places.lowerBound), Int(places.upperBound))
        while low < high {
            let middle = (low + high) / 2
            if statements[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return statements[low..<Int(places.upperBound)]
    }

    private func states(_ key: Int64, _ relation: Int32, _ user: Int32) -> Bool {
        stated(key, from: relation, user: user).first == Statement(key: key, relation: relation, user: user)
    }

    private struct Numbering {
        private(set) var numbers: [ExactName: Int32] = [:]

        mutating func number(_ name: ExactName) -> Int32 {
            let next = Int32(numbers.count)
            if let known = numbers[name] { return known }
            numbers[name] = next
            return next
        }
    }

    private static func text(_ value: Value) -> ExactName {
        if case .string(let text) = value { ExactName(text) } else { "" }
    }

    private static func pair(_ one: Int32, _ other: Int32) -> Int64 { Int64(one) << 32 | Int64(other) }

    /// A type and an id as one text, with the length of the type before it: no other pair has the same.
    private static func key(_ type: ExactName, _ id: ExactName) -> ExactName {
        ExactName("\(type.text.utf8.count):\(type.text)\(id.text)")
    }

    // MARK: The model

    private static let names: [ExactName] = ["direct", "also", "from", "only", "but_not"]

    private static func rules(
        _ model: PluginTable, _ types: inout Numbering, _ relations: inout Numbering
    ) throws(NativeFault) -> [Int64: Rules] {
        var rules: [Int64: Rules] = [:]
        let slots = modelColumns.map { model.slot($0.name)! }
        func field(_ row: Int, _ column: Int) -> ExactName { text(model.value(row, slots[column])) }
        var walks: [(row: Int, type: Int32, of: Int32, through: Int32)] = []
        // A rule may name a relation that a later row defines.
        for row in 0..<model.count {
            rules[pair(types.number(field(row, 0)), relations.number(field(row, 1))), default: Rules()].isKnown = true
        }
        for row in 0..<model.count {
            let (typeName, name) = (field(row, 0), field(row, 2))
            let type = types.number(typeName)
            let key = pair(type, relations.number(field(row, 1)))
            func fault(_ message: String) -> NativeFault { NativeFault("`\(model.name)`, row \(row + 1): \(message)") }
            func relation(_ column: Int) throws(NativeFault) -> Int32 {
                let name = field(row, column)
                let known = relations.numbers[name].flatMap { rules[pair(type, $0)] == nil ? nil : $0 }
                if let known { return known }
                let columnName = modelColumns[column].name
                throw fault(
                    name.isEmpty
                        ? "the rule needs `\(columnName)`"
                        : "`\(typeName)` has no relation `\(name)`, which `\(columnName)` names")
            }
            var forms: [ExactName] = []
            if case .list(let values) = model.value(row, slots[5]) { forms = values.map(text) }
            guard names.contains(name) else {
                let hint = Suggestion.hint(for: name, among: names)
                throw fault("`\(name)` is no rule\(hint); one of \(names.joined(separator: ", "))")
            }
            let unused = [(3, "of", ["also", "from", "only", "but_not"]), (4, "through", ["from"])]
            for (column, title, takers) in unused where !field(row, column).isEmpty && !takers.contains(name.text) {
                throw fault("the rule `\(name)` has no `\(title)`")
            }
            if name != "direct", !forms.isEmpty { throw fault("the rule `\(name)` has no `users`") }
            switch name {
            case "direct":
                if forms.isEmpty { throw fault("the rule `direct` needs `users`: `user;user:*;group#member`") }
                for form in forms where !rules[key]!.allow(form, &types, relations, rules.keys) {
                    throw fault("the model has no relation `\(form)`, which `users` names")
                }
            case "also": rules[key]!.also.append(try relation(3))
            case "only": rules[key]!.only.append(try relation(3))
            case "but_not": rules[key]!.butNot.append(try relation(3))
            case "from":
                if field(row, 3).isEmpty { throw fault("the rule needs `of`") }
                let rule = (of: relations.number(field(row, 3)), through: try relation(4))
                rules[key]!.from.append(rule)
                walks.append((row, type, rule.of, rule.through))
            default: preconditionFailure("the rules are listed above")
            }
        }
        for (row, type, of, through) in walks {
            let above = rules[pair(type, through)]?.users ?? []
            guard !above.contains(where: { rules[pair($0, of)] != nil }) else { continue }
            throw NativeFault(
                "`\(model.name)`, row \(row + 1): nothing that `\(field(row, 4))` leads to has the relation "
                    + "`\(field(row, 3))`; `\(field(row, 4))` needs a rule `direct`")
        }
        return rules
    }

    // MARK: Checks

    /// True when a user has a relation to an object; else a failure in words.
    func check(_ type: ExactName, _ id: ExactName, _ relation: ExactName, userType: ExactName, user: ExactName) -> Value
    {
        if user == "*" { return .failure("`*` is everybody, and not a user") }
        guard let kind = types[type], let relationNumber = relations[relation],
            rules[Self.pair(kind, relationNumber)] != nil
        else { return .failure("the model has no relation `\(relation)` of `\(type)`") }
        // Nobody has a relation to what no tuple names, but everybody's are tuples, too.
        guard let object = objects[Self.key(type, id)] else { return .boolean(false) }
        let (userNumber, userKind) = (objects[Self.key(userType, user)] ?? -1, types[userType] ?? -1)
        let key = Self.pair(object, relationNumber)
        // The high bits of the product depend on all bits of both numbers.
        let mixed = (UInt64(bitPattern: key) ^ UInt64(UInt32(bitPattern: userNumber)) << 20) &* 0x9E37_79B9_7F4A_7C15
        let place = Int(mixed >> 48)
        let known = answers.withLock { $0[place] }
        if known.key == key, known.user == userNumber, known.userType == userKind { return .boolean(known.found) }
        var walk = Walk(graph: self, user: userNumber, userType: userKind)
        do throws(NativeFault) {
            let found = try walk.holds(object, relationNumber, depth: 1).found
            answers.withLock { $0[place] = KnownCheck(key: key, user: userNumber, userType: userKind, found: found) }
            return .boolean(found)
        } catch { return .failure(error.message) }
    }

    /// One check. A question that is open in itself is a no; only a no that depends on no open question is kept.
    private struct Walk {
        let graph: RelationGraph
        /// Its number among the objects; -1 for one that no tuple names.
        let user: Int32
        let userType: Int32
        private var known: [Int64: Bool] = [:]
        /// The open questions, the outermost first.
        private var open: [Int64] = []
        /// The number of open questions outside of the innermost `but_not`.
        private var barrier = 0
        private var steps = 0

        init(graph: RelationGraph, user: Int32, userType: Int32) {
            (self.graph, self.user, self.userType) = (graph, user, userType)
        }

        /// The longest chain of relations, as OpenFGA bounds it.
        private static let deepest = 25
        private static let mostSteps = 20_000

        /// - Returns: for a no, also the depth of the outermost open question on which it depends.
        mutating func holds(
            _ object: Int32, _ relation: Int32, depth: Int
        ) throws(NativeFault) -> (found: Bool, low: Int) {
            let key = RelationGraph.pair(object, relation)
            if let known = known[key] { return (known, depth) }
            if let place = open.firstIndex(of: key) {
                guard place >= barrier else { throw NativeFault("a relation is defined by its own absence") }
                return (false, place + 1)
            }
            guard depth <= Self.deepest else {
                throw NativeFault("a relation follows from more than \(Self.deepest) others, one from the next")
            }
            steps += 1
            guard steps <= Self.mostSteps else {
                throw NativeFault("the check takes more than \(Self.mostSteps) steps")
            }
            let type = graph.typesOfObjects[Int(object)]
            // An object of a type that does not have the relation, to which a tuple leads.
            guard let rules = graph.rules[RelationGraph.pair(type, relation)] else { return (false, depth) }
            open.append(key)
            var (found, low) = try isStated(object, rules, key, depth)
            if found {
                (found, low) = try isLeft(object, rules, depth)
            }
            open.removeLast()
            if found || low >= depth { known[key] = found }
            return (found, low)
        }

        /// True when a tuple or another relation gives it.
        private mutating func isStated(
            _ object: Int32, _ rules: Rules, _ key: Int64, _ depth: Int
        ) throws(NativeFault) -> (Bool, Int) {
            var low = depth
            if rules.users.contains(userType), graph.states(key, Statement.oneself, user) { return (true, depth) }
            if rules.everybody.contains(userType), graph.states(key, Statement.everybody, userType) {
                return (true, depth)
            }
            for other in rules.also {
                let (found, open) = try holds(object, other, depth: depth + 1)
                if found { return (true, depth) }
                low = min(low, open)
            }
            if !rules.usersets.isEmpty {
                for userset in graph.stated(key, from: 0) {
                    let type = graph.typesOfObjects[Int(userset.user)]
                    guard rules.usersets.contains(RelationGraph.pair(type, userset.relation)) else { continue }
                    let (found, open) = try holds(userset.user, userset.relation, depth: depth + 1)
                    if found { return (true, depth) }
                    low = min(low, open)
                }
            }
            for rule in rules.from {
                let type = graph.typesOfObjects[Int(object)]
                let allowed = graph.rules[RelationGraph.pair(type, rule.through)]?.users ?? []
                let above = graph.stated(RelationGraph.pair(object, rule.through), from: Statement.oneself)
                for parent in above.prefix(while: { $0.relation == Statement.oneself })
                where allowed.contains(graph.typesOfObjects[Int(parent.user)]) {
                    let (found, open) = try holds(parent.user, rule.of, depth: depth + 1)
                    if found { return (true, depth) }
                    low = min(low, open)
                }
            }
            return (false, low)
        }

        /// True when no rule takes away what was given.
        private mutating func isLeft(
            _ object: Int32, _ rules: Rules, _ depth: Int
        ) throws(NativeFault) -> (Bool, Int) {
            for other in rules.only {
                let (found, open) = try holds(object, other, depth: depth + 1)
                if !found { return (false, min(open, depth)) }
            }
            for other in rules.butNot {
                let before = barrier
                barrier = open.count
                defer { barrier = before }
                if try holds(object, other, depth: depth + 1).found { return (false, depth) }
            }
            return (true, depth)
        }
    }
}
