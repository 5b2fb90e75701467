package import Model
package import Tokens

/// A token as a row of its view.
package struct TokenRow {
    private let details: TokenDetails
    private let view: TenantView

    package init(_ details: TokenDetails, _ view: TenantView) {
        self.details = details
        self.view = view
    }

    package static func listing(_ kind: TokenKind) -> Listing {
        switch kind {
        case .api: Listing(["ID", "TITLE", "USER", "DEPARTMENT", "USER TYPE", "UPDATED", "EXPIRES", "STATE"])
        case .mobile:
            Listing(["ID", "USER NAME", "EMAIL", "DEPARTMENT", "USER TYPE", "LAST ACTIVE", "EXPIRES", "STATE"])
        }
    }

    package func add(to listing: inout Listing) {
        let token = details.token
        let directory = view.directory
        guard let index = directory.assignment(token.assignment, tenant: view.index) else { return }
        let assignment = directory.assignments[index]
        let user = directory.users[assignment.user]
        let department = directory.departments[assignment.department]
        let type = directory.userTypes[assignment.userType]
        // An export does not say when a token was changed.
        let updated = view.isExported ? nil : details.updated
        let cells: [String]
        switch token.kind {
        case .api:
            cells = [
                token.id.description, token.name.text, user.name.text, department.name.text, type.name.text,
                updated.map { view.zone.date(of: $0).description } ?? "–",
                LocalTime.lastDay(before: token.expires, in: view.zone).description, state,
            ]
        case .mobile:
            cells = [
                token.id.description, user.name.text, user.email.text, department.name.text, type.name.text,
                token.lastActive.map { LocalTime.minute($0, in: view.zone) } ?? "never",
                LocalTime.minute(token.expires, in: view.zone), state,
            ]
        }
        listing.add(
            cells,
            [
                .init("id", .string(token.id.description)), .init("tenant", .string(view.tenant.id)),
                .init("kind", .string(token.kind.rawValue)), .init("name", .string(token.name)),
                .init("description", .optional(token.description)), .init("contact", .optional(token.contact)),
                .init("user", .string(user.id)), .init("user_name", .string(user.name)),
                .init("email", .string(user.email)), .init("department", .string(department.id)),
                .init("user_type", .string(type.id)), .init("assignment", .string(assignment.id)),
                .init("created", .string(token.created.description)),
                .init("updated", .optional(updated?.description)),
                .init("expires", .string(token.expires.description)),
                .init("last_active", .optional(token.lastActive?.description)), .init("state", .string(state)),
            ])
    }

    package var state: String {
        let token = details.token
        if token.isTampered { return "tampered" }
        if token.revoked != nil { return "revoked" }
        if view.now >= token.expires { return "expired" }
        return token.suspended == nil ? "valid" : "suspended"
    }
}
