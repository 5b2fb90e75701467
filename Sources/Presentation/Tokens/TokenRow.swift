package import Model
package import Tokens

/// A token as a row of its view.
package struct TokenRow {
    private let details: TokenDetails
    private let view: TenantView
    /// The entry of the log about its suspension, where a column needs it.
    private let suspension: LogEntry?

    package init(_ details: TokenDetails, _ view: TenantView, suspension: LogEntry? = nil) {
        self.details = details
        self.view = view
        self.suspension = suspension
    }

    private var token: TokenRecord { details.token }
    private var directory: Directory { view.directory }

    /// The cells of columns, and the same as members of JSON.
    /// - Returns: `nil` for a token whose assignment the directory lacks.
    package func fields(_ columns: [TokenColumn]) -> (cells: [String], members: [JSON.Member])? {
        guard let index = directory.assignment(token.assignment, tenant: view.index) else { return nil }
        let fields = columns.map { field($0, directory.assignments[index]) }
        return (fields.map(\.cell), fields.flatMap(\.members))
    }

    /// The members of JSON without chosen columns.
    package var members: [JSON.Member]? {
        let columns: [TokenColumn] = [
            .id, .tenant, .kind, .title, .user, .email, .department, .userType, .assignment, .created, .updated,
            .expires,
            .lastActive, .state,
        ]
        return fields(columns)?.members
    }

    private func field(_ column: TokenColumn, _ assignment: Assignment) -> (cell: String, members: [JSON.Member]) {
        let user = directory.users[assignment.user]
        switch column {
        case .id: return text("id", token.id.description)
        case .tenant: return text("tenant", view.tenant.id.text)
        case .kind: return text("kind", token.kind.rawValue)
        case .title: return text("name", token.name.text)
        case .device: return optional("device", token.kind == .mobile ? token.name.text : nil)
        case .user:
            return (user.name.text, [.init("user", .string(user.id)), .init("user_name", .string(user.name))])
        case .fullName: return text("full_name", user.fullName.text)
        case .email: return text("email", user.email.text)
        case .department:
            let department = directory.departments[assignment.department]
            return (department.name.text, [.init("department", .string(department.id))])
        case .userType:
            let type = directory.userTypes[assignment.userType]
            return (type.name.text, [.init("user_type", .string(type.id))])
        case .assignment: return text("assignment", assignment.id.text)
        case .permissions:
            let patterns = assignment.permissions.patterns
            return (patterns.joined(separator: ", "), [.init("permissions", .strings(patterns))])
        default: return historyField(column)
        }
    }

    private func historyField(_ column: TokenColumn) -> (cell: String, members: [JSON.Member]) {
        switch column {
        case .created: return time("created", token.created)
        case .createdBy: return optional("created_by", details.createdBy?.text)
        // An export does not say when a token was changed.
        case .updated:
            let updated = view.isExported ? nil : details.updated
            return (
                updated.map { view.zone.date(of: $0).description } ?? "–",
                [.init("updated", .optional(updated?.description))]
            )
        case .expires:
            let cell =
                token.kind == .api
                ? LocalTime.lastDay(before: token.expires, in: view.zone).description
                : LocalTime.minute(token.expires, in: view.zone)
            return (cell, [.init("expires", .string(token.expires.description))])
        case .lastActive: return time("last_active", token.lastActive, absent: "never")
        case .state: return text("state", state)
        case .dormantSince: return time("dormant_since", token.dormantSince)
        case .suspended: return time("suspended", token.suspended)
        case .suspendedBy: return optional("suspended_by", suspension?.actor.name.text)
        case .suspendedWhy: return optional("suspended_why", suspension?.text("reason"))
        case .revoked: return time("revoked", token.revoked)
        case .revokedBy: return optional("revoked_by", details.revokedBy?.text)
        default: return optional("last4", details.last4)
        }
    }

    private func text(_ key: ExactName, _ text: String) -> (String, [JSON.Member]) {
        (text, [.init(key, .string(text))])
    }

    private func optional(_ key: ExactName, _ text: String?) -> (String, [JSON.Member]) {
        (text ?? "", [.init(key, .optional(text))])
    }

    private func time(_ key: ExactName, _ time: Instant?, absent: String = "") -> (String, [JSON.Member]) {
        (time.map { LocalTime.minute($0, in: view.zone) } ?? absent, [.init(key, .optional(time?.description))])
    }

    package var state: String {
        if token.isTampered { return "tampered" }
        if token.revoked != nil { return "revoked" }
        if view.now >= token.expires { return "expired" }
        return token.suspended == nil ? "valid" : "suspended"
    }
}
