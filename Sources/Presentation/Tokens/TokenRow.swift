package import Model
package import Tokens

/// A token as a row of its view.
package struct TokenRow {
    private let details: TokenDetails
    private let view: TenantView
    private let digits: Int

    /// - Parameter digits: the digits of its id that a terminal shows.
    package init(_ details: TokenDetails, _ view: TenantView, digits: Int) {
        self.details = details
        self.view = view
        self.digits = digits
    }

    package static func listing(_ kind: TokenKind) -> Listing {
        switch kind {
        case .api: Listing(.apiTokens)
        case .mobile: Listing(.mobileTokens)
        }
    }

    package func add(to listing: inout Listing) {
        let token = details.token
        let directory = view.directory
        guard let index = directory.assignment(token.assignment, tenant: view.index) else { return }
        let state = TokenState(token, assignment: index, view)
        let assignment = directory.assignments[index]
        let user = directory.users[assignment.user]
        let department = directory.departments[assignment.department]
        let type = directory.userTypes[assignment.userType]
        // An export does not say when a token was changed.
        let updated = view.isExported ? nil : details.updated
        let place = [TableCell(department.name), TableCell(type.name)]
        let id = TableCell.id(token.id, digits: digits)
        let cells: [TableCell]
        switch token.kind {
        case .api:
            let changed = updated.map { view.zone.date(of: $0).description } ?? "–"
            let expiry = LocalTime.expiry(token.expires, in: view.zone)
            cells =
                [id, TableCell(token.name), TableCell(user.name)] + place + [
                    TableCell(changed), TableCell(expiry), TableCell(state.words),
                ]
        case .mobile:
            cells =
                [id, TableCell(user.name), TableCell(user.email)] + place
                + [time(token.lastActive), time(token.expires), TableCell(state.words)]
        }
        listing.add(
            cells,
            [
                .init("id", .string(token.id.description)), .init("tenant", .string(view.tenant.id)),
                .init("kind", .string(token.kind.rawValue)), .init("name", .string(token.name)),
                .init("user", .string(user.id)), .init("user_name", .string(user.name)),
                .init("email", .string(user.email)), .init("department", .string(department.id)),
                .init("department_name", .string(department.name)), .init("user_type", .string(type.id)),
                .init("user_type_name", .string(type.name)), .init("assignment", .string(assignment.id)),
                .init("created", .string(token.created.description)),
                .init("updated", .optional(updated?.description)),
                .init("expires", .string(token.expires.description)),
                .init("last_active", .optional(token.lastActive?.description)), .init("state", .string(state.word)),
                .init("code", .optional(state.code)),
                .init("dormant_since", .optional(token.dormantSince?.description)),
            ])
    }

    private func time(_ instant: Instant?) -> TableCell {
        instant.map { .time($0, in: view.zone) } ?? TableCell("never")
    }
}
