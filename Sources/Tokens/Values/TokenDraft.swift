package import Model

/// A token to create.
package struct TokenDraft: Sendable {
    package var tenant: ExactName
    package var kind: TokenKind
    /// The name; for a mobile token the device label, which may be empty.
    package var name: ExactName
    package var assignment: ExactName
    package var expires: Instant

    package init(tenant: ExactName, kind: TokenKind, name: ExactName, assignment: ExactName, expires: Instant) {
        self.tenant = tenant
        self.kind = kind
        self.name = name
        self.assignment = assignment
        self.expires = expires
    }
}

/// A change of a token; a member that is `nil` stays as it is.
package struct TokenChange: Equatable, Sendable {
    package var name: ExactName?
    package var expires: Instant?
    package var assignment: ExactName?

    package init(name: ExactName? = nil, expires: Instant? = nil, assignment: ExactName? = nil) {
        self.name = name
        self.expires = expires
        self.assignment = assignment
    }
}
