import Decisions
import Engine
import Model
import Policies

@testable import Analysis

/// The truth of a formula's atoms for one request, as the engine computes facts, without any law.
struct ConcreteFacts {
    private let explored: ExploredContext
    private let request: ResolvedRequest
    /// The values of every term and of every fact that an atom stands for.
    private var known: [FactTable.ID: Value] = [:]

    init(explored: ExploredContext, request: ResolvedRequest) {
        (self.explored, self.request) = (explored, request)
        var ids: Set<FactTable.ID> = []
        for atom in explored.formula.atoms {
            switch atom {
            case .holds(let id), .defined(let id), .requires(let id, _): ids.insert(id)
            case .equal(let one, let other), .atMost(let one, let other): ids.formUnion([one, other])
            case .within(let one, let other): ids.insert(within(one, other))
            case .permits(let holder, let name): ids.insert(permits(holder, name))
            case .meetsRest(let holder, let department):
                ids.insert(department)
                for name in Self.permissions { ids.insert(permits(holder, name)) }
            case .tenant, .reaches, .unknown, .part: break
            }
        }
        let all = Array(ids)
        for (id, value) in zip(all, table.values(of: all, for: request)) { known[id] = value }
    }

    /// The permissions that generated departments require.
    private static let permissions: [ExactName] = [
        "orders.read", "orders.approve", "orders.delete", "users.update",
    ]

    private func within(_ one: FactTable.ID, _ other: FactTable.ID) -> FactTable.ID {
        table.expressions.intern(.isWithin, one, other)
    }

    private func permits(_ holder: FactTable.ID, _ name: ExactName) -> FactTable.ID {
        let operation: Expressions.Operation = [.token, .actor].contains(table.type(holder)) ? .can : .permits
        return table.expressions.intern(operation, holder, table.constant(.string(name), .string))
    }

    /// The literals of every atom that has a meaning for the request.
    var literals: [Literal] {
        explored.formula.variables.compactMap { literal, atom in
            truth(atom).map { $0 ? literal : !literal }
        }
    }

    private var table: FactTable { explored.table }

    private func value(_ id: FactTable.ID) -> Value { known[id] ?? table.values(of: [id], for: request)[0] }

    private func isThere(_ value: Value) -> Bool {
        switch value {
        case .absent, .failure: false
        default: true
        }
    }

    func truth(_ atom: Atom) -> Bool? {
        switch atom {
        case .holds(let id): return answer(id)
        case .defined(let id):
            let value = value(id)
            if case .failure = value { return false }
            // A `has` has an answer about what is absent.
            return table.answersAbsence(id) || isThere(value)
        case .equal(let one, let other):
            let values = [value(one), value(other)]
            return values.allSatisfy(isThere) ? values[0].equals(values[1]) : nil
        case .atMost(let one, let other):
            let values = [value(one), value(other)]
            return values.allSatisfy(isThere) ? !values[1].isLess(values[0]) : nil
        case .within(let one, let other): return answer(within(one, other))
        case .permits(let holder, let name):
            return answer(permits(holder, name))
        case .requires(let department, let name): return required(department)?.contains(name)
        case .meetsRest(let holder, let department):
            guard let required = required(department) else { return nil }
            let named = Set(explored.formula.permissions.values.joined())
            let answers = required.subtracting(named).map { name in
                answer(permits(holder, name))
            }
            return answers.contains(nil) ? nil : answers.allSatisfy { $0 == true }
        case .tenant(let number):
            let id = request.tenant < 0 ? nil : request.directory.tenants[request.tenant].id
            let own = explored.tenants.firstIndex { $0 != nil && $0 == id } ?? 0
            return own == number
        case .reaches, .unknown, .part: return nil
        }
    }

    private func answer(_ id: FactTable.ID) -> Bool? {
        if case .boolean(let holds) = value(id) { holds } else { nil }
    }

    /// The permissions that a department and those above it require.
    private func required(_ id: FactTable.ID) -> Set<ExactName>? {
        guard case .department(var next) = value(id) else { return nil }
        var names: Set<ExactName> = []
        while true {
            names.formUnion(request.directory.departments[next].requires)
            guard let parent = request.directory.departments[next].parent else { return names }
            next = parent
        }
    }
}
