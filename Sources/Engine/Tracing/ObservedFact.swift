package import Model
package import Policies

/// A fact that a policy read, with its operation, its operands and the value of each part.
///
/// Values name departments and users by their numbers in the directory of the decision.
package struct ObservedFact: Sendable {
    package enum Operation: Hashable, Sendable {
        case request
        case settings
        case constant
        case attribute(Attribute)
        /// A declared property of a part of the request, or of a record inside one.
        case property(ExactName)
        case setting(policy: ExactName, name: ExactName)
        /// Of a list, or a value of a map; 1-based, as policies count.
        case element(Int)
        case hasElement(Int)
        /// Of a map, 1-based.
        case key(Int)
        /// The value of a key of a map, and whether there is one.
        case entry
        case hasEntry
        case length
        case plus(Period)
        case endOfDay
        /// The presence of a property, or of a part that may be absent.
        case has(ExactName)
        case equal
        case less
        case lessEqual
        case isWithin
        case inNetwork
        case sum
        case difference
        /// Of a time, the first time of day and the one after the last.
        case between
        case contains
        case meets
        case covers
        case can
        case permits
        /// True when a policy's `grants` name the action.
        case granted
        /// A function of a plugin, `cidr.contains`, or the one behind an attribute.
        case call(String)
        /// A part of a plugin's data: a table, a row by its key or its index, the presence of a row, or a column.
        case data
        /// An argument of a plugin's function.
        case argument
    }

    package let operation: Operation
    /// In the words of the policy's author: `token.department is_within resource.department`.
    package let text: String
    package let type: ValueType
    package let value: Value
    package let operands: [ObservedFact]
    /// The holder that it is, or whose attribute it is: on `access` the token that acts, else the token acted upon …
    package let holder: ResolvedRequest.Holder?
    let id: Expressions.ID
    /// True when a function of a plugin, one that it called, or the hours of a ceiling have read the clock for it.
    package let readsMinute: Bool
    /// The properties that a function of a plugin has read for it, by itself or through the functions it called, or that
    /// the limits of a ceiling have; empty for other operations.
    package let readByFunction: [(owner: PropertyLayout.Owner, path: [ExactName])]

    /// This fact and its operands, recursively.
    package var parts: [ObservedFact] { [self] + operands.flatMap(\.parts) }

    /// True when both are the same expression, in one policy or in two.
    package func isSame(as other: ObservedFact) -> Bool { id == other.id }

    /// True when its value depends on the clock.
    package var dependsOnTime: Bool {
        if case .attribute(let attribute) = operation, attribute == .time || attribute == .today { return true }
        if readsMinute { return true }
        return operands.contains(where: \.dependsOnTime)
    }
}

/// The facts that one policy read, in order.
package struct ObservedFacts: Sendable {
    package let policy: ExactName
    package let observedFacts: [ObservedFact]
}

extension Evaluator {
    /// The facts that a policy read, in order, with their operands.
    /// - Precondition: as for `statements`.
    package func observedFacts(_ outcome: Outcome) -> ObservedFacts {
        ObservedFacts(policy: set.policies[outcome.policy].id, observedFacts: outcome.trace.map(observedFact))
    }

    /// The values of observed facts for another request, in the same order.
    /// - Returns: `nil` once the evaluator has started over, since the facts then have other numbers.
    package func values(of facts: [ObservedFact], for request: ResolvedRequest, generation: Int) -> [Value]? {
        guard generation == self.generation else { return nil }
        guard
            self.facts.value.begin({ current in
                current = request
                return true
            })
        else { return nil }
        return facts.map { self.facts.value.value($0.id) }
    }

    private func observedFact(_ id: Expressions.ID) -> ObservedFact { host.observedFact(id) { set.policies[$0].id } }
}

extension EvaluationHost {
    /// - Parameter policy: gives the id of a policy by its number.
    func observedFact(_ id: Expressions.ID, _ policy: (Int) -> ExactName) -> ObservedFact {
        let node = expressions.nodes[Int(id)]
        let (operation, operands) = parts(node, policy)
        let places = readsByItself(node) ? facts.reads(for: id).places ?? [] : []
        return ObservedFact(
            operation: operation, text: expressions.text(id), type: expressions.types[Int(id)],
            value: facts.value(id), operands: operands.map { observedFact($0, policy) }, holder: expressions.holder(id),
            id: id,
            readsMinute: places.contains(ResolvedRequest.Place.minute),
            readByFunction: places.compactMap(facts.schema.layout.property))
    }

    /// True for a fact that reads parts of the request that are none of its operands.
    private func readsByItself(_ node: Expressions.Node) -> Bool {
        switch node.operation {
        case .call: true
        case .attribute: node.b == Attribute.beyondCeiling.rawValue
        case .has:
            expressions.types[Int(node.a)] == .request && expressions.names[Int(node.b)] == "beyond_ceiling"
        default: false
        }
    }

    /// The names of the properties, the settings and the keys that a fact reads, and of those inside the values that it
    /// compares or is: whoever hides the content of one of them must hide the fact's value.
    /// - Returns: them sorted, some perhaps several times.
    func namesShown(by id: Expressions.ID) -> [ExactName] {
        var names: [ExactName] = []
        addNames(readBy: id, to: &names)
        facts.value(id).addNames(to: &names)
        if names.count > 1 { names.sort() }
        return names
    }

    private func addNames(readBy id: Expressions.ID, to names: inout [ExactName]) {
        let node = expressions.nodes[Int(id)]
        // Most facts are these; the rest takes longer.
        if readsByItself(node), node.operation != .call { names += namesRead(for: id) }
        switch node.operation {
        case .property, .has:
            names.append(expressions.names[Int(node.b)])
            addNames(readBy: node.a, to: &names)
        case .request, .settings, .constant, .granted: break
        case .attribute: addNames(shownBy: node.a, to: &names)
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits, .sum, .difference:
            addNames(shownBy: node.a, to: &names)
            addNames(shownBy: node.b, to: &names)
        default: addNames(readBy: parts(node) { _ in "" }, id, to: &names)
        }
    }

    private func namesRead(for id: Expressions.ID) -> [ExactName] {
        (facts.reads(for: id).places ?? []).flatMap { facts.schema.layout.property(at: $0)?.path ?? [] }
    }

    private func addNames(shownBy id: Expressions.ID, to names: inout [ExactName]) {
        addNames(readBy: id, to: &names)
        facts.value(id).addNames(to: &names)
    }

    private func addNames(
        readBy fact: (operation: ObservedFact.Operation, operands: [Expressions.ID]), _ id: Expressions.ID,
        to names: inout [ExactName]
    ) {
        let operands = fact.operands
        switch fact.operation {
        case .setting(_, let name): names.append(name)
        // Parts of a list or a map: only their own keys are shown.
        case .entry, .hasEntry:
            if case .string(let key) = facts.value(operands[1]) { names.append(ExactName(key)) }
            for operand in operands { addNames(readBy: operand, to: &names) }
        case .element(let number), .hasElement(let number), .key(let number):
            if case .map(let entries) = facts.value(operands[0]), entries.indices.contains(number - 1) {
                names.append(entries[number - 1].key)
            }
            addNames(readBy: operands[0], to: &names)
        case .length: addNames(readBy: operands[0], to: &names)
        default:
            if case .call = fact.operation { names += namesRead(for: id) }
            for operand in operands { addNames(shownBy: operand, to: &names) }
        }
    }

    private func parts(
        _ node: Expressions.Node, _ policy: (Int) -> ExactName
    ) -> (ObservedFact.Operation, [Expressions.ID]) {
        func name() -> ExactName { expressions.names[Int(node.b)] }
        switch node.operation {
        case .request: return (.request, [])
        case .settings: return (.settings, [])
        case .constant: return (.constant, [])
        case .attribute: return (.attribute(Attribute(rawValue: node.b)!), [node.a])
        case .property: return (.property(name()), [node.a])
        case .setting: return (.setting(policy: policy(Int(node.a)), name: name()), [])
        case .element: return (.element(Int(node.b) + 1), [node.a])
        case .hasElement: return (.hasElement(Int(node.b) + 1), [node.a])
        case .key: return (.key(Int(node.b) + 1), [node.a])
        case .entry: return (.entry, [node.a, node.b])
        case .hasEntry: return (.hasEntry, [node.a, node.b])
        case .length: return (.length, [node.a])
        case .plus: return (.plus(expressions.periods[Int(node.b)]), [node.a])
        case .endOfDay: return (.endOfDay, [node.a])
        case .has: return (.has(name()), [node.a])
        case .inNetwork: return (.inNetwork, [node.a, node.b])
        case .sum: return (.sum, [node.a, node.b])
        case .difference: return (.difference, [node.a, node.b])
        case .between: return (.between, [node.a] + expressions.arguments[Int(node.b)])
        case .granted: return (.granted, [])
        case .call: return (.call(expressions.plugins.name(of: Int(node.b)).text), expressions.arguments[Int(node.a)])
        case .plugin, .table, .rowAt: return (.data, [])
        case .row, .hasRow: return (.data, [node.b])
        case .rows: return (.data, expressions.arguments[Int(node.b)])
        case .column: return (.data, [node.a])
        case .argument: return (.argument, [])
        case .equal: return (.equal, [node.a, node.b])
        case .less: return (.less, [node.a, node.b])
        case .lessEqual: return (.lessEqual, [node.a, node.b])
        case .isWithin: return (.isWithin, [node.a, node.b])
        case .contains: return (.contains, [node.a, node.b])
        case .meets: return (.meets, [node.a, node.b])
        case .covers: return (.covers, [node.a, node.b])
        case .can: return (.can, [node.a, node.b])
        case .permits: return (.permits, [node.a, node.b])
        }
    }
}

extension Value {
    /// Adds the keys and the names of the properties inside.
    fileprivate func addNames(to names: inout [ExactName]) {
        switch self {
        case .list(let elements): for element in elements { element.addNames(to: &names) }
        case .map(let entries), .record(let entries):
            for entry in entries {
                names.append(entry.key)
                entry.value.addNames(to: &names)
            }
        default: break
        }
    }
}
