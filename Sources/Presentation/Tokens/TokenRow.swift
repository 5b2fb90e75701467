package import Model
package import Tokens

/// A token as a row of its view.
package struct TokenRow {
    private let details: TokenDetails
    private let view: TenantView
    private let digits: Int
    private let statesZone: Bool
    /// The entry of the log about its suspension, where a column needs it.
    private let suspension: LogEntry?

    /// - Parameters:
    ///   - digits: the digits of its id that a terminal shows.
    ///   - statesZone: true to show the zone with every time, in a list of several zones.
    package init(
        _ details: TokenDetails, _ view: TenantView, digits: Int, statesZone: Bool = false, suspension: LogEntry? = nil
    ) {
        self.details = details
        self.view = view
        self.digits = digits
        self.statesZone = statesZone
        self.suspension = suspension
    }

    private var token: TokenRecord { details.token }
    private var directory: Directory { view.directory }

    /// The cells of columns, and the same as members of JSON.
    /// - Returns: `nil` for a token whose assignment the directory lacks.
    package func fields(_ columns: [TokenColumn]) -> (cells: [TableCell], members: [JSON.Member])? {
        guard let index = directory.assignment(token.assignment, tenant: view.index) else { return nil }
        let fields = columns.map { field($0, index) }
        return (fields.map(\.cell), fields.flatMap(\.members))
    }

    /// The members of JSON without chosen columns.
    package var members: [JSON.Member]? {
        let columns: [TokenColumn] = [
            .id, .tenant, .kind, .title, .description, .contact, .user, .email, .department, .userType, .assignment,
            .ceiling, .parent, .created, .updated,
            .expires, .lastActive, .state, .dormantSince,
        ]
        return fields(columns)?.members
    }

    private func field(_ column: TokenColumn, _ index: Int) -> (cell: TableCell, members: [JSON.Member]) {
        let assignment = directory.assignments[index]
        let user = directory.users[assignment.user]
        switch column {
        case .id: return (.id(token.id, digits: digits), [.init("id", .string(token.id.description))])
        case .tenant: return text("tenant", view.tenant.id.text)
        case .kind: return text("kind", token.kind.rawValue)
        case .title: return text("name", token.name.text)
        case .description: return optional("description", token.description?.text)
        case .contact: return optional("contact", token.contact?.text)
        case .device: return optional("device", token.kind == .mobile ? token.name.text : nil)
        case .user: return named("user", user.id, user.name)
        case .fullName: return text("full_name", user.fullName.text)
        case .email: return text("email", user.email.text)
        case .department:
            let department = directory.departments[assignment.department]
            return named("department", department.id, department.name)
        case .userType:
            let type = directory.userTypes[assignment.userType]
            let (cell, members) = named("user_type", type.id, type.name)
            return (token.ceiling == nil ? cell : TableCell("\(type.name) (limited)"), members)
        case .assignment: return text("assignment", assignment.id.text)
        case .permissions:
            let narrowed = token.ceiling.map { directory.narrowed(index, under: $0) } ?? assignment
            let patterns = narrowed.permissions.patterns
            return (TableCell(patterns.joined(separator: ", ")), [.init("permissions", .strings(patterns))])
        case .ceiling:
            let lines = token.ceiling?.lines(tenant: view.index, in: directory) ?? []
            return (TableCell(lines.joined(separator: "; ")), [.init("ceiling", token.ceiling?.json ?? .null)])
        case .parent:
            let parent = token.parent?.description
            return (TableCell(parent ?? ""), [.init("parent", .optional(parent))])
        case .state:
            let state = TokenState(token, assignment: index, view)
            return (
                TableCell(state.words), [.init("state", .string(state.word)), .init("code", .optional(state.code))]
            )
        default: return historyField(column)
        }
    }

    private func historyField(_ column: TokenColumn) -> (cell: TableCell, members: [JSON.Member]) {
        switch column {
        case .created: return time("created", token.created)
        case .createdBy: return optional("created_by", details.createdBy?.text)
        // An export does not say when a token was changed.
        case .updated:
            let updated = view.isExported ? nil : details.updated
            return (
                TableCell(updated.map { view.zone.date(of: $0).description } ?? "–"),
                [.init("updated", .optional(updated?.description))]
            )
        case .expires:
            guard token.kind == .api else { return time("expires", token.expires) }
            return (
                TableCell(LocalTime.expiry(token.expires, in: view.zone)),
                [.init("expires", .string(token.expires.description))]
            )
        case .lastActive: return time("last_active", token.lastActive, absent: "never")
        case .dormantSince: return time("dormant_since", token.dormantSince)
        case .suspended: return time("suspended", token.suspended)
        case .suspendedBy: return optional("suspended_by", suspension?.actor.name.text)
        case .suspendedReason: return optional("suspended_reason", suspension?.reason)
        case .revoked: return time("revoked", token.revoked)
        case .revokedBy: return optional("revoked_by", details.revokedBy?.text)
        default: return optional("last4", details.last4)
        }
    }

    private func text(_ key: ExactName, _ text: String) -> (TableCell, [JSON.Member]) {
        (TableCell(text), [.init(key, .string(text))])
    }

    /// A part of the directory: its name for people, its id and name for machines.
    private func named(_ key: ExactName, _ id: ExactName, _ name: ExactName) -> (TableCell, [JSON.Member]) {
        (TableCell(name), [.init(key, .string(id)), .init(ExactName("\(key)_name"), .string(name))])
    }

    private func optional(_ key: ExactName, _ text: String?) -> (TableCell, [JSON.Member]) {
        (TableCell(text ?? ""), [.init(key, .optional(text))])
    }

    private func time(_ key: ExactName, _ time: Instant?, absent: String = "") -> (TableCell, [JSON.Member]) {
        let cell = time.map {
            statesZone ? TableCell(LocalTime.stated($0, in: view.zone)) : .time($0, in: view.zone)
        }
        return (cell ?? TableCell(absent), [.init(key, .optional(time?.description))])
    }
}
