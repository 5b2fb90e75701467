internal import Decisions
internal import Model
package import Tokens

/// The fields of a token, as in the view of its kind.
package struct TokenDescription {
    private let details: TokenDetails
    private let history: TokenHistory
    private let view: TenantView

    package init(_ details: TokenDetails, _ history: TokenHistory, _ view: TenantView) {
        self.details = details
        self.history = history
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
        let state = TokenState(token, assignment: index, view)
        let expires = LocalTime.expiryField(token.expires, in: zone)
        fields.add("Id", token.id.description)
        fields.add(key: "kind", .string(token.kind.rawValue))
        if token.kind == .api {
            fields.add("Token Name", token.name, key: "name")
            addNotes(to: &fields)
            if !isExported {
                let masked = "dml_…\(details.last4 ?? "")"
                fields.add("API Token", "\(masked)  (\(revealing(state)))", json: .string(masked))
            }
            fields.add("Tenant Id", view.tenant.id, key: "tenant")
            let use = token.revoked == nil ? Self.use(tenant: view.tenant.id.text) : []
            fields.add("Description of Use", use, json: .strings(use))
            fields.add("Expiry Date", expires, key: "expires", json: .string(token.expires.description))
            fields.add("Associated User", user.name, key: "user", json: .string(user.id))
            fields.add(
                "Department and User Type", directory.combination(index), key: "assignment",
                json: .string(assignment.id))
            fields.add(key: "department", .string(department.id))
            fields.add(key: "user_type", .string(type.id))
        } else {
            fields.add("User Name", user.name, key: "user", json: .string(user.id))
            fields.add("Email", user.email)
            fields.add("Department", department.name, json: .string(department.id))
            fields.add("User Type", type.name, json: .string(type.id))
            addLastUse(to: &fields)
            fields.add("Expiry Date", expires, key: "expires", json: .string(token.expires.description))
            fields.add("Device", token.name.isEmpty ? "–" : token.name, json: .string(token.name))
            addNotes(to: &fields)
            fields.add(key: "tenant", .string(view.tenant.id))
            fields.add(key: "assignment", .string(assignment.id))
        }
        fields.add(key: "tenant_name", .string(view.tenant.name))
        fields.add(key: "user_name", .string(user.name))
        fields.add(key: "department_name", .string(department.name))
        fields.add(key: "user_type_name", .string(type.name))
        addCeiling(to: &fields)
        addDerivation(to: &fields)
        addState(state, to: &fields)
        addHistory(state, to: &fields)
        addRights(
            of: token.ceiling.map { directory.narrowed(index, under: $0) } ?? assignment, state, to: &fields)
        return fields
    }

    private func addCeiling(to fields: inout KeyValueOutput) {
        guard let ceiling = token.ceiling else { return fields.add(key: "ceiling", .null) }
        let used = isExported ? nil : details.useCount
        fields.add(
            "Ceiling", ceiling.lines(used: used, tenant: view.index, in: directory), json: ceiling.json)
        if ceiling.uses != nil, !isExported { fields.add(key: "use_count", .integer(Int64(details.useCount))) }
    }

    /// The most derived tokens that people see.
    private static let mostChildren = 10

    private func addDerivation(to fields: inout KeyValueOutput) {
        if let parent = token.parent {
            fields.add("Parent", parent.description)
        } else {
            fields.add(key: "parent", .null)
        }
        guard !isExported else { return }
        let children = history.liveChildren
        let ids = JSON.strings(children.map(\.id.description))
        guard !children.isEmpty else { return fields.add(key: "derived_tokens", ids) }
        let shown = children.prefix(Self.mostChildren).map {
            "\($0.id)  until \(LocalTime.stated($0.expires, in: zone))"
        }
        let more = children.count - shown.count
        fields.add(
            "Derived Tokens", shown + (more > 0 ? ["and \(more) more"] : []), key: "derived_tokens", json: ids)
    }

    /// The time of the last use, and where it is known what was done and from where: `2026-11-30 10:00, orders.read from
    /// 10.1.2.0/24`.
    private var lastUse: String {
        guard let time = local(token.lastActive) else { return "never" }
        let place = details.lastNetwork.map { "from \($0)" }
        let use = [details.lastAction?.text, place].compactMap(\.self).joined(separator: " ")
        return use.isEmpty ? time : "\(time), \(use)"
    }

    private func addLastUse(to fields: inout KeyValueOutput) {
        fields.add("Last Active", lastUse, json: instant(token.lastActive))
        guard !isExported else { return }
        fields.add(key: "last_action", .optional(details.lastAction))
        fields.add(key: "last_network", .optional(details.lastNetwork?.description))
    }

    /// The way to see the token's string again, or the reason why there is none.
    private func revealing(_ state: TokenState) -> String {
        switch state.state {
        case .revoked, .expired, nil: "never shown again: \(state.word)"
        case .live, .inactive, .suspended, .dormant:
            details.isKept
                ? "demilune token reveal \(token.id)"
                : "not kept: `demilune token rotate` gives it a new one"
        }
    }

    private func addNotes(to fields: inout KeyValueOutput) {
        fields.add("Description", token.description ?? "–", json: .optional(token.description))
        fields.add("Contact", token.contact ?? "–", json: .optional(token.contact))
    }

    // MARK: State and history

    private func addState(_ state: TokenState, to fields: inout KeyValueOutput) {
        let because = state.state == .inactive ? state.reason.map { ": \($0)" } ?? "" : ""
        fields.add("State", state.words + because, json: .string(state.word))
        fields.add(key: "code", .optional(state.code))
        if let since = token.suspended, token.revoked == nil {
            let by = history.suspension?.actor.name
            let reason = history.suspension?.reason
            fields.add("Suspended", act(since, by, reason), key: "suspended", json: instant(since))
            addActor(by, reason, "suspended", to: &fields)
        }
        if let at = token.revoked {
            let reason = history.revocation?.reason
            fields.add("Revoked", act(at, details.revokedBy, reason), key: "revoked", json: instant(at))
            addActor(details.revokedBy, reason, "revoked", to: &fields)
        }
    }

    /// `2026-11-22 13:00 Europe/Oslo by anna: seen in a chat`.
    private func act(_ time: Instant, _ actor: ExactName?, _ reason: String?) -> String {
        let by = actor.map { " by \(name($0))" } ?? (isExported ? "" : ", by whom is not in the log")
        return local(time)! + by + (reason.map { ": \($0)" } ?? "")
    }

    private func addActor(_ actor: ExactName?, _ reason: String?, _ act: String, to fields: inout KeyValueOutput) {
        fields.add(key: "\(act)_by", .optional(actor))
        fields.add(key: "\(act)_by_name", .optional(actor.map(name)))
        fields.add(key: "\(act)_reason", .optional(reason))
    }

    private func addHistory(_ state: TokenState, to fields: inout KeyValueOutput) {
        let by = details.createdBy.map { " by \(name($0))" } ?? ""
        fields.add("Created", local(token.created)! + by, json: .string(token.created.description))
        if !isExported {
            fields.add(key: "created_by", .optional(details.createdBy))
            fields.add(key: "created_by_name", .optional(details.createdBy.map(name)))
            fields.add("Updated", local(details.updated)!, json: .string(details.updated.description))
            fields.add(
                "Former String", formerString(state), key: "former_string_until", json: instant(details.overlapUntil))
        }
        if token.kind == .api { addLastUse(to: &fields) }
        if token.kind == .api, !isExported {
            let last =
                details.revealedAt.map { ", last by \(details.revealedBy.map(name) ?? "?") on \(local($0)!)" } ?? ""
            let times = details.revealCount == 1 ? "once" : counted(details.revealCount, "time")
            fields.add(
                "Revealed", details.revealCount == 0 ? "never" : times + last,
                json: .integer(Int64(details.revealCount)))
            fields.add(key: "revealed_at", instant(details.revealedAt))
            fields.add(key: "revealed_by", .optional(details.revealedBy))
            fields.add(key: "revealed_by_name", .optional(details.revealedBy.map(name)))
        }
        if let entry = history.attestation {
            fields.add(
                "Attested",
                act(entry.time, entry.actor.name, entry.reason)
                    + (entry.text("review").map { ", in the review \($0)" } ?? ""),
                json: .string(entry.time.description))
            addActor(entry.actor.name, entry.reason, "attested", to: &fields)
            fields.add(key: "attested_review", .optional(entry.text("review")))
        }
        if let since = token.dormantSince {
            fields.add("Dormant Since", local(since)!, json: .string(since.description))
        }
    }

    /// The use of the string that the token had before its last rotation.
    private func formerString(_ state: TokenState) -> String {
        guard let until = details.overlapUntil else { return "none works" }
        guard view.now < until else { return "stopped working at \(local(until)!)" }
        return state.code == nil
            ? "works until \(local(until)!)" : "ends at \(local(until)!), and does not work while \(state.reason!)"
    }

    // MARK: Rights

    private func addRights(of assignment: Assignment, _ state: TokenState, to fields: inout KeyValueOutput) {
        let rights = Rights(of: assignment, in: directory)
        let grants = rights.grants.map {
            "\($0.permission)  from \($0.sources.map { source($0, assignment) }.joined(separator: " and "))"
        }
        let json = JSON.array(
            rights.grants.map { grant in
                .object([
                    .init("permission", .string(grant.permission)),
                    .init("from", .strings(grant.sources.map { $0 == .user ? "user" : "user_type" })),
                ])
            })
        if let reason = state.reason {
            fields.add("Permissions", ["none: \(reason)"], json: .array([]))
            guard state.isRestorable else { return }
            fields.add("When Usable", grants, key: "permissions_when_usable", json: json)
        } else {
            fields.add("Permissions", grants, json: json)
        }
        let gates = rights.gates.map { gate in
            let department = directory.departments[gate.department]
            return "\(department.name) requires \(gate.missing.joined(separator: ", "))"
        }
        if !gates.isEmpty { fields.add("Not Permitted", gates, json: .strings(gates)) }
    }

    private func source(_ source: Rights.Source, _ assignment: Assignment) -> String {
        switch source {
        case .userType: "the user type \(directory.userTypes[assignment.userType].name)"
        case .user: "the user \(directory.users[assignment.user].name)"
        }
    }

    /// The name of an actor: a user's name, or the id where the directory does not have it.
    private func name(_ actor: ExactName) -> String {
        directory.user(actor, tenant: view.index).map { directory.users[$0].name.text } ?? actor.text
    }

    private func local(_ instant: Instant?) -> String? { instant.map { LocalTime.stated($0, in: zone) } }
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
