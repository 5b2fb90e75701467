extension Organisation {
    /// This organisation with the other's records added to it, or put in place of those with the same id.
    package func merging(_ other: Organisation) -> Organisation {
        var result = self
        result.tenants.overlay(other.tenants, by: \.id) { $0.merging($1) }
        return result
    }
}

extension TenantRecord {
    fileprivate func merging(_ other: TenantRecord) -> TenantRecord {
        var result = self
        result.name = other.name
        result.zone = other.zone
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

extension Array {
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
