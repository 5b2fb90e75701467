package import Decisions
package import Model
package import Policies

/// Supposed changes of one tenant, one after another, applied to snapshots, policies and requests.
///
/// Nothing is written. Unlike in the store, a deactivated user's tokens are not suspended: they are denied all the
/// same.
package struct Scenario: Sendable {
    package var changes: [Change]
    /// The tenant's id.
    package let tenant: ExactName

    package init(_ changes: [Change] = [], tenant: ExactName) {
        self.changes = changes
        self.tenant = tenant
    }

    /// The snapshot with the changes made. Cost: that of building it anew, when a change concerns it.
    /// - Throws: when a change names something that does not exist, or the result contradicts itself.
    package func apply(to directory: Directory) throws(ChangeError) -> Directory {
        guard changes.contains(where: \.isOfDirectory) else { return directory }
        return try apply(to: Organisation(of: directory))
    }

    func apply(to organisation: Organisation) throws(ChangeError) -> Directory {
        var organisation = organisation
        guard let place = organisation.tenants.firstIndex(where: { $0.id == tenant }) else {
            let hint = Suggestion.hint(for: tenant, among: organisation.tenants.map(\.id))
            throw ChangeError("there is no tenant `\(tenant)`\(hint)")
        }
        for change in changes { try change.apply(to: &organisation.tenants[place]) }
        do { return try Directory(organisation) } catch { throw ChangeError(error.message) }
    }

    /// The policies with the settings changed; the same policies when no setting is changed.
    package func apply(to policies: PolicySet) throws(ChangeError) -> PolicySet {
        var policies = policies
        for case .setting(let policy, let name, let value, let tenant) in changes {
            do { policies = try policies.setting(name, of: policy, to: value.json, tenant: tenant) } catch {
                throw ChangeError(error.message)
            }
        }
        return policies
    }

    /// The request with the changes made.
    package func apply(to question: AuthorizationRequest) -> AuthorizationRequest {
        changes.reduce(into: question) { question, change in
            switch change {
            case .time(let now): question.now = now
            case .property(let property, let value): question.set(property, to: value?.json)
            default: break
            }
        }
    }
}

extension Change {
    var isOfDirectory: Bool {
        switch self {
        case .setting, .time, .property: false
        default: true
        }
    }

    /// The token that it changes; `nil` for a change of anything else.
    package var token: TokenID? {
        switch self {
        case .tokenName(let id, _), .tokenDescription(let id, _), .tokenContact(let id, _), .tokenCeiling(let id, _),
            .tokenExpires(let id, _), .tokenAssignment(let id, _), .tokenSuspended(let id, _), .tokenDormant(let id, _),
            .tokenRevoked(let id):
            id
        default: nil
        }
    }

    var isOfSettings: Bool { if case .setting = self { true } else { false } }

    fileprivate func apply(to tenant: inout TenantRecord) throws(ChangeError) {
        switch self {
        case .tenantActive(let isActive): tenant.isActive = isActive
        case .departmentMoved(let id, let parent):
            if let parent { _ = try Self.place(parent, "department", tenant.departments.map(\.id)) }
            tenant.departments[try Self.place(id, "department", tenant.departments.map(\.id))].parent = parent
        case .departmentActive(let id, let isActive):
            tenant.departments[try Self.place(id, "department", tenant.departments.map(\.id))].isActive = isActive
        case .departmentRequires(let id, let permission, let isRequired):
            let place = try Self.place(id, "department", tenant.departments.map(\.id))
            tenant.departments[place].requires.set(permission, isRequired)
        case .userActive(let id, let isActive):
            tenant.users[try Self.place(id, "user", tenant.users.map(\.id))].isActive = isActive
        case .userHolds(let id, let permission, let holds):
            tenant.users[try Self.place(id, "user", tenant.users.map(\.id))].permissions.set(permission, holds)
        case .userTypeHolds(let id, let permission, let holds):
            let place = try Self.place(id, "user type", tenant.userTypes.map(\.id))
            tenant.userTypes[place].permissions.set(permission, holds)
        case .userTypeActive(let id, let isActive):
            tenant.userTypes[try Self.place(id, "user type", tenant.userTypes.map(\.id))].isActive = isActive
        case .assignmentRemoved(let id):
            for user in tenant.users.indices {
                for place in tenant.users[user].assignments.indices
                where tenant.users[user].assignments[place].id == id {
                    tenant.users[user].assignments[place].isRemoved = true
                    return
                }
            }
            throw ChangeError("there is no assignment `\(id)`")
        case .tokenName(let id, let name): tenant.tokens[try Self.place(id, tenant)].name = name
        case .tokenDescription(let id, let text): tenant.tokens[try Self.place(id, tenant)].description = text
        case .tokenContact(let id, let text): tenant.tokens[try Self.place(id, tenant)].contact = text
        case .tokenCeiling(let id, let ceiling): tenant.tokens[try Self.place(id, tenant)].ceiling = ceiling
        case .tokenExpires(let id, let instant): tenant.tokens[try Self.place(id, tenant)].expires = instant
        case .tokenAssignment(let id, let assignment):
            tenant.tokens[try Self.place(id, tenant)].assignment = assignment
        case .tokenSuspended(let id, let isSuspended):
            let place = try Self.place(id, tenant)
            tenant.tokens[place].suspended = isSuspended ? tenant.tokens[place].created : nil
        case .tokenDormant(let id, let isDormant):
            let place = try Self.place(id, tenant)
            tenant.tokens[place].dormantSince = isDormant ? tenant.tokens[place].created : nil
        case .tokenRevoked(let id):
            let place = try Self.place(id, tenant)
            tenant.tokens[place].revoked = tenant.tokens[place].created
        case .setting, .time, .property: break
        }
    }

    private static func place(_ id: ExactName, _ noun: String, _ known: [ExactName]) throws(ChangeError) -> Int {
        guard let place = known.firstIndex(of: id) else {
            throw ChangeError("there is no \(noun) `\(id)`\(Suggestion.hint(for: id, among: known))")
        }
        return place
    }

    private static func place(_ id: TokenID, _ tenant: TenantRecord) throws(ChangeError) -> Int {
        guard let place = tenant.tokens.firstIndex(where: { $0.id == id }) else {
            throw ChangeError("there is no token `\(id)` in the tenant `\(tenant.id)`")
        }
        return place
    }
}

extension [ExactName] {
    /// Grants or withdraws a permission. Withdrawing removes every pattern that covers it, and with it all that the
    /// pattern covers.
    fileprivate mutating func set(_ permission: ExactName, _ holds: Bool) {
        if holds {
            if !contains(permission) { append(permission) }
        } else {
            removeAll { $0 == permission || PermissionSet([$0]).permits(permission) }
        }
    }
}

extension AuthorizationRequest {
    /// Sets a property, or leaves it out.
    mutating func set(_ property: Change.Property, to value: JSON?) {
        switch property.record {
        case .context: context = context.with(property.path, value)
        case .action: actionProperties = actionProperties.with(property.path, value)
        case .resource:
            guard resource != nil else { return }
            resource!.properties = resource!.properties.with(property.path, value)
        case .subject:
            guard case .external(let type, let id, let properties) = subject else { return }
            subject = .external(type: type, id: id, properties: properties.with(property.path, value))
        }
    }

    /// The request's value of a property; `nil` when it has none, or null.
    func value(of property: Change.Property) -> JSON? {
        switch property.record {
        case .context: return context.stated(property.path)
        case .action: return actionProperties.stated(property.path)
        case .resource: return resource?.properties.stated(property.path)
        case .subject:
            guard case .external(_, _, let properties) = subject else { return nil }
            return properties.stated(property.path)
        }
    }
}
