internal import Model

/// Predicates answered without a value in between, for those that decisions ask most. Each says what `compute` says.
extension Facts {
    mutating func answer(_ node: Expressions.Node, _ id: Expressions.ID) -> Truth {
        switch node.operation {
        case .has: return Truth(has(id, node))
        case .equal:
            switch types[Int(node.a)] {
            case .department, .user, .userType:
                if let one = entity(node.a), let other = entity(node.b) { return Truth(one == other) }
            default: break
            }
        case .isWithin:
            if let one = entity(node.a), let other = entity(node.b) {
                return Truth(request.directory.department(one, isWithin: other))
            }
        case .can:
            if let holder = holder(node.a), let action = action(node.b) {
                return Truth(known.permits(action, assignment: holder))
            }
        case .meets:
            if let holder = holder(node.a), let department = entity(node.b) {
                return Truth(known.meets(department, assignment: holder))
            }
        case .granted:
            if request.actionNumber >= 0 { return Truth(known.isGranted(request.actionNumber, by: Int(node.a))) }
        default: break
        }
        guard case .boolean(let holds) = value(id) else { return .other }
        return Truth(holds)
    }

    /// The index of a department, user or user type that is simply there.
    private mutating func entity(_ id: Expressions.ID) -> Int? {
        let node = nodes[Int(id)]
        switch node.operation {
        case .attribute:
            switch Attribute(rawValue: node.b) {
            case .department: return holder(node.a).map { request.directory.assignments[$0].department }
            case .user: return holder(node.a).map { request.directory.assignments[$0].user }
            case .userType: return holder(node.a).map { request.directory.assignments[$0].userType }
            case .parent: return entity(node.a).flatMap { request.directory.departments[$0].parent }
            default: break
            }
        default: break
        }
        switch value(id) {
        case .department(let index), .user(let index), .userType(let index): return index
        default: return nil
        }
    }

    /// The assignment in which a token or an actor acts; `nil` for the operator, and for who is not there.
    private func holder(_ id: Expressions.ID) -> Int? {
        if types[Int(id)] == .actor { return request.actor?.assignment }
        let node = nodes[Int(id)]
        guard node.operation == .attribute else { return nil }
        switch Attribute(rawValue: node.b) {
        case .subject, .token: return request.token?.assignment
        case .proposed: return request.proposed?.assignment
        case .actorToken: return request.actor?.token?.assignment
        default: return nil
        }
    }

    /// The number of the action that an expression names, when it is that of the request or a constant.
    private func action(_ id: Expressions.ID) -> Int? {
        let node = nodes[Int(id)]
        switch node.operation {
        case .constant:
            let number = expressions.actions[Int(node.a)]
            return number < 0 ? nil : number
        case .attribute where Attribute(rawValue: node.b) == .action && types[Int(node.a)] == .request:
            return request.actionNumber < 0 ? nil : request.actionNumber
        default: return nil
        }
    }
}
