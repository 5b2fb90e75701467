internal import Engine
internal import Model
internal import Policies
internal import Tokens

/// Resolves the names of a request on a directory and checks its properties against the schema.
struct RequestBuilder {
    /// A request to decide, or a deny that needs no policy.
    enum Result {
        case request(ResolvedRequest)
        case deny(code: String)
    }

    let schema: Schema
    let directory: Directory
    /// The paths of undeclared properties. They are ignored, as AuthZEN asks, but reported.
    var ignored: [ExactName] = []

    init(schema: Schema, directory: Directory) {
        self.schema = schema
        self.directory = directory
    }

    mutating func build(_ question: AuthorizationRequest) throws(RequestError) -> Result {
        question.kind == .access ? try access(question) : try administration(question)
    }

    // MARK: Access

    private mutating func access(_ question: AuthorizationRequest) throws(RequestError) -> Result {
        guard let actionNumber = schema.actionIndex.number(question.action) else {
            return .deny(code: "action_unknown")
        }
        var request = empty(question)
        request.set(action: actionNumber)
        var tenant = try self.tenant(question)
        switch question.subject {
        case .token(let id):
            guard let index = TokenID(id).flatMap(directory.token) else { return .deny(code: "token_unknown") }
            if tenant >= 0, directory.tokens[index].tenant != tenant { return .deny(code: "token_unknown") }
            tenant = directory.tokens[index].tenant
            request.set(.token, .listed(index))
        case .external(let type, let id, let properties):
            guard let index = schema.subject(type) else { return .deny(code: "subject_type_unknown") }
            request.set(externalSubject: index, id: id)
            try read(
                properties, schema.subjects[index].properties, "subject.properties", tenant,
                schema.layout.subjects[index],
                into: &request)
        case .actor:
            throw RequestError("the subject of `access` must be a token or an external subject", property: "subject")
        }
        request.set(tenant: tenant)
        let type = question.resource.map { schema.resource($0.type) }
        if type == .some(nil) { return .deny(code: "resource_type_unknown") }
        guard schema.applies(actionNumber, to: type ?? nil) else { return .deny(code: "action_not_applicable") }
        try read(
            question.actionProperties, schema.actionRecords[actionNumber].properties, "action.properties", tenant,
            schema.layout.actions[actionNumber], into: &request)
        if let asked = question.resource, let index = type ?? nil {
            request.set(resource: index, id: asked.id)
            try read(
                asked.properties, schema.resources[index].properties, "resource.properties", tenant,
                schema.layout.resources[index], into: &request)
        }
        try question.checkSupported()
        try read(question.context, schema.context.properties, "context", tenant, schema.layout.context, into: &request)
        // The core reads it, whether the schema declares it or not.
        ignored.removeAll { $0 == "context.\(AuthorizationRequest.supportedName)" }
        return .request(request)
    }

    private func empty(_ question: AuthorizationRequest) -> ResolvedRequest {
        ResolvedRequest(
            kind: question.kind, directory: directory, propertyCount: schema.layout.count, now: question.now)
    }

    /// The number of the tenant that a request names, -1 for none.
    private func tenant(_ question: AuthorizationRequest) throws(RequestError) -> Int {
        guard let id = question.tenant else { return -1 }
        guard let index = directory.tenant(id) else {
            throw RequestError("there is no tenant \(id.quoted)", property: "tenant")
        }
        return index
    }

    // MARK: Administration

    private mutating func administration(_ question: AuthorizationRequest) throws(RequestError) -> Result {
        var tenant = try self.tenant(question)
        var token = ResolvedRequest.TokenReference.none
        if let record = question.record {
            guard tenant >= 0, let assignment = directory.assignment(record.assignment, tenant: tenant) else {
                return .deny(code: "token_unknown")
            }
            token = .own(Token(record, tenant: tenant, assignment: assignment))
        } else if question.kind != .issue {
            guard let index = question.token.flatMap({ TokenID($0) }).flatMap(directory.token) else {
                return .deny(code: "token_unknown")
            }
            if tenant >= 0, directory.tokens[index].tenant != tenant { return .deny(code: "token_unknown") }
            tenant = directory.tokens[index].tenant
            token = .listed(index)
        }
        var actor: Int?
        var acting = ResolvedRequest.TokenReference.none
        switch question.actor {
        case .operator: break
        case .user(let id, let assignment):
            if tenant < 0 { tenant = directory.tenants.indices.first { directory.user(id, tenant: $0) != nil } ?? -1 }
            guard tenant >= 0, let user = directory.user(id, tenant: tenant) else {
                return .deny(code: "actor_unknown")
            }
            actor = try self.assignment(assignment, of: user, tenant)
        case .token(let id):
            guard let index = TokenID(id).flatMap(directory.token) else { return .deny(code: "token_unknown") }
            if tenant >= 0, directory.tokens[index].tenant != tenant { return .deny(code: "token_unknown") }
            tenant = directory.tokens[index].tenant
            (actor, acting) = (directory.tokens[index].assignment, .listed(index))
        }
        var request = empty(question)
        request.set(.token, token)
        request.set(actor: actor, token: acting)
        if question.kind.hasProposal {
            if tenant < 0, let assignment = question.proposed?.assignment {
                tenant = directory.tenants.indices.first { directory.assignment(assignment, tenant: $0) != nil } ?? -1
            }
            guard tenant >= 0 else { throw RequestError("the tenant is missing", property: "tenant") }
            let own = request.token(.token)
            var proposal = question.proposed ?? ProposedToken()
            if question.kind == .derive {
                proposal.created = proposal.created ?? question.now
                if proposal.expires == nil, proposal.lastDay == nil, let own {
                    proposal.expires = TokenDerivation.usualEnd(after: question.now, end: own.expires)
                }
            }
            var proposed = try self.proposed(proposal, own, tenant, question.now)
            if question.kind == .derive { proposed.beginAsDerived(from: own) }
            request.set(.proposed, .own(proposed))
        }
        request.set(tenant: tenant)
        return .request(request)
    }

    private func assignment(_ id: ExactName?, of user: Int, _ tenant: Int) throws(RequestError) -> Int {
        let own = directory.users[user].assignments.filter { !directory.assignments[$0].isRemoved }
        if let id {
            guard let index = directory.assignment(id, tenant: tenant), own.contains(index) else {
                throw RequestError(
                    "`\(id)` is not an assignment of the user `\(directory.users[user].name)`",
                    property: "actor.assignment")
            }
            return index
        }
        guard own.count == 1 else {
            let ids = own.map { "`\(directory.assignments[$0].id)`" }.joined(separator: ", ")
            throw RequestError(
                "`\(directory.users[user].name)` has \(own.count) assignments; name one of them: \(ids)",
                property: "actor.assignment")
        }
        return own[0]
    }

    /// A proposed description or contact: an empty one removes it, one that is left out stays as it is.
    private static func note(_ proposed: ExactName?, _ present: ExactName?) -> ExactName? {
        guard let proposed else { return present }
        return proposed.isEmpty ? nil : proposed
    }

    private func proposed(
        _ proposal: ProposedToken, _ token: Token?, _ tenant: Int, _ now: Instant
    ) throws(RequestError) -> Token {
        let kind = proposal.kind ?? token?.kind ?? .api
        var assignment = token?.assignment
        if let id = proposal.assignment {
            guard let index = directory.assignment(id, tenant: tenant) else {
                throw RequestError("this tenant has no assignment with the id `\(id)`", property: "proposed.assignment")
            }
            assignment = index
        }
        guard let assignment else { throw RequestError("the assignment is missing", property: "proposed.assignment") }
        let created = proposal.created ?? token?.created ?? now
        var expires = proposal.expires ?? token?.expires
        if let day = proposal.lastDay {
            guard let next = day.adding(Period(days: 1)) else {
                throw RequestError("the last day is too late", property: "proposed.last_day")
            }
            expires = directory.tenants[tenant].zone.start(of: next)
        }
        if expires == nil, kind == .mobile {
            expires = TokenKind.mobileExpiry(login: created)
        }
        guard let expires else { throw RequestError("the expiry date is missing", property: "proposed.expires") }
        let record = TokenRecord(
            id: token?.id ?? .unassigned, kind: kind, name: proposal.name ?? token?.name ?? "",
            assignment: directory.assignments[assignment].id, created: created, expires: expires,
            lastActive: token?.lastActive, dormantSince: token?.dormantSince, suspended: token?.suspended,
            revoked: token?.revoked, description: Self.note(proposal.description, token?.description),
            contact: Self.note(proposal.contact, token?.contact), ceiling: proposal.ceiling ?? token?.ceiling)
        return Token(record, tenant: tenant, assignment: assignment)
    }
}
