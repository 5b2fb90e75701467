package import Model

/// A token that is to be made.
package struct TokenDraft: Sendable {
    package var tenant: String
    package var kind: TokenKind
    /// Of a mobile token the device label, which may be empty.
    package var name: String
    package var assignment: String
    package var expires: Instant

    package init(tenant: String, kind: TokenKind, name: String, assignment: String, expires: Instant) {
        self.tenant = tenant
        self.kind = kind
        self.name = name
        self.assignment = assignment
        self.expires = expires
    }
}

/// What changes about a token; `nil` stays as it is.
package struct TokenChange: Equatable, Sendable {
    package var name: String?
    package var expires: Instant?
    package var assignment: String?

    package init(name: String? = nil, expires: Instant? = nil, assignment: String? = nil) {
        self.name = name
        self.expires = expires
        self.assignment = assignment
    }
}
