extension Organisation {
    /// This organisation with the other's records added, each replacing a record with the same id.
    package func merging(_ other: Organisation) -> Organisation {
        var result = self
        result.tenants.overlay(other.tenants, by: \.id) { $0.merging($1) }
        return result
    }

    /// These records, followed by the other records of their tenants in `base`, to which they may refer. These come
    /// first, so that errors name their own places.
    package func standing(on base: Organisation) -> Organisation {
        var places = ByteIndex()
        for (number, tenant) in base.tenants.enumerated() { places.claim(tenant.id, number: number) }
        var result = self
        for index in tenants.indices {
            guard let place = places.number(tenants[index].id) else { continue }
            result.tenants[index].complete(with: base.tenants[place])
        }
        return result
    }
}

extension TenantRecord {
    fileprivate mutating func complete(with base: TenantRecord) {
        departments.complete(with: base.departments, by: \.id)
        userTypes.complete(with: base.userTypes, by: \.id)
        let stated = ByteIndex(of: users.flatMap(\.assignments).map(\.id))
        let known = ByteIndex(of: base.users.map(\.id))
        for index in users.indices {
            guard let place = known.number(users[index].id) else { continue }
            users[index].assignments += base.users[place].assignments.filter { stated.number($0.id) == nil }
        }
        let others = base.users.map { user in
            var user = user
            user.assignments.removeAll { stated.number($0.id) != nil }
            return user
        }
        users.complete(with: others, by: \.id)
    }

    fileprivate func merging(_ other: TenantRecord) -> TenantRecord {
        var result = self
        result.name = other.name
        result.zone = other.zone
        result.isActive = other.isActive
        result.departments.overlay(other.departments, by: \.id) { $1 }
        result.userTypes.overlay(other.userTypes, by: \.id) { $1 }
        result.users.overlay(other.users, by: \.id) { old, new in
            var user = new
            user.assignments = old.assignments
            user.assignments.overlay(new.assignments, by: \.id) { $1 }
            return user
        }
        result.tokens.overlay(other.tokens, by: \.id) { $1 }
        return result
    }
}

extension ByteIndex {
    fileprivate init(of ids: [ExactName]) {
        self.init()
        for (number, id) in ids.enumerated() { claim(id, number: number) }
    }
}

extension Array {
    fileprivate mutating func complete(with others: [Element], by id: (Element) -> ExactName) {
        let own = ByteIndex(of: map(id))
        self += others.filter { own.number(id($0)) == nil }
    }

    fileprivate mutating func overlay<ID: Hashable>(
        _ others: [Element], by id: KeyPath<Element, ID>, _ merge: (Element, Element) -> Element
    ) {
        var places = Dictionary(enumerated().map { ($1[keyPath: id], $0) }, uniquingKeysWith: { first, _ in first })
        for other in others {
            if let place = places[other[keyPath: id]] {
                self[place] = merge(self[place], other)
            } else {
                places[other[keyPath: id]] = count
                append(other)
            }
        }
    }
}
