package import Model

/// A token to create.
package struct TokenDraft: Sendable {
    package var tenant: ExactName
    package var kind: TokenKind
    /// The name; for a mobile token the device label, which may be empty.
    package var name: ExactName
    package var assignment: ExactName
    package var expires: Instant
    package var description: ExactName?
    package var contact: ExactName?
    package var ceiling: Ceiling?
    /// The token from which it is derived; `nil` for a token of its own.
    package var parent: TokenID?

    package init(
        tenant: ExactName, kind: TokenKind, name: ExactName, assignment: ExactName, expires: Instant,
        description: ExactName? = nil, contact: ExactName? = nil, ceiling: Ceiling? = nil,
        parent: TokenID? = nil
    ) {
        self.tenant = tenant
        self.kind = kind
        self.name = name
        self.assignment = assignment
        self.expires = expires
        self.description = description
        self.contact = contact
        self.ceiling = ceiling
        self.parent = parent
    }
}

/// A change of a token; a member that is `nil` stays as it is.
package struct TokenChange: Equatable, Sendable {
    package var name: ExactName?
    package var expires: Instant?
    package var assignment: ExactName?
    /// The new description; an empty one removes it.
    package var description: ExactName?
    /// The new contact; an empty one removes it.
    package var contact: ExactName?
    /// The new ceiling; an empty one removes it.
    package var ceiling: Ceiling?

    /// True when it changes nothing.
    package var isEmpty: Bool { self == TokenChange() }

    package init(
        name: ExactName? = nil, expires: Instant? = nil, assignment: ExactName? = nil, description: ExactName? = nil,
        contact: ExactName? = nil, ceiling: Ceiling? = nil
    ) {
        self.name = name
        self.expires = expires
        self.assignment = assignment
        self.description = description
        self.contact = contact
        self.ceiling = ceiling
    }
}

extension TokenRecord {
    /// The token as it would be after a change, whether the store permits that or not.
    package func changed(by change: TokenChange) -> TokenRecord {
        var record = self
        record.name = change.name ?? name
        record.assignment = change.assignment ?? assignment
        record.expires = change.expires ?? expires
        if let text = change.description { record.description = text.isEmpty ? nil : text }
        if let text = change.contact { record.contact = text.isEmpty ? nil : text }
        if let ceiling = change.ceiling { record.ceiling = ceiling }
        return record
    }
}
