package import Model
package import Policies

/// The facts that policies can read, each once, whichever policy, request shape or policy set reads it.
///
/// Terms are expressions of one request of no particular shape. What data of plugins fixes is a constant. For one thread
/// only.
package final class FactTable {
    package typealias ID = Expressions.ID

    package let schema: Schema
    package let plugins: PluginSet
    package let expressions: Expressions
    package let policies: [PolicyFacts]
    /// For each policy, the one whose settings are its own, where settings can be anything; `nil` where they are as written.
    private let owners: [Int]?
    private var facts: Facts
    /// For each source of terms, the term of each of its expressions.
    private var taken: [ObjectIdentifier: [ID: ID]] = [:]

    /// - Parameters:
    ///   - set: has the schema and the plugins of all policies whose facts it takes.
    ///   - policies: the data of the policies, by the numbers that facts have here.
    ///   - owners: for each policy, the one whose settings are its own: settings can then be anything. `nil` for settings as
    ///     they are written.
    package init(_ set: PolicySet, policies: [PolicyFacts], owners: [Int]? = nil, budget: Budget = Budget()) {
        self.owners = owners
        schema = set.schema
        plugins = set.plugins
        self.policies = policies
        // Made as a whole before it is stored: the optimiser of Swift 6.3 fails on calls of the stored one in here.
        var facts = Facts(schema: set.schema, policies: policies, plugins: set.plugins, runner: set.runner(budget))
        expressions = facts.expressions
        _ = facts.begin { _ in true }
        self.facts = facts
    }

    /// True when settings can be anything.
    package var hasFreeSettings: Bool { owners != nil }

    package func node(_ id: ID) -> Expressions.Node { expressions.nodes[Int(id)] }
    package func type(_ id: ID) -> ValueType { expressions.types[Int(id)] }
    package func text(_ id: ID) -> String { expressions.text(id) }

    /// The value of a constant; `nil` for any other term.
    package func constant(_ id: ID) -> Value? {
        let node = node(id)
        return node.operation == .constant ? expressions.constants[Int(node.a)] : nil
    }

    package func constant(_ value: Value, _ type: ValueType) -> ID { expressions.constant(value, type: type) }

    /// The values of terms for a request, as the engine computes them.
    package func values(of ids: [ID], for request: ResolvedRequest) -> [Value] {
        let begun = facts.begin { current in
            current = request
            return true
        }
        precondition(begun, "a request was given")
        return ids.map { facts.value($0) }
    }

    /// The message of a fact that has no answer.
    func failure(of id: ID) -> String {
        let lacking = operands(id).first { ownPresence($0, in: DecisionContext(.access)) == .perhaps } ?? id
        switch node(lacking).operation {
        case .call, .plus, .sum, .difference, .endOfDay: return "`\(text(lacking))` cannot be computed"
        default: break
        }
        if case .failure(let message) = facts.absence(lacking) { return message }
        return "`\(text(lacking))` has no value"
    }

    // MARK: Terms

    /// The term of a whole request.
    package var request: ID { expressions.intern(.request, 0, type: .request) }

    /// The term of a vocabulary attribute of another term.
    package func attribute(_ attribute: Attribute, of base: ID, _ type: ValueType) -> ID {
        expressions.intern(.attribute, base, attribute.rawValue, type: type)
    }

    /// The term of the holder whose department a term is, which its ceiling may limit; `nil` for any other term.
    package func departmentHolder(_ id: ID) -> ID? { expressions.departmentHolder(id).map { _ in node(id).a } }

    /// The term whose presence a `has` tests.
    package func target(ofPresence id: ID) -> ID? {
        let node = node(id)
        guard node.operation == .has else { return nil }
        let name = expressions.names[Int(node.b)]
        if let attribute = expressions.attribute(name, of: node.a) {
            let entry = Vocabulary.entries.first {
                $0.attribute.rawValue == attribute && ($0.owner == type(node.a) || $0.owner == .external(-1))
            }
            return expressions.intern(.attribute, node.a, attribute, type: entry?.type ?? .string)
        }
        return expressions.intern(.property, node.a, node.b, type: propertyType(name, of: node.a))
    }

    private func propertyType(_ name: ExactName, of base: ID) -> ValueType {
        let property: Schema.Property?
        switch type(base) {
        case .resource: property = Schema.property(name, among: schema.resources)
        case .action: property = Schema.property(name, among: schema.actionRecords)
        case .context: property = Schema.property(name, among: [schema.context])
        case .external(let index):
            property = Schema.property(name, among: index < 0 ? schema.subjects : [schema.subjects[index]])
        default: property = expressions.declared(base).properties?.first { $0.name == name }
        }
        return property?.type ?? .string
    }

    /// The term of an expression of an evaluator.
    /// - Parameters:
    ///   - source: the expressions of the evaluator.
    ///   - offset: the number here of the evaluator's first policy.
    package func take(_ id: ID, from source: Expressions, offset: Int) -> ID {
        let key = ObjectIdentifier(source)
        if let known = taken[key]?[id] { return known }
        let term = fold(copy(id, from: source, offset))
        taken[key, default: [:]][id] = term
        return term
    }

    private func copy(_ id: ID, from source: Expressions, _ offset: Int) -> ID {
        let node = source.nodes[Int(id)]
        let type = source.declared(id)
        func own(_ other: ID) -> ID { take(other, from: source, offset: offset) }
        func name() -> UInt32 { expressions.name(source.names[Int(node.b)]) }
        func list(_ number: UInt32) -> UInt32 { expressions.list(source.arguments[Int(number)].map(own)) }
        switch node.operation {
        case .request: return request
        case .settings: return expressions.intern(.settings, owner(node.a, offset), type: type)
        case .constant: return expressions.constant(source.constants[Int(node.a)], type: type)
        case .attribute:
            // The subject of a decision has names of its own in every shape.
            if node.b == Attribute.subject.rawValue, type == .token || type == .actor {
                return attribute(type == .token ? .token : .actor, of: own(node.a), type)
            }
            return expressions.intern(.attribute, own(node.a), node.b, type: type)
        case .property: return expressions.intern(.property, own(node.a), name(), type: type)
        case .setting: return expressions.intern(.setting, owner(node.a, offset), name(), type: type)
        case .has: return expressions.intern(.has, own(node.a), name())
        case .plus:
            let period = expressions.period(source.periods[Int(node.b)])
            return expressions.intern(.plus, own(node.a), period, type: type)
        case .element, .hasElement, .key, .column:
            return expressions.intern(node.operation, own(node.a), node.b, type: type)
        case .length, .endOfDay: return expressions.intern(node.operation, own(node.a), type: type)
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits, .inNetwork, .sum,
            .difference, .entry, .hasEntry:
            return expressions.intern(node.operation, own(node.a), own(node.b), type: type)
        case .between: return expressions.intern(.between, own(node.a), list(node.b))
        case .granted:
            let grants = policies[Int(node.a) + offset].grants
            return expressions.intern(.granted, UInt32(policies.firstIndex { $0.grants == grants }!))
        case .plugin, .table: return expressions.intern(node.operation, node.a, type: type)
        case .rowAt: return expressions.intern(.rowAt, node.a, node.b, type: type)
        case .row, .hasRow: return expressions.intern(node.operation, node.a, own(node.b), type: type)
        case .rows: return expressions.intern(.rows, node.a, list(node.b), type: type)
        case .call: return expressions.intern(.call, list(node.a), node.b, type: type)
        case .argument: return expressions.intern(.argument, node.a, node.b, type: type)
        }
    }

    private func owner(_ policy: UInt32, _ offset: Int) -> UInt32 {
        let number = Int(policy) + offset
        return UInt32(owners?[number] ?? number)
    }

    // MARK: What is fixed

    /// The constant that a term is, whatever the request and the store, where data of plugins alone determines it.
    private func fold(_ id: ID) -> ID {
        guard node(id).operation != .constant, isFixed(id) else { return id }
        switch type(id) {
        case .boolean, .number, .string, .date, .time, .duration, .ip, .network: break
        default: return id
        }
        let value = facts.value(id)
        switch value {
        case .absent, .failure, .entity: return id
        default: return expressions.constant(value, type: type(id))
        }
    }

    /// True for a term that depends on neither the request nor the store nor a setting.
    package func isFixed(_ id: ID) -> Bool {
        let node = node(id)
        switch node.operation {
        case .constant, .plugin, .table, .rowAt: return true
        case .request, .settings, .setting, .attribute, .property, .granted, .call, .argument, .can, .permits, .meets,
            .covers, .isWithin:
            return false
        // Rows name departments and users by the ids of one tenant.
        case .column: return isFixed(node.a) && !namesRecords(type(id))
        case .row, .hasRow: return isFixed(node.b)
        case .rows: return expressions.arguments[Int(node.b)].allSatisfy(isFixed)
        // The time of day of an instant, a day later and the end of a day are those of a tenant's zone.
        case .between:
            return type(node.a) != .instant && isFixed(node.a)
                && expressions.arguments[Int(node.b)].allSatisfy { type($0) != .instant && isFixed($0) }
        case .plus: return type(id) != .instant && isFixed(node.a)
        case .endOfDay: return false
        case .has, .element, .hasElement, .key, .length: return isFixed(node.a)
        case .equal, .less, .lessEqual, .contains, .inNetwork, .sum, .difference, .entry, .hasEntry:
            return isFixed(node.a) && isFixed(node.b)
        }
    }

    private func namesRecords(_ type: ValueType) -> Bool {
        switch type {
        case .department, .user, .userType, .list(.department), .list(.user): true
        default: false
        }
    }

    /// The terms that a term is computed from.
    package func operands(_ id: ID) -> [ID] {
        let node = node(id)
        switch node.operation {
        case .request, .settings, .constant, .setting, .granted, .plugin, .table, .rowAt, .argument: return []
        case .attribute, .property, .element, .hasElement, .key, .length, .plus, .endOfDay, .has, .column:
            return [node.a]
        case .row, .hasRow: return [node.b]
        case .rows: return expressions.arguments[Int(node.b)]
        case .call: return expressions.arguments[Int(node.a)]
        case .between: return [node.a] + expressions.arguments[Int(node.b)]
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits, .inNetwork, .sum,
            .difference, .entry, .hasEntry:
            return [node.a, node.b]
        }
    }

    /// The distinct values of a column among the rows of its table; `nil` where there are more than `most`.
    package func columnValues(_ id: ID, most: Int) -> [Value]? {
        let node = node(id)
        guard node.operation == .column, case .row(let table) = type(node.a) else { return nil }
        let rows = plugins.tables[table].table
        var found: [Value] = []
        for row in 0..<rows.count {
            let term = expressions.intern(
                .column, expressions.intern(.rowAt, UInt32(table), UInt32(row), type: type(node.a)), node.b,
                type: type(id))
            let value = facts.value(term)
            if case .absent = value { continue }
            if !found.contains(where: { $0.equals(value) }) { found.append(value) }
            if found.count > most { return nil }
        }
        return found
    }

    /// True when no row of a plugin's table lacks the column of a term.
    package func isAlwaysThere(column id: ID) -> Bool {
        let node = node(id)
        guard case .row(let table) = type(node.a) else { return false }
        return !plugins.tables[table].table.columns[Int(node.b)].isOptional
    }
}
