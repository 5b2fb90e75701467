extension Organisation {
    /// The records that a snapshot was made of: a directory made of them decides every request the same.
    /// - Parameters:
    ///   - tenant: the number of the one tenant to include; `nil` for all.
    ///   - users: selects users by number; all departments and user types are included.
    ///   - tokens: selects tokens by number; only those of included users are included.
    package init(
        of directory: Directory, tenant: Int? = nil, users: (Int) -> Bool = { _ in true },
        tokens: (Int) -> Bool = { _ in true }
    ) {
        let numbers = tenant.map { [$0] } ?? Array(directory.tenants.indices)
        let places = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, $0) })
        var records = numbers.map { number in
            let tenant = directory.tenants[number]
            var record = TenantRecord(id: tenant.id, name: tenant.name, zone: tenant.zone.name)
            record.isActive = tenant.isActive
            record.isTampered = tenant.isTampered
            return record
        }
        for department in directory.departments {
            guard let place = places[department.tenant] else { continue }
            records[place].departments.append(
                DepartmentRecord(
                    id: department.id, name: department.name,
                    parent: department.parent.map { directory.departments[$0].id }, isActive: department.isActive,
                    requires: department.requires))
        }
        for type in directory.userTypes {
            guard let place = places[type.tenant] else { continue }
            records[place].userTypes.append(
                UserTypeRecord(
                    id: type.id, name: type.name, isActive: type.isActive, permissions: type.permissions.patterns))
        }
        var isKept = [Bool](repeating: false, count: directory.users.count)
        for (number, user) in directory.users.enumerated() {
            guard let place = places[user.tenant], users(number) else { continue }
            isKept[number] = true
            records[place].users.append(directory.record(of: user))
        }
        for (number, token) in directory.tokens.enumerated() {
            guard let place = places[token.tenant], isKept[directory.assignments[token.assignment].user], tokens(number)
            else { continue }
            records[place].tokens.append(directory.record(of: token))
        }
        self.init(tenants: records)
        isRolledBack = directory.isRolledBack
    }
}

extension Directory {
    fileprivate func record(of user: User) -> UserRecord {
        UserRecord(
            id: user.id, name: user.name, fullName: user.fullName, email: user.email, isActive: user.isActive,
            permissions: user.permissions.patterns,
            assignments: assignments[user.assignments].map {
                AssignmentRecord(
                    id: $0.id, department: departments[$0.department].id, userType: userTypes[$0.userType].id,
                    isRemoved: $0.isRemoved)
            })
    }

    /// A token as a record, which refers to its assignment by id.
    package func record(of token: Token) -> TokenRecord {
        var record = TokenRecord(
            id: token.id, kind: token.kind, name: token.name, assignment: assignments[token.assignment].id,
            created: token.created, expires: token.expires, lastActive: token.lastActive,
            dormantSince: token.dormantSince, suspended: token.suspended, revoked: token.revoked,
            description: token.description, contact: token.contact, ceiling: token.ceiling, parent: token.parent)
        record.isTampered = token.isTampered
        return record
    }
}
