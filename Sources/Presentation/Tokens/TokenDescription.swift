internal import Decisions
internal import Model
package import Tokens

/// The fields of a token, as in the view of its kind.
package struct TokenDescription {
    private let details: TokenDetails
    private let view: TenantView

    package init(_ details: TokenDetails, _ view: TenantView) {
        self.details = details
        self.view = view
    }

    private var token: TokenRecord { details.token }
    /// True for a token of an export, which has neither its string nor its history.
    private var isExported: Bool { view.isExported }
    private var directory: Directory { view.directory }
    private var zone: Zone { view.zone }

    package var fields: KeyValueOutput {
        var fields = KeyValueOutput()
        let index = directory.assignment(token.assignment, tenant: view.index)!
        let assignment = directory.assignments[index]
        let user = directory.users[assignment.user]
        let department = directory.departments[assignment.department]
        let type = directory.userTypes[assignment.userType]
        fields.add("Id", token.id.description)
        fields.add(key: "kind", .string(token.kind.rawValue))
        if token.kind == .api {
            fields.add("Token Name", token.name, key: "name")
            addNotes(to: &fields)
            if !isExported {
                let masked = "dml_…\(details.last4 ?? "")"
                fields.add("API Token", "\(masked)  (demilune token reveal \(token.id))", json: .string(masked))
            }
            fields.add("Tenant Id", view.tenant.id, key: "tenant")
            fields.add(
                "Description of Use", Self.use(tenant: view.tenant.id.text),
                json: .strings(Self.use(tenant: view.tenant.id.text)))
            fields.add("Expiry Date", lastDay, key: "expires", json: .string(token.expires.description))
            fields.add("Associated User", user.name, key: "user", json: .string(user.id))
            fields.add(
                "Department and User Type", directory.combination(index), key: "assignment",
                json: .string(assignment.id))
        } else {
            fields.add("User Name", user.name, key: "user", json: .string(user.id))
            fields.add("Email", user.email)
            fields.add("Department", department.name, json: .string(department.id))
            fields.add("User Type", type.name, json: .string(type.id))
            fields.add("Last Active", local(token.lastActive) ?? "never", json: instant(token.lastActive))
            fields.add("Expiry Date", local(token.expires)!, key: "expires", json: .string(token.expires.description))
            fields.add("Device", token.name.isEmpty ? "–" : token.name, json: .string(token.name))
            addNotes(to: &fields)
            fields.add(key: "tenant", .string(view.tenant.id))
            fields.add(key: "assignment", .string(assignment.id))
        }
        addHistory(to: &fields)
        addRights(of: index, to: &fields)
        return fields
    }

    private func addNotes(to fields: inout KeyValueOutput) {
        fields.add("Description", token.description ?? "–", json: .optional(token.description))
        fields.add("Contact", token.contact ?? "–", json: .optional(token.contact))
    }

    private func addHistory(to fields: inout KeyValueOutput) {
        fields.add("State", state.joined(separator: ", "), json: .strings(state))
        let by = details.createdBy.map { " by \($0)" } ?? ""
        fields.add("Created", local(token.created)! + by, json: .string(token.created.description))
        if !isExported {
            fields.add(key: "created_by", .optional(details.createdBy))
            fields.add("Updated", local(details.updated)!, json: .string(details.updated.description))
        }
        if token.kind == .api {
            fields.add("Last Active", local(token.lastActive) ?? "never", json: instant(token.lastActive))
        }
        if token.kind == .api, !isExported {
            let last = details.revealedAt.map { ", last by \(details.revealedBy ?? "?") on \(local($0)!)" } ?? ""
            let times = details.revealCount == 1 ? "once" : counted(details.revealCount, "time")
            fields.add(
                "Revealed", details.revealCount == 0 ? "never" : times + last,
                json: .integer(Int64(details.revealCount)))
            fields.add(key: "revealed_at", instant(details.revealedAt))
            fields.add(key: "revealed_by", .optional(details.revealedBy))
        }
        if let since = token.dormantSince {
            fields.add("Dormant Since", local(since)!, json: .string(since.description))
        }
    }

    private func addRights(of assignment: Int, to fields: inout KeyValueOutput) {
        let rights = Rights(of: assignment, in: directory)
        let type = directory.userTypes[directory.assignments[assignment].userType].name
        let user = directory.users[directory.assignments[assignment].user].name
        let source = { (source: Rights.Source) in
            switch source {
            case .userType: "the user type \(type)"
            case .user: "the user \(user)"
            }
        }
        fields.add(
            "Permissions",
            rights.grants.map { "\($0.permission)  from \($0.sources.map(source).joined(separator: " and "))" },
            json: .array(
                rights.grants.map { grant in
                    .object([
                        .init("permission", .string(grant.permission)),
                        .init("from", .strings(grant.sources.map { $0 == .user ? "user" : "user_type" })),
                    ])
                }))
        let gates = rights.gates.map { gate in
            let department = directory.departments[gate.department]
            return "\(department.name) requires \(gate.missing.joined(separator: ", "))"
        }
        if !gates.isEmpty { fields.add("Not Permitted", gates, json: .strings(gates)) }
    }

    /// The code that keeps the token from being used, or `live`.
    private var state: [String] {
        if token.isTampered { return ["token_tampered"] }
        guard let index = directory.token(token.id),
            let code = ActorValidity.fault(directory.tokens[index], in: directory, now: view.now)
        else { return ["live"] }
        return [code.hasPrefix("token_") ? String(code.dropFirst("token_".count)) : code]
    }

    private var lastDay: String {
        "\(LocalTime.lastDay(before: token.expires, in: zone)), the last valid day in \(zone.name)"
    }

    private func local(_ instant: Instant?) -> String? { instant.map { LocalTime.minute($0, in: zone) } }
    private func instant(_ instant: Instant?) -> JSON { .optional(instant?.description) }

    /// Instructions for using the token with the REST API, with a placeholder for its string.
    package static func use(tenant: String) -> [String] {
        [
            "Send these headers with every request to the REST API, your token in place of <token>:",
            "  Authorization: Bearer <token>", "  auth-tenant-id: \(tenant)",
            "or, where the first cannot be sent:", "  auth-token: <token>", "  auth-tenant-id: \(tenant)",
        ]
    }
}
