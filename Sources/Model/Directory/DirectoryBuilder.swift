/// The builder of a directory, which resolves the records of an organisation into flat arrays.
struct DirectoryBuilder {
    var tenants: [Tenant] = []
    var departments: [Department] = []
    var userTypes: [UserType] = []
    var users: [User] = []
    var assignments: [Assignment] = []
    var tokens: [Token] = []
    var tenantsByID = ByteIndex()
    var departmentsByID = ByteIndex()
    var usersByID = ByteIndex()
    var userTypesByID = ByteIndex()
    var assignmentsByID = ByteIndex()
    var tokensByID = TokenIndex()
    /// The numbers of the tokens with ceilings.
    private var limited: [Int] = []
    /// The different permissions of assignments, in the order of their numbers.
    private(set) var permissionSets = PermissionSetTable()
    /// By user type, the number of its permissions.
    private var permissionSetsOfTypes: [Int] = []

    /// Reserves room for everything that will be added.
    mutating func reserve(_ organisation: Organisation) {
        let tenants = organisation.tenants
        let count = tenants.reduce(0) { $0 + $1.tokens.count }
        tokens.reserveCapacity(count)
        tokensByID.reserve(count)
        users.reserveCapacity(tenants.reduce(0) { $0 + $1.users.count })
        assignments.reserveCapacity(tenants.reduce(0) { $0 + $1.users.reduce(0) { $0 + $1.assignments.count } })
    }

    mutating func add(_ record: TenantRecord, path: String) throws(OrganisationError) {
        let tenant = tenants.count
        guard tenantsByID.claim(record.id, number: tenant) else {
            throw OrganisationError("the tenant `\(record.id)` is given twice", path: path + ".id")
        }
        let zone: Zone
        do { zone = try Zone(record.zone) } catch {
            throw OrganisationError("unknown time zone `\(record.zone)`", path: path + ".zone")
        }
        tenants.append(
            Tenant(
                id: record.id, name: record.name, zone: zone, isActive: record.isActive,
                isTampered: record.isTampered))
        try add(record.departments, tenant: tenant, path: path + ".departments")
        for (index, type) in record.userTypes.enumerated() {
            let next = userTypes.count
            try Self.claim(&userTypesByID, type.id, tenant, next, "\(path).user_types[\(index)].id")
            let permissions = PermissionSet(type.permissions)
            permissionSetsOfTypes.append(permissionSets.number(of: permissions))
            userTypes.append(
                UserType(
                    id: type.id, name: type.name, tenant: tenant, isActive: type.isActive, permissions: permissions))
        }
        for (index, user) in record.users.enumerated() {
            try add(user, tenant: tenant, path: "\(path).users[\(index)]")
        }
        for (index, token) in record.tokens.enumerated() {
            try add(token, tenant: tenant, path: "\(path).tokens[\(index)]")
        }
    }

    private static func claim(
        _ map: inout ByteIndex, _ id: ExactName, _ tenant: Int, _ index: Int, _ path: @autoclosure () -> String
    ) throws(OrganisationError) {
        guard map.claim(id, scope: tenant, number: index) else {
            throw OrganisationError("the id `\(id)` is given twice", path: path())
        }
    }

    // Paths are built only for errors, since every record has one.

    private mutating func add(
        _ record: UserRecord, tenant: Int, path user: @autoclosure () -> String
    ) throws(OrganisationError) {
        let number = users.count
        try Self.claim(&usersByID, record.id, tenant, number, user() + ".id")
        let first = assignments.count
        for (index, assignment) in record.assignments.enumerated() {
            var path: String { "\(user()).assignments[\(index)]" }
            guard let department = departmentsByID.number(assignment.department, scope: tenant) else {
                throw OrganisationError(
                    "no department has the id `\(assignment.department)`", path: path + ".department")
            }
            guard let type = userTypesByID.number(assignment.userType, scope: tenant) else {
                throw OrganisationError("no user type has the id `\(assignment.userType)`", path: path + ".user_type")
            }
            let next = assignments.count
            try Self.claim(&assignmentsByID, assignment.id, tenant, next, path + ".id")
            var (permissions, permissionSet) = (userTypes[type].permissions, permissionSetsOfTypes[type])
            if !record.permissions.isEmpty {
                permissions = PermissionSet(permissions.patterns + record.permissions)
                permissionSet = permissionSets.number(of: permissions)
            }
            assignments.append(
                Assignment(
                    id: assignment.id, user: users.count, department: department, userType: type,
                    isRemoved: assignment.isRemoved,
                    validity: validity(assignment, of: record, department: department, tenant: tenant),
                    permissions: permissions, permissionSet: permissionSet, combination: next))
        }
        users.append(
            User(
                id: record.id, name: record.name, fullName: record.fullName, email: record.email, tenant: tenant,
                isActive: record.isActive, permissions: PermissionSet(record.permissions),
                assignments: first..<assignments.count))
    }

    private func validity(
        _ assignment: AssignmentRecord, of user: UserRecord, department: Int, tenant: Int
    ) -> Assignment.Validity {
        if tenants[tenant].isTampered { return .tenantTampered }
        if !tenants[tenant].isActive { return .tenantInactive }
        if !user.isActive { return .userInactive }
        if assignment.isRemoved { return .removed }
        return departments[department].isActiveToTheTop ? .valid : .departmentInactive
    }

    private mutating func add(
        _ record: TokenRecord, tenant: Int, path: @autoclosure () -> String
    ) throws(OrganisationError) {
        guard let assignment = assignmentsByID.number(record.assignment, scope: tenant) else {
            throw OrganisationError("no assignment has the id `\(record.assignment)`", path: path() + ".assignment")
        }
        guard tokensByID.claim(record.id) else {
            throw OrganisationError("the token `\(record.id)` is given twice", path: path() + ".id")
        }
        if let ceiling = record.ceiling {
            limited.append(tokens.count)
            for (index, id) in (ceiling.departments ?? []).enumerated()
            where departmentsByID.number(id, scope: tenant) == nil {
                throw OrganisationError(
                    "no department has the id `\(id)`", path: path() + ".ceiling.departments[\(index)]")
            }
        }
        tokens.append(Token(record, tenant: tenant, assignment: assignment))
    }

    /// Gives each token with a ceiling the assignment that its ceiling leaves, after all assignments are added.
    mutating func applyCeilings(_ structure: Directory.Structure) {
        guard !limited.isEmpty else { return }
        for number in limited {
            let token = tokens[number]
            tokens[number].assignment = structure.narrowed(token.assignment, under: token.ceiling!) { ceiling in
                Assignment(assignments[token.assignment], under: ceiling) {
                    departmentsByID.number($0, scope: token.tenant)
                }
            }
        }
        assignments += structure.narrowedAssignments
    }

    /// Adds a tenant's departments in the order of a tree walk, so that a subtree is an interval.
    private mutating func add(
        _ records: [DepartmentRecord], tenant: Int, path: String
    ) throws(OrganisationError) {
        var positions: [ExactName: Int] = [:]
        for (index, record) in records.enumerated()
        where positions.updateValue(index, forKey: record.id) != nil {
            throw OrganisationError("the id `\(record.id)` is given twice", path: "\(path)[\(index)].id")
        }
        var children: [Int: [Int]] = [:]
        for (index, record) in records.enumerated() {
            guard let parent = record.parent else {
                children[-1, default: []].append(index)
                continue
            }
            guard let position = positions[parent] else {
                throw OrganisationError("no department has the id `\(parent)`", path: "\(path)[\(index)].parent")
            }
            children[position, default: []].append(index)
        }
        let first = departments.count
        var counter = 0
        // An explicit stack: a very deep tree in a file must not exhaust the call stack.
        var placed: [(record: Int, parent: Int?, depth: Int, enter: Int)] = []
        var stack = (children[-1] ?? []).reversed().map { (record: $0, parent: Int?.none, depth: 0) }
        while let next = stack.popLast() {
            let index = first + placed.count
            placed.append((next.record, next.parent, next.depth, counter))
            counter += 1
            for child in (children[next.record] ?? []).reversed() {
                stack.append((child, index, next.depth + 1))
            }
        }
        guard placed.count == records.count else {
            let reached = Set(placed.map(\.record))
            let index = records.indices.first { !reached.contains($0) } ?? 0
            throw OrganisationError(
                "the department `\(records[index].id)` is under itself", path: "\(path)[\(index)].parent")
        }
        var sizes = [Int](repeating: 1, count: placed.count)
        for index in placed.indices.reversed() {
            if let parent = placed[index].parent { sizes[parent - first] += sizes[index] }
        }
        for (index, place) in placed.enumerated() {
            let record = records[place.record]
            departmentsByID.claim(record.id, scope: tenant, number: first + index)
            // The one above it comes first.
            let isBelowActive = place.parent.map { departments[$0].isActiveToTheTop } ?? true
            departments.append(
                Department(
                    id: record.id, name: record.name, tenant: tenant, parent: place.parent,
                    isActive: record.isActive, isActiveToTheTop: record.isActive && isBelowActive,
                    requires: record.requires, depth: place.depth,
                    enter: place.enter, leave: place.enter + sizes[index]))
        }
    }
}
