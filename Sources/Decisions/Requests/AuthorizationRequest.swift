package import Model

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
        case all
        case named([ExactName])
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
    /// The obligations that the caller can fulfil. A permit with any other obligation becomes a deny.
    package var obligations: Obligations = .named([])
    /// The paths of unknown members of the request. They are ignored, as AuthZEN asks, but reported.
    package var ignored: [ExactName] = []
    /// True when `now` was taken from `context.time`.
    package var isTimedByContext = false

    package init(
        kind: DecisionKind = .access, action: ExactName, actionProperties: JSON = .object([]), subject: Subject,
        resource: Resource? = nil,
        context: JSON = .object([]), actor: Actor = .operator, tenant: ExactName? = nil, token: String? = nil,
        proposed: ProposedToken? = nil, now: Instant, obligations: Obligations = .named([])
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

    package init(
        kind: TokenKind? = nil, name: ExactName? = nil, assignment: ExactName? = nil, created: Instant? = nil,
        expires: Instant? = nil, lastDay: Date? = nil, description: ExactName? = nil, contact: ExactName? = nil
    ) {
        self.kind = kind
        self.name = name
        self.assignment = assignment
        self.created = created
        self.expires = expires
        self.lastDay = lastDay
        self.description = description
        self.contact = contact
    }
}
