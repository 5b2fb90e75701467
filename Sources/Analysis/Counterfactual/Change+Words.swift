package import Model

extension Change {
    /// The change in words: `the user type Clerk may orders.approve`.
    package func words(in directory: Directory, tenant: ExactName) -> String {
        let names = NamesByID(directory: directory, tenant: directory.tenant(tenant))
        switch self {
        case .tenantActive(let isActive): return "the tenant is \(isActive ? "active" : "inactive")"
        case .departmentMoved(let id, let parent):
            let place = parent.map { "under \(names.department($0))" } ?? "at the top"
            return "the department \(names.department(id)) is \(place)"
        case .departmentActive(let id, let isActive):
            return "the department \(names.department(id)) is \(isActive ? "active" : "inactive")"
        case .departmentRequires(let id, let permission, let isRequired):
            return "the department \(names.department(id)) requires \(isRequired ? "" : "no ")\(permission)"
        case .userActive(let id, let isActive):
            return "the user \(names.user(id)) is \(isActive ? "active" : "inactive")"
        case .userHolds(let id, let permission, let holds):
            return "the user \(names.user(id)) has \(holds ? "" : "no ")\(permission) of their own"
        case .userTypeHolds(let id, let permission, let holds):
            return "the user type \(names.userType(id)) has \(holds ? "" : "no ")\(permission)"
        case .userTypeActive(let id, let isActive):
            return "the user type \(names.userType(id)) is \(isActive ? "active" : "inactive")"
        case .assignmentRemoved(let id): return "the assignment \(names.assignment(id)) is removed"
        case .tokenName(let id, let name): return "the token \(names.token(id)) is called \(name)"
        case .tokenDescription(let id, let text):
            return "the token \(names.token(id)) has \(text.map { "the description \($0)" } ?? "no description")"
        case .tokenContact(let id, let text):
            return "the token \(names.token(id)) has \(text.map { "the contact \($0)" } ?? "no contact")"
        case .tokenCeiling(let id, nil): return "the token \(names.token(id)) has no ceiling"
        case .tokenCeiling(let id, let ceiling?):
            return "the token \(names.token(id)) is limited: \(names.ceiling(ceiling))"
        case .tokenExpires(let id, let instant): return "the token \(names.token(id)) expires at \(instant)"
        case .tokenAssignment(let id, let assignment):
            return "the token \(names.token(id)) is for \(names.assignment(assignment))"
        case .tokenSuspended(let id, let isSuspended):
            return "the token \(names.token(id)) is \(isSuspended ? "" : "not ")suspended"
        case .tokenDormant(let id, let isDormant):
            return "the token \(names.token(id)) is \(isDormant ? "" : "not ")marked as dormant"
        case .tokenRevoked(let id): return "the token \(names.token(id)) is revoked"
        case .setting(let policy, let name, let value, let owner):
            return "the setting \(policy).\(name)\(owner.map { " of \($0)" } ?? "") is \(names.anything(value.json))"
        case .time(let instant): return "it is \(instant)"
        case .property(let property, nil): return "\(property.text) is absent"
        case .property(let property, let value?):
            return "\(property.text) is \(names.anything(value.json))"
        }
    }
}

/// The names of things that have an id; the id itself where nothing has it.
struct NamesByID {
    let directory: Directory
    let tenant: Int?

    func department(_ id: ExactName) -> String {
        tenant.flatMap { directory.department(id, tenant: $0) }.map { directory.departments[$0].name.text } ?? id.text
    }

    /// `only orders.read; within Sales North`.
    func ceiling(_ ceiling: Ceiling) -> String {
        ceiling.lines(department: department).joined(separator: "; ")
    }

    func user(_ id: ExactName) -> String {
        tenant.flatMap { directory.user(id, tenant: $0) }.map { directory.users[$0].name.text } ?? id.text
    }

    func userType(_ id: ExactName) -> String {
        tenant.flatMap { directory.userType(id, tenant: $0) }.map { directory.userTypes[$0].name.text } ?? id.text
    }

    /// `anna in Sales as Clerk`.
    func assignment(_ id: ExactName) -> String {
        guard let index = tenant.flatMap({ directory.assignment(id, tenant: $0) }) else { return id.text }
        let assignment = directory.assignments[index]
        return "\(directory.users[assignment.user].name) in \(directory.departments[assignment.department].name)"
            + " as \(directory.userTypes[assignment.userType].name)"
    }

    func token(_ id: TokenID) -> String {
        guard let index = directory.token(id), !directory.tokens[index].name.text.isEmpty else { return "\(id)" }
        return directory.tokens[index].name.text
    }

    /// A value of a request, with ids replaced by names.
    func anything(_ json: JSON) -> String {
        if case .array(let elements) = json { return "[\(elements.map(anything).joined(separator: ", "))]" }
        guard let text = json.string else { return json.compact }
        let department = department(ExactName(text))
        return department == text ? user(ExactName(text)) : department
    }
}
