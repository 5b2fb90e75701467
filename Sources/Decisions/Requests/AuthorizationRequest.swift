package import Model
internal import Policies
package import Tokens

/// An authorization request with its ids still unresolved.
package struct AuthorizationRequest: Sendable {
    package enum Subject: Sendable {
        /// A token, by its id.
        case token(String)
        case external(type: ExactName, id: ExactName, properties: JSON)
        /// The administrator in `actor`.
        case actor
    }

    package struct Resource: Sendable {
        package var type: ExactName
        package var id: ExactName?
        package var properties: JSON

        package init(type: ExactName, id: ExactName?, properties: JSON = .object([])) {
            self.type = type
            self.id = id
            self.properties = properties
        }
    }

    package enum Actor: Sendable {
        case `operator`
        /// A user's id, and the assignment in which they act. The assignment may be left out when there is only one.
        case user(id: ExactName, assignment: ExactName?)
        /// The user of a token, by the token's id.
        case token(String)
    }

    package enum Obligations: Sendable {
        /// Those that the context lists as `supported_obligations`; none where it lists none.
        case stated
        case all
        case named([ExactName])

        /// Those that every administrative act fulfils: it is logged, with a reason where one is given.
        package static let ofActs = Obligations.named(["log", "reason"])
    }

    package var kind: DecisionKind
    package var action: ExactName
    /// The properties of the action, an object.
    package var actionProperties: JSON
    package var subject: Subject
    package var resource: Resource?
    package var context: JSON
    package var actor: Actor
    /// A tenant's id, where no token determines it.
    package var tenant: ExactName?
    /// The id of the token acted upon.
    package var token: String?
    /// The record of the token acted upon, where the directory does not hold it.
    package var record: TokenRecord?
    package var proposed: ProposedToken?
    package var now: Instant
    /// The obligations that the caller can fulfil, as the request says: see `supported`.
    package var obligations: Obligations = .stated
    /// The paths of unknown members of the request. They are ignored, as AuthZEN asks, but reported.
    package var ignored: [ExactName] = []
    /// True when `now` was taken from `context.time`.
    package var isTimedByContext = false

    package init(
        kind: DecisionKind = .access, action: ExactName, actionProperties: JSON = .object([]), subject: Subject,
        resource: Resource? = nil,
        context: JSON = .object([]), actor: Actor = .operator, tenant: ExactName? = nil, token: String? = nil,
        proposed: ProposedToken? = nil, now: Instant, obligations: Obligations = .stated
    ) {
        self.kind = kind
        self.action = action
        self.actionProperties = actionProperties
        self.subject = subject
        self.resource = resource
        self.context = context
        self.actor = actor
        self.tenant = tenant
        self.token = token
        self.proposed = proposed
        self.now = now
        self.obligations = obligations
    }
}

extension AuthorizationRequest {
    /// The member of a context that lists the obligations that the caller can fulfil, by their names: `type` in AuthZEN.
    package static let supportedName: ExactName = "supported_obligations"

    /// The obligations that the caller can fulfil. A permit with any other obligation becomes a deny.
    package var supported: Obligations {
        guard case .stated = obligations else { return obligations }
        guard case .array(let names)? = context.stated(Self.supportedName) else { return .named([]) }
        return .named(names.compactMap(\.name))
    }

    /// - Throws: for a list of supported obligations that is none.
    func checkSupported() throws(RequestError) {
        guard let stated = context.stated(Self.supportedName) else { return }
        let place = "context.\(Self.supportedName)"
        guard case .array(let names) = stated else {
            throw RequestError(wrong: stated, of: .list(.string), at: place)
        }
        for (index, name) in names.enumerated() where name.string == nil {
            throw RequestError(wrong: name, of: .string, at: "\(place)[\(index)]")
        }
    }
}

extension AuthorizationRequest.Obligations {
    package func contains(_ name: ExactName) -> Bool {
        switch self {
        case .all: true
        case .named(let names): names.contains(name)
        case .stated: false
        }
    }
}

/// A token as proposed. A member that is left out stays as it is, or takes its default.
package struct ProposedToken: Sendable {
    package var kind: TokenKind?
    package var name: ExactName?
    package var assignment: ExactName?
    package var created: Instant?
    package var expires: Instant?
    /// The last valid day in the tenant's zone, instead of `expires`.
    package var lastDay: Date?
    /// The description; an empty one removes it.
    package var description: ExactName?
    /// The contact; an empty one removes it.
    package var contact: ExactName?
    /// The ceiling; an empty one removes it.
    package var ceiling: Ceiling?

    package init(
        kind: TokenKind? = nil, name: ExactName? = nil, assignment: ExactName? = nil, created: Instant? = nil,
        expires: Instant? = nil, lastDay: Date? = nil, description: ExactName? = nil, contact: ExactName? = nil,
        ceiling: Ceiling? = nil
    ) {
        self.kind = kind
        self.name = name
        self.assignment = assignment
        self.created = created
        self.expires = expires
        self.lastDay = lastDay
        self.description = description
        self.contact = contact
        self.ceiling = ceiling
    }
}

extension ProposedToken {
    /// A new token.
    package init(_ draft: TokenDraft, created: Instant) {
        self.init(
            kind: draft.kind, name: draft.name, assignment: draft.assignment, created: created, expires: draft.expires,
            description: draft.description, contact: draft.contact, ceiling: draft.ceiling)
    }

    /// A change of a token.
    package init(_ change: TokenChange) {
        self.init(
            name: change.name, assignment: change.assignment, expires: change.expires, description: change.description,
            contact: change.contact, ceiling: change.ceiling)
    }

    /// A token as if it were made now.
    package init(_ token: TokenRecord) {
        self.init(
            kind: token.kind, name: token.name, assignment: token.assignment, created: token.created,
            expires: token.expires, description: token.description, contact: token.contact, ceiling: token.ceiling)
    }
}
