package import Decisions
internal import Engine
package import Model
internal import Policies

/// The difference between two tokens that make the same request: the facts that differ, and the attributes that make
/// the difference.
package struct TokenComparison: Sendable {
    /// A fact that was read of both, with different values.
    package struct Fact: Sendable {
        package let policies: [ExactName]
        package let text: String
        package let first: String
        package let second: String
    }

    /// An attribute in which they differ.
    package struct Difference: Sendable {
        package let attribute: Attribute
        package let first: String
        package let second: String
        /// True when the first token, given only this attribute of the second, gets the second one's decision. Decided.
        package let matters: Bool
    }

    package enum Attribute: String, CaseIterable, Sendable {
        case revoked, suspended, expires, kind, name, description, contact, ceiling, created
        case lastActive = "last active"
        case dormant = "dormant since"
        case user
        case userActive = "user active"
        case ownPermissions = "the user's own permissions"
        case department
        case userType = "user type"
    }

    package let first: TracedDecision
    package let second: TracedDecision
    /// In the order in which the first token's facts were read; the first of them is where the decisions diverge.
    package let facts: [Fact]
    /// The attributes that matter first.
    package let differences: [Difference]
    /// Two attributes that matter only together; `nil` when one alone does, or when no two do.
    package private(set) var together: (Attribute, Attribute)?

    package var isApart: Bool { first.decision.isPermitted != second.decision.isPermitted }

    /// - Parameters:
    ///   - question: a request of kind access; its subject does not matter.
    ///   - one: a token's number, `other` that of another token of the same tenant.
    package init(
        _ question: AuthorizationRequest, _ one: Int, _ other: Int, _ authorizer: Authorizer, on directory: Directory
    ) throws(RequestError) {
        let (a, b) = (directory.tokens[one], directory.tokens[other])
        guard a.tenant == b.tenant else {
            throw RequestError("the tokens belong to different tenants and cannot be compared", property: "subject")
        }
        var asked = question
        asked.subject = .token(a.id.description)
        first = try authorizer.examine(asked, on: directory)
        asked.subject = .token(b.id.description)
        second = try authorizer.examine(asked, on: directory)
        facts = Self.facts(first, second)
        let users = [a, b].map { directory.assignments[$0.assignment].user }
        let organisation = Organisation(
            of: directory, tenant: a.tenant, users: { users.contains($0) || question.names(directory.users[$0].id) },
            tokens: { $0 == one || $0 == other })
        asked.subject = .token(a.id.description)
        let wanted = second.decision.isPermitted
        let isApart = first.decision.isPermitted != wanted
        func turns(_ attributes: [Attribute]) -> Bool {
            var changed = organisation
            for attribute in attributes { attribute.give(a.id, of: b.id, &changed.tenants[0]) }
            guard let directory = try? Directory(changed),
                let summary = try? authorizer.decisionSummary(asked, on: directory)
            else { return false }
            return summary.isPermitted == wanted
        }
        let tenant = organisation.tenants[0]
        let differing = Attribute.allCases.compactMap { attribute -> Difference? in
            let (one, other) = (attribute.words(a.id, tenant), attribute.words(b.id, tenant))
            guard one != other else { return nil }
            return Difference(attribute: attribute, first: one, second: other, matters: isApart && turns([attribute]))
        }
        differences = differing.filter(\.matters) + differing.filter { !$0.matters }
        guard isApart, !differing.contains(where: \.matters) else { return }
        for (place, one) in differing.enumerated() {
            for other in differing[(place + 1)...] where together == nil && turns([one.attribute, other.attribute]) {
                together = (one.attribute, other.attribute)
            }
        }
    }

    private static func facts(_ one: TracedDecision, _ other: TracedDecision) -> [Fact] {
        var facts: [Fact] = []
        let known = other.facts
        for fact in one.facts {
            guard let twin = known.first(where: fact.isSame) else { continue }
            let (first, second) = (fact.value.words(in: one.directory), twin.value.words(in: other.directory))
            guard first != second else { continue }
            let policies = one.observedFacts.filter { $0.observedFacts.contains(where: fact.isSame) }.map(\.policy)
            facts.append(Fact(policies: policies, text: fact.text, first: first, second: second))
        }
        return facts
    }
}

extension AuthorizationRequest {
    fileprivate func names(_ user: ExactName) -> Bool {
        let properties = resource?.properties ?? .null
        return [properties, context].contains { json in
            guard case .object(let members) = json else { return false }
            return members.contains { $0.value.name == user }
        }
    }
}

extension TokenComparison.Attribute {
    /// The token's value of the attribute, in words.
    fileprivate func words(_ id: TokenID, _ tenant: TenantRecord) -> String {
        guard let token = tenant.tokens.first(where: { $0.id == id }),
            let user = tenant.users.first(where: { $0.assignments.contains { $0.id == token.assignment } }),
            let assignment = user.assignments.first(where: { $0.id == token.assignment })
        else { return "" }
        func instant(_ instant: Instant?) -> String { instant?.description ?? "no" }
        switch self {
        case .revoked: return instant(token.revoked)
        case .suspended: return instant(token.suspended)
        case .expires: return token.expires.description
        case .kind: return token.kind.rawValue
        case .name: return token.name.text
        case .description: return token.description?.text ?? "none"
        case .contact: return token.contact?.text ?? "none"
        case .ceiling: return token.ceiling.map(\.json.compact) ?? "none"
        case .created: return token.created.description
        case .lastActive: return instant(token.lastActive)
        case .dormant: return instant(token.dormantSince)
        case .user: return user.name.text
        case .userActive: return user.isActive ? "yes" : "no"
        case .ownPermissions: return user.permissions.isEmpty ? "none" : user.permissions.joined(separator: ", ")
        case .department: return tenant.departments.first { $0.id == assignment.department }?.name.text ?? ""
        case .userType: return tenant.userTypes.first { $0.id == assignment.userType }?.name.text ?? ""
        }
    }

    /// Gives one token the attribute of another.
    fileprivate func give(_ id: TokenID, of other: TokenID, _ tenant: inout TenantRecord) {
        guard let place = tenant.tokens.firstIndex(where: { $0.id == id }),
            let twin = tenant.tokens.first(where: { $0.id == other }),
            let own = tenant.place(of: tenant.tokens[place].assignment), let its = tenant.place(of: twin.assignment)
        else { return }
        let (mine, theirs) = (
            tenant.users[own.user].assignments[own.place], tenant.users[its.user].assignments[its.place]
        )
        switch self {
        case .revoked: tenant.tokens[place].revoked = twin.revoked
        case .suspended: tenant.tokens[place].suspended = twin.suspended
        case .expires: tenant.tokens[place].expires = twin.expires
        case .kind: tenant.tokens[place].kind = twin.kind
        case .name: tenant.tokens[place].name = twin.name
        case .description: tenant.tokens[place].description = twin.description
        case .contact: tenant.tokens[place].contact = twin.contact
        case .ceiling: tenant.tokens[place].ceiling = twin.ceiling
        case .created: tenant.tokens[place].created = twin.created
        case .lastActive: tenant.tokens[place].lastActive = twin.lastActive
        case .dormant: tenant.tokens[place].dormantSince = twin.dormantSince
        case .userActive: tenant.users[own.user].isActive = tenant.users[its.user].isActive
        case .ownPermissions: tenant.users[own.user].permissions = tenant.users[its.user].permissions
        case .department: tenant.users[own.user].assignments[own.place].department = theirs.department
        case .userType: tenant.users[own.user].assignments[own.place].userType = theirs.userType
        case .user:
            // The other user, except for two attributes that are compared separately: being active, and own
            // permissions.
            var user = tenant.users[its.user]
            user.isActive = tenant.users[own.user].isActive
            user.permissions = tenant.users[own.user].permissions
            tenant.users[own.user].assignments.remove(at: own.place)
            user.assignments.append(mine)
            tenant.users[its.user] = user
        }
    }
}

extension TenantRecord {
    fileprivate func place(of assignment: ExactName) -> (user: Int, place: Int)? {
        for (number, user) in users.enumerated() {
            if let place = user.assignments.firstIndex(where: { $0.id == assignment }) { return (number, place) }
        }
        return nil
    }
}
