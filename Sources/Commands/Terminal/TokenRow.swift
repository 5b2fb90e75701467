internal import Decisions
internal import Model
internal import Tokens

/// A token as a row of its view.
struct TokenRow {
    private let details: TokenDetails
    private let session: AdministrationSession

    init(_ details: TokenDetails, _ session: AdministrationSession) {
        self.details = details
        self.session = session
    }

    static func listing(_ kind: TokenKind) -> Listing {
        switch kind {
        case .api: Listing(["ID", "TITLE", "USER", "DEPARTMENT", "USER TYPE", "UPDATED", "EXPIRES", "STATE"])
        case .mobile:
            Listing(["ID", "USER NAME", "EMAIL", "DEPARTMENT", "USER TYPE", "LAST ACTIVE", "EXPIRES", "STATE"])
        }
    }

    func add(to listing: inout Listing) {
        let token = details.token
        let directory = session.directory
        guard let index = directory.assignment(token.assignment, tenant: session.names.tenant) else { return }
        let assignment = directory.assignments[index]
        let user = directory.users[assignment.user]
        let department = directory.departments[assignment.department]
        let type = directory.userTypes[assignment.userType]
        // An export does not say when a token was changed.
        let updated = session.store.isReadOnly ? nil : details.updated
        let cells: [String]
        switch token.kind {
        case .api:
            cells = [
                token.id.description, token.name.text, user.name.text, department.name.text, type.name.text,
                updated.map { session.zone.date(of: $0).description } ?? "–",
                TimeArgument.lastDay(before: token.expires, in: session.zone).description, state,
            ]
        case .mobile:
            cells = [
                token.id.description, user.name.text, user.email.text, department.name.text, type.name.text,
                token.lastActive.map { TimeArgument.local($0, in: session.zone) } ?? "never",
                TimeArgument.local(token.expires, in: session.zone), state,
            ]
        }
        listing.add(
            cells,
            [
                .init("id", .string(token.id.description)), .init("tenant", .string(session.tenant.id)),
                .init("kind", .string(token.kind.rawValue)), .init("name", .string(token.name)),
                .init("user", .string(user.id)), .init("user_name", .string(user.name)),
                .init("email", .string(user.email)), .init("department", .string(department.id)),
                .init("user_type", .string(type.id)), .init("assignment", .string(assignment.id)),
                .init("created", .string(token.created.description)),
                .init("updated", .optional(updated?.description)),
                .init("expires", .string(token.expires.description)),
                .init("last_active", .optional(token.lastActive?.description)), .init("state", .string(state)),
            ])
    }

    var state: String {
        let token = details.token
        if token.isTampered { return "tampered" }
        if token.revoked != nil { return "revoked" }
        if session.now >= token.expires { return "expired" }
        return token.suspended == nil ? "valid" : "suspended"
    }
}
