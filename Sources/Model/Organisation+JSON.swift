extension Organisation {
    /// Reads the form of `import`.
    /// - Throws: the first fault, with its JSON path.
    package init(json: JSON) throws(OrganisationError) {
        let reader = try RecordReader(json, path: "", known: ["tenants"])
        self.init(tenants: try reader.list("tenants", Self.tenant))
        try refuseTwins()
    }

    private static func tenant(_ json: JSON, _ path: String) throws(OrganisationError) -> TenantRecord {
        let known: [ExactName] = ["id", "name", "zone", "active", "departments", "user_types", "users", "tokens"]
        let reader = try RecordReader(json, path: path, known: known)
        var tenant = TenantRecord(
            id: try reader.text("id"), name: try reader.text("name"), zone: try reader.text("zone"))
        tenant.isActive = try reader.flag("active", default: true)
        tenant.departments = try reader.list("departments", department)
        tenant.userTypes = try reader.list("user_types", userType)
        tenant.users = try reader.list("users", user)
        tenant.tokens = try reader.list("tokens", token)
        var names: Set<ExactName> = []
        for (index, user) in tenant.users.enumerated() where !names.insert(user.name).inserted {
            throw OrganisationError("the user name `\(user.name)` is there twice", path: "\(path).users[\(index)].name")
        }
        return tenant
    }

    private static func department(_ json: JSON, _ path: String) throws(OrganisationError) -> DepartmentRecord {
        let reader = try RecordReader(json, path: path, known: ["id", "name", "parent", "active", "requires"])
        return DepartmentRecord(
            id: try reader.text("id"), name: try reader.text("name"), parent: try reader.optionalText("parent"),
            isActive: try reader.flag("active", default: true),
            requires: try reader.permissions("requires", wildcard: false))
    }

    private static func userType(_ json: JSON, _ path: String) throws(OrganisationError) -> UserTypeRecord {
        let reader = try RecordReader(json, path: path, known: ["id", "name", "active", "permissions"])
        return UserTypeRecord(
            id: try reader.text("id"), name: try reader.text("name"),
            isActive: try reader.flag("active", default: true),
            permissions: try reader.permissions("permissions", wildcard: true))
    }

    private static func user(_ json: JSON, _ path: String) throws(OrganisationError) -> UserRecord {
        let known: [ExactName] = ["id", "name", "full_name", "email", "active", "permissions", "assignments"]
        let reader = try RecordReader(json, path: path, known: known)
        return UserRecord(
            id: try reader.text("id"), name: try reader.text("name"), fullName: try reader.text("full_name"),
            email: try reader.text("email"), isActive: try reader.flag("active", default: true),
            permissions: try reader.permissions("permissions", wildcard: true),
            assignments: try reader.list("assignments", assignment))
    }

    private static func assignment(_ json: JSON, _ path: String) throws(OrganisationError) -> AssignmentRecord {
        let reader = try RecordReader(json, path: path, known: ["id", "department", "user_type", "removed"])
        return AssignmentRecord(
            id: try reader.text("id"), department: try reader.text("department"),
            userType: try reader.text("user_type"), isRemoved: try reader.flag("removed", default: false))
    }

    private static func token(_ json: JSON, _ path: String) throws(OrganisationError) -> TokenRecord {
        let known: [ExactName] = [
            "id", "kind", "name", "device", "assignment", "created", "expires", "last_active", "dormant_since",
            "suspended", "revoked",
        ]
        let reader = try RecordReader(json, path: path, known: known)
        guard let id = TokenID(try reader.text("id").text) else {
            throw OrganisationError("a token's id is 32 hexadecimal digits", path: path + ".id")
        }
        guard let kind = TokenKind(rawValue: try reader.text("kind").text) else {
            throw OrganisationError("a token's kind is `api` or `mobile`", path: path + ".kind")
        }
        let token = TokenRecord(
            id: id, kind: kind,
            name: kind == .api ? try reader.text("name") : try reader.optionalText("device") ?? "",
            assignment: try reader.text("assignment"), created: try reader.instant("created"),
            expires: try reader.instant("expires"), lastActive: try reader.optionalInstant("last_active"),
            dormantSince: try reader.optionalInstant("dormant_since"),
            suspended: try reader.optionalInstant("suspended"), revoked: try reader.optionalInstant("revoked"))
        guard token.expires > token.created else {
            throw OrganisationError("a token expires after it is created", path: path + ".expires")
        }
        let month: Int64 = 30 * 86_400 * 1_000_000
        if kind == .mobile, token.expires.microseconds - token.created.microseconds != month {
            throw OrganisationError("a mobile token expires 30 × 86,400 s after its login", path: path + ".expires")
        }
        return token
    }
}

extension Organisation {
    /// The form of `export`; reading it gives the same records.
    package var json: JSON {
        .object([.init("tenants", .array(tenants.map(\.json)))])
    }
}

extension TenantRecord {
    fileprivate var json: JSON {
        .object([
            .init("id", .string(id)), .init("name", .string(name)), .init("zone", .string(zone)),
            .init("active", .boolean(isActive)),
            .init("departments", .array(departments.map(\.json))), .init("user_types", .array(userTypes.map(\.json))),
            .init("users", .array(users.map(\.json))), .init("tokens", .array(tokens.map(\.json))),
        ])
    }
}

extension DepartmentRecord {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [.init("id", .string(id)), .init("name", .string(name))]
        if let parent { members.append(.init("parent", .string(parent))) }
        members.append(.init("active", .boolean(isActive)))
        return .object(members + [.init("requires", .array(requires.map(JSON.string)))])
    }
}

extension UserTypeRecord {
    fileprivate var json: JSON {
        .object([
            .init("id", .string(id)), .init("name", .string(name)), .init("active", .boolean(isActive)),
            .init("permissions", .array(permissions.map(JSON.string))),
        ])
    }
}

extension UserRecord {
    fileprivate var json: JSON {
        .object([
            .init("id", .string(id)), .init("name", .string(name)), .init("full_name", .string(fullName)),
            .init("email", .string(email)), .init("active", .boolean(isActive)),
            .init("permissions", .array(permissions.map(JSON.string))),
            .init("assignments", .array(assignments.map(\.json))),
        ])
    }
}

extension AssignmentRecord {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [
            .init("id", .string(id)), .init("department", .string(department)), .init("user_type", .string(userType)),
        ]
        if isRemoved { members.append(.init("removed", .boolean(true))) }
        return .object(members)
    }
}

extension TokenRecord {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [
            .init("id", .string(id.description)), .init("kind", .string(kind.rawValue)),
            .init(kind == .api ? "name" : "device", .string(name)), .init("assignment", .string(assignment)),
            .init("created", .string(created.description)), .init("expires", .string(expires.description)),
        ]
        let instants: [(ExactName, Instant?)] = [
            ("last_active", lastActive), ("dormant_since", dormantSince), ("suspended", suspended),
            ("revoked", revoked),
        ]
        for (name, instant) in instants {
            if let instant { members.append(.init(name, .string(instant.description))) }
        }
        return .object(members)
    }
}
