/// A question with every name resolved: what policies read their facts from.
package struct Request: Sendable {
    package var point: Point
    package var action: String
    /// The action's place in the schema's catalogue; -1 when it is none of it, as at administrative points.
    package var actionNumber: Int
    package var directory: Directory
    package var tenant: Int
    package var now: Instant
    package var subject: Subject
    /// Who administers; `nil` on `access`.
    package var actor: Actor?
    /// On `access` the subject's token, else the token acted upon.
    package var token: Token?
    package var proposed: Token?
    package var resource: Record
    package var context: Record

    package init(
        point: Point, action: String, actionNumber: Int = -1, directory: Directory, tenant: Int, now: Instant,
        subject: Subject,
        actor: Actor? = nil, token: Token? = nil, proposed: Token? = nil, resource: Record = .none,
        context: Record = .none
    ) {
        self.point = point
        self.action = action
        self.actionNumber = actionNumber
        self.directory = directory
        self.tenant = tenant
        self.now = now
        self.subject = subject
        self.actor = actor
        self.token = token
        self.proposed = proposed
        self.resource = resource
        self.context = context
    }
}

/// Who acts.
package enum Subject: Sendable {
    /// The token in `Request.token`.
    case token
    /// The administrator in `Request.actor`.
    case actor
    /// Somebody the schema declares and the store does not know.
    case external(Record)
}

/// An administrator: a user in one assignment, or the operator who holds the store and the key file.
package struct Actor: Sendable {
    /// `nil` for the operator.
    package var assignment: Int?
    /// The token the administrator acts through, if any.
    package var token: Token?

    package init(assignment: Int?, token: Token? = nil) {
        self.assignment = assignment
        self.token = token
    }

    package static let `operator` = Actor(assignment: nil)

    package var isOperator: Bool { assignment == nil }
}

/// A resource, a context or an external subject: declared properties, each in the slot its type gives it.
package struct Record: Sendable {
    /// Its type's index among the schema's; -1 when it has none.
    package var type: Int
    package var typeName: String
    package var id: String?
    /// One value a declared property, in the schema's order.
    package var values: [Value]

    package init(type: Int, typeName: String, id: String?, values: [Value]) {
        self.type = type
        self.typeName = typeName
        self.id = id
        self.values = values
    }

    package static let none = Record(type: -1, typeName: "", id: nil, values: [])
}
