internal import Engine
internal import Model
internal import Policies

/// Permissions and departments.
extension LawMaker {
    /// The holders of a request that have an assignment.
    private func isHolder(_ id: FactTable.ID) -> Bool { table.type(id) == .token || table.type(id) == .actor }

    /// Every permission that an atom names, sorted.
    private func named() -> [ExactName] {
        Set(formula.permissions.values.joined()).sorted()
    }

    func permissions() {
        // The action may be any of the schema's: whoever can do it has the permission of that name.
        for id in facts(.can) + facts(.permits) where table.constant(table.node(id).b) == nil {
            let node = table.node(id)
            for name in encoder.names(of: node.b) {
                let isName = encoder.equal(node.b, table.constant(.string(name), .string))
                let permits = encoder.permits(node.a, name)
                imply([isName, encoder.holds(id)], permits, .permissions)
                imply([isName, permits], encoder.holds(id), .permissions)
            }
        }
        for id in facts(.covers) + facts(.meets) { _ = encoder.holds(id) }
        let names = named()
        // A holder has what its user has personally and what its user type gives: see `Assignment.permissions`.
        for holder in encoder.terms where isHolder(holder) && formula.permissions[holder] != nil {
            let user = table.attribute(.user, of: holder, .user)
            let type = table.attribute(.userType, of: holder, .userType)
            guard encoder.knows(user) || encoder.knows(type) else { continue }
            let isOperator = table.type(holder) == .actor ? encoder.holds(self.isOperator) : .never
            for name in names where formula.has(.permits(user, name)) || formula.has(.permits(type, name)) {
                let parts = formula.any([encoder.permits(user, name), encoder.permits(type, name)])
                let own = encoder.permits(holder, name)
                // A ceiling may leave less.
                imply([parts, !encoder.limited(holder)], own, .permissions)
                imply([own], formula.any([parts, isOperator]), .permissions)
            }
        }
        if hasActor, encoder.knows(actor) {
            // See `Facts.compute`: the operator holds the store and the key file.
            let isOperator = encoder.holds(isOperator)
            for name in names where formula.has(.permits(actor, name)) {
                imply([isOperator], encoder.permits(actor, name), .theOperator)
            }
            for id in facts(.meets) + facts(.covers) where table.node(id).a == actor {
                imply([isOperator], encoder.holds(id), .theOperator)
            }
        }
        covering(names)
        requirements(names)
    }

    /// Who covers a token has its permissions, and its department is within theirs. The converse is no law: a pattern gives
    /// more than every name that there is.
    private func covering(_ names: [ExactName]) {
        for id in facts(.covers) {
            let node = table.node(id)
            let isOperator = table.type(node.a) == .actor ? encoder.holds(self.isOperator) : .never
            let own = table.attribute(.department, of: node.a, .department)
            let other = table.attribute(.department, of: node.b, .department)
            let covers = formula.all([encoder.defined(id), encoder.holds(id), !isOperator])
            imply([covers], encoder.within(other, own), .covering)
            for name in names where formula.has(.permits(node.a, name)) || formula.has(.permits(node.b, name)) {
                imply([covers, encoder.permits(node.b, name)], encoder.permits(node.a, name), .covering)
            }
        }
    }

    /// A holder meets a department with every permission that it and those above it require: see
    /// `Directory.permissions(_:meet:)`. What no atom names is one part, for each holder and department.
    private func requirements(_ names: [ExactName]) {
        let asked = facts(.meets)
        for id in asked {
            let node = table.node(id)
            let isOperator = table.type(node.a) == .actor ? encoder.holds(self.isOperator) : .never
            let parts = names.map { name in
                formula.any([!encoder.requires(node.b, name), encoder.permits(node.a, name)])
            }
            let rest = formula.literal(.meetsRest(node.a, node.b))
            let meets = formula.any([isOperator, formula.all(parts + [rest])])
            equate(encoder.holds(id), meets, .requirements)
        }
        let departments = terms(.department)
        for one in departments {
            for other in departments where one != other {
                for name in names where formula.has(.requires(one, name)) && formula.has(.requires(other, name)) {
                    imply(
                        [encoder.within(one, other), encoder.requires(other, name)], encoder.requires(one, name),
                        .requirements)
                }
                for holder in encoder.terms
                where formula.has(.meetsRest(holder, one)) && formula.has(.meetsRest(holder, other)) {
                    imply(
                        [encoder.within(one, other), formula.literal(.meetsRest(holder, one))],
                        formula.literal(.meetsRest(holder, other)), .requirements)
                }
            }
        }
    }

    // MARK: Departments

    /// Departments are a forest, in which `is_within` is the way up: see `DirectoryBuilder`.
    func departments() {
        let all = terms(.department)
        guard all.count <= Self.mostRelated else { return }
        func both(_ one: FactTable.ID, _ other: FactTable.ID) -> [Literal] {
            [encoder.defined(one), encoder.defined(other)]
        }
        for one in all {
            for other in all where one != other {
                // Each other's ancestors are one department.
                if one < other {
                    let isSame = formula.all([encoder.within(one, other), encoder.within(other, one)])
                    equate(encoder.equal(one, other), isSame, .departments)
                }
                for third in all where third != one && third != other {
                    imply(
                        [encoder.within(one, other), encoder.within(other, third)], encoder.within(one, third),
                        .departments)
                    // Of two above a third, one is above the other.
                    if other < third {
                        add(
                            [
                                !encoder.within(one, other), !encoder.within(one, third),
                                encoder.within(other, third), encoder.within(third, other),
                            ], .departments)
                    }
                }
            }
        }
        for id in all where attribute(id) == .parent {
            let child = table.node(id).a
            let isThere = encoder.defined(id)
            imply([isThere], encoder.within(child, id), .departments)
            imply([isThere], !encoder.within(id, child), .departments)
            for other in all where other != id && other != child {
                let isAbove = formula.all(
                    both(child, other) + [encoder.within(child, other), !encoder.equal(child, other)])
                imply([isAbove], isThere, .departments)
                imply([isAbove], encoder.within(id, other), .departments)
            }
        }
    }
}
