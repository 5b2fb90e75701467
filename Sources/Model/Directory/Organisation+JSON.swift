extension Organisation {
    /// Reads complete records in the form of `import`.
    /// - Throws: the first fault, with its JSON path.
    package init(json: JSON) throws(OrganisationError) {
        try self.init(json: json, on: Organisation())
    }

    /// Reads partial records in the form of `import`. A member that is left out keeps its value in `base`; only new
    /// records get defaults.
    ///
    /// An empty string removes an optional value: no department above, not suspended.
    /// - Throws: the first fault, with its JSON path; `null` is a fault, since it means neither.
    package init(json: JSON, on base: Organisation) throws(OrganisationError) {
        let reader = try RecordReader(json, path: "", known: ["tenants"])
        let known = Known(base.tenants, \.id)
        self.init(
            tenants: try reader.list("tenants") { (json, path) throws(OrganisationError) in
                try Self.tenant(json, path, known)
            })
        try refuseTwins()
    }

    /// The ids of the tokens in a file in the form of `import`, as far as it can be read.
    package static func tokens(in json: JSON) -> [TokenID] {
        func elements(_ json: JSON?) -> [JSON] { if case .array(let elements)? = json { elements } else { [] } }
        return elements(json["tenants"]).flatMap { elements($0["tokens"]) }.compactMap { $0["id"]?.string }
            .compactMap { TokenID($0) }
    }

    /// Existing records, found by id.
    private struct Known<Record> {
        private let records: [Record]
        private var index = ByteIndex()

        init(_ records: [Record]?, _ id: (Record) -> ExactName) {
            self.records = records ?? []
            for (number, record) in self.records.enumerated() { index.claim(id(record), number: number) }
        }

        subscript(id: ExactName) -> Record? { index.number(id).map { records[$0] } }
    }

    private static func tenant(
        _ json: JSON, _ path: String, _ known: Known<TenantRecord>
    ) throws(OrganisationError) -> TenantRecord {
        let members: [ExactName] = ["id", "name", "zone", "active", "departments", "user_types", "users", "tokens"]
        let reader = try RecordReader(json, path: path, known: members)
        let id = try reader.text("id")
        let old = known[id]
        var tenant = TenantRecord(
            id: id, name: try reader.text("name", or: old?.name), zone: try reader.text("zone", or: old?.zone))
        tenant.isActive = try reader.flag("active", or: old?.isActive ?? true)
        let departments = Known(old?.departments, \.id)
        tenant.departments = try reader.list("departments") { (json, path) throws(OrganisationError) in
            try department(json, path, departments)
        }
        let types = Known(old?.userTypes, \.id)
        tenant.userTypes = try reader.list("user_types") { (json, path) throws(OrganisationError) in
            try userType(json, path, types)
        }
        let users = Known(old?.users, \.id)
        tenant.users = try reader.list("users") { (json, path) throws(OrganisationError) in
            try user(json, path, users)
        }
        let tokens = Known(old?.tokens) { ExactName($0.id.description) }
        tenant.tokens = try reader.list("tokens") { (json, path) throws(OrganisationError) in
            try token(json, path, tokens)
        }
        var names: Set<ExactName> = []
        for (index, user) in tenant.users.enumerated() where !names.insert(user.name).inserted {
            throw OrganisationError("the user name `\(user.name)` is given twice", path: "\(path).users[\(index)].name")
        }
        return tenant
    }

    private static func department(
        _ json: JSON, _ path: String, _ known: Known<DepartmentRecord>
    ) throws(OrganisationError) -> DepartmentRecord {
        let reader = try RecordReader(json, path: path, known: ["id", "name", "parent", "active", "requires"])
        let id = try reader.text("id")
        let old = known[id]
        return DepartmentRecord(
            id: id, name: try reader.text("name", or: old?.name),
            parent: try reader.optionalText("parent", or: old?.parent),
            isActive: try reader.flag("active", or: old?.isActive ?? true),
            requires: try reader.permissions("requires", wildcard: false, or: old?.requires))
    }

    private static func userType(
        _ json: JSON, _ path: String, _ known: Known<UserTypeRecord>
    ) throws(OrganisationError) -> UserTypeRecord {
        let reader = try RecordReader(json, path: path, known: ["id", "name", "active", "permissions"])
        let id = try reader.text("id")
        let old = known[id]
        return UserTypeRecord(
            id: id, name: try reader.text("name", or: old?.name),
            isActive: try reader.flag("active", or: old?.isActive ?? true),
            permissions: try reader.permissions("permissions", wildcard: true, or: old?.permissions))
    }

    private static func user(
        _ json: JSON, _ path: String, _ known: Known<UserRecord>
    ) throws(OrganisationError) -> UserRecord {
        let members: [ExactName] = ["id", "name", "full_name", "email", "active", "permissions", "assignments"]
        let reader = try RecordReader(json, path: path, known: members)
        let id = try reader.text("id")
        let old = known[id]
        let assignments = Known(old?.assignments, \.id)
        return UserRecord(
            id: id, name: try reader.text("name", or: old?.name),
            fullName: try reader.text("full_name", or: old?.fullName), email: try reader.text("email", or: old?.email),
            isActive: try reader.flag("active", or: old?.isActive ?? true),
            permissions: try reader.permissions("permissions", wildcard: true, or: old?.permissions),
            assignments: try reader.list("assignments") { (json, path) throws(OrganisationError) in
                try assignment(json, path, assignments)
            })
    }

    private static func assignment(
        _ json: JSON, _ path: String, _ known: Known<AssignmentRecord>
    ) throws(OrganisationError) -> AssignmentRecord {
        let reader = try RecordReader(json, path: path, known: ["id", "department", "user_type", "removed"])
        let id = try reader.text("id")
        let old = known[id]
        return AssignmentRecord(
            id: id, department: try reader.text("department", or: old?.department),
            userType: try reader.text("user_type", or: old?.userType),
            isRemoved: try reader.flag("removed", or: old?.isRemoved ?? false))
    }

    fileprivate static func token(_ json: JSON, _ path: String) throws(OrganisationError) -> TokenRecord {
        try token(json, path, Known(nil) { ExactName($0.id.description) })
    }

    private static func token(
        _ json: JSON, _ path: String, _ known: Known<TokenRecord>
    ) throws(OrganisationError) -> TokenRecord {
        let members: [ExactName] = [
            "id", "kind", "name", "device", "description", "contact", "assignment", "created", "expires", "last_active",
            "dormant_since", "suspended", "revoked", "ceiling", "parent",
        ]
        let reader = try RecordReader(json, path: path, known: members)
        guard let id = TokenID(try reader.text("id").text) else {
            throw OrganisationError("a token's id is 32 hexadecimal digits", path: path + ".id")
        }
        let old = known[ExactName(id.description)]
        guard
            let kind = TokenKind(rawValue: try reader.text("kind", or: (old?.kind.rawValue).map { ExactName($0) }).text)
        else {
            throw OrganisationError("a token's kind is `api` or `mobile`", path: path + ".kind")
        }
        try reader.refuse(
            kind == .api ? "device" : "name",
            kind == .api ? "an API token has a `name` and no device" : "a mobile token has a `device` and no name")
        let parent = try reader.optionalText("parent", or: (old?.parent?.description).map { ExactName($0) })
        guard parent.map({ TokenID($0.text) != nil }) ?? true else {
            throw OrganisationError("the parent of a token is the id of a token", path: path + ".parent")
        }
        let token = TokenRecord(
            id: id, kind: kind,
            name: kind == .api
                ? try reader.text("name", or: old?.name) : try reader.optionalText("device", or: old?.name) ?? "",
            assignment: try reader.text("assignment", or: old?.assignment),
            created: try reader.instant("created", or: old?.created),
            expires: try reader.instant("expires", or: old?.expires),
            lastActive: try reader.optionalInstant("last_active", or: old?.lastActive),
            dormantSince: try reader.optionalInstant("dormant_since", or: old?.dormantSince),
            suspended: try reader.optionalInstant("suspended", or: old?.suspended),
            revoked: try reader.optionalInstant("revoked", or: old?.revoked),
            description: try reader.optionalText("description", or: old?.description, most: 1_200),
            contact: try reader.optionalText("contact", or: old?.contact, most: 1_200),
            ceiling: try reader.ceiling("ceiling", or: old?.ceiling), parent: parent.flatMap { TokenID($0.text) })
        guard token.expires > token.created else {
            throw OrganisationError("a token expires after it is created", path: path + ".expires")
        }
        if kind == .mobile, token.expires != TokenKind.mobileExpiry(login: token.created) {
            throw OrganisationError(
                "a mobile token expires \(TokenKind.mobileDays) × 86,400 s after its login", path: path + ".expires")
        }
        return token
    }
}

extension Organisation {
    /// The form of `export`; reading it gives the same records.
    ///
    /// It includes empty optional values, so that importing it again undoes later changes. Two permanent states are
    /// included only when they are true: a revoked token and a removed assignment.
    package var json: JSON {
        .object([.init("tenants", .array(tenants.map(\.json)))])
    }
}

extension TenantRecord {
    var json: JSON {
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
        .object([
            .init("id", .string(id)), .init("name", .string(name)), .init("parent", .string(parent ?? "")),
            .init("active", .boolean(isActive)), .init("requires", .array(requires.map(JSON.string))),
        ])
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
    /// Reads one whole record in the form of `export`.
    /// - Throws: the first fault, with its JSON path.
    package init(json: JSON, path: String) throws(OrganisationError) {
        self = try Organisation.token(json, path)
    }

    /// The form of `export`.
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("id", .string(id.description)), .init("kind", .string(kind.rawValue)),
            .init(kind == .api ? "name" : "device", .string(name)), .init("description", .string(description ?? "")),
            .init("contact", .string(contact ?? "")), .init("ceiling", (ceiling ?? Ceiling()).json),
            .init("assignment", .string(assignment)),
            .init("created", .string(created.description)), .init("expires", .string(expires.description)),
        ]
        let instants: [(ExactName, Instant?)] = [
            ("last_active", lastActive), ("dormant_since", dormantSince), ("suspended", suspended),
        ]
        members += instants.map { .init($0, .string($1?.description ?? "")) }
        if let parent { members.append(.init("parent", .string(parent.description))) }
        if let revoked { members.append(.init("revoked", .string(revoked.description))) }
        return .object(members)
    }
}
