package import Model

/// A token as it was when a review began. Its last use is not part of that, since it changes at any moment.
package struct FrozenToken: Equatable, Sendable {
    package let record: TokenRecord
    package let version: Int64
    package let combination: Combination
    /// The patterns of the permissions that its combination and its ceiling left.
    package let permissions: [ExactName]
    /// The ids of the departments that both left, each with those under it.
    package let departments: [ExactName]

    /// The user, the department and the user type of an assignment.
    package struct Combination: Equatable, Sendable {
        package let user: ExactName
        package let userName: ExactName
        package let department: ExactName
        package let departmentName: ExactName
        package let userType: ExactName
        package let userTypeName: ExactName
    }

    /// - Returns: `nil` for a token whose assignment the directory lacks.
    package init?(_ details: TokenDetails, in directory: Directory) {
        guard let tenant = directory.tenant(details.tenant),
            let index = directory.assignment(details.token.assignment, tenant: tenant)
        else { return nil }
        let own = directory.assignments[index]
        let held = details.token.ceiling.map { directory.narrowed(index, under: $0) } ?? own
        let user = directory.users[own.user]
        let department = directory.departments[own.department]
        let type = directory.userTypes[own.userType]
        record = details.token.withoutUse
        version = details.version
        combination = Combination(
            user: user.id, userName: user.name, department: department.id, departmentName: department.name,
            userType: type.id, userTypeName: type.name)
        permissions = held.permissions.patterns
        departments = (held.reach ?? [own.department]).map { directory.departments[$0].id }.sorted()
    }
}

extension TokenRecord {
    var withoutUse: TokenRecord {
        var record = self
        record.lastActive = nil
        return record
    }
}

// MARK: JSON

extension FrozenToken {
    /// The form in the log and in the evidence.
    package var json: JSON {
        var members: [JSON.Member] = []
        if case .object(let all) = record.json { members = all.filter { $0.key != "last_active" } }
        return .object([
            .init("token", .object(members)), .init("version", .integer(version)),
            .init("user", .string(combination.user)), .init("user_name", .string(combination.userName)),
            .init("department", .string(combination.department)),
            .init("department_name", .string(combination.departmentName)),
            .init("user_type", .string(combination.userType)),
            .init("user_type_name", .string(combination.userTypeName)),
            .init("permissions", .array(permissions.map(JSON.string))),
            .init("departments", .array(departments.map(JSON.string))),
        ])
    }

    /// - Returns: `nil` for anything but the form of `json`.
    init?(json: JSON) {
        func text(_ key: ExactName) -> ExactName? { json[key]?.string.map { ExactName($0) } }
        func texts(_ key: ExactName) -> [ExactName]? {
            guard case .array(let elements)? = json[key] else { return nil }
            let texts = elements.compactMap(\.string).map { ExactName($0) }
            return texts.count == elements.count ? texts : nil
        }
        guard let member = json["token"], let record = try? TokenRecord(json: member, path: "token"),
            case .integer(let version)? = json["version"], let user = text("user"), let userName = text("user_name"),
            let department = text("department"), let departmentName = text("department_name"),
            let userType = text("user_type"), let userTypeName = text("user_type_name"),
            let permissions = texts("permissions"), let departments = texts("departments")
        else { return nil }
        (self.record, self.version, self.permissions, self.departments) = (record, version, permissions, departments)
        combination = Combination(
            user: user, userName: userName, department: department, departmentName: departmentName,
            userType: userType, userTypeName: userTypeName)
    }
}

// MARK: Changes

extension FrozenToken {
    /// A part in which a token may do more than when it was frozen.
    package enum Gain: Equatable, Sendable {
        /// It has another assignment.
        case combination
        case permission(ExactName)
        /// The id of a department, with those under it.
        case department(ExactName)
        /// A limit of its ceiling that is wider now.
        case limit(Ceiling.Part)
        /// It ends later.
        case expiry(Instant)
    }

    /// The parts in which it may do more now.
    ///
    /// A department stands for those under it, also for those that were added or moved there meanwhile.
    /// - Parameter now: the same token as it is now.
    package func gains(_ now: FrozenToken, in directory: Directory, tenant: Int) -> [Gain] {
        var gains: [Gain] = []
        if now.record.assignment != record.assignment { gains.append(.combination) }
        let held = PermissionSet(permissions)
        gains += now.permissions.filter { !held.covers(PermissionSet([$0])) }.map { .permission($0) }
        func isWithin(_ one: ExactName, _ other: ExactName) -> Bool {
            guard let one = directory.department(one, tenant: tenant),
                let other = directory.department(other, tenant: tenant)
            else { return false }
            return directory.department(one, isWithin: other)
        }
        gains += now.departments.filter { own in !departments.contains { isWithin(own, $0) } }.map { .department($0) }
        // The permissions and departments are compared above, with what the combination leaves of them.
        let parts = (now.record.ceiling ?? Ceiling()).partsBeyond(record.ceiling, isWithin: isWithin)
        gains += parts.filter { $0 != .permissions && $0 != .departments }.map { .limit($0) }
        if now.record.expires > record.expires { gains.append(.expiry(now.record.expires)) }
        return gains
    }
}
