internal import Decisions
package import Model
package import Tokens

/// A request for an act that was denied, for people, and for machines in the words of the AuthZEN Access Request and
/// Approval Profile (draft 1).
package struct AccessRequestReport {
    private let request: AccessRequest
    /// The token that it would change, as it is now; `nil` for a new one, and for one that is gone.
    private let present: TokenDetails?
    private let view: TenantView

    package init(_ request: AccessRequest, changing present: TokenDetails?, _ view: TenantView) {
        (self.request, self.present, self.view) = (request, present, view)
    }

    /// The digits of an id that a list shows.
    private static let digits = 8

    private var status: AccessRequest.Status { request.status(at: view.now) }

    private func name(_ actor: AuditContext.Actor) -> String {
        if actor == .operator { return "the operator" }
        return view.directory.user(actor.name, tenant: view.index).map { view.directory.users[$0].name.text }
            ?? actor.name.text
    }

    private func local(_ time: Instant) -> String { LocalTime.stated(time, in: view.zone) }

    private func act(_ entry: LogEntry) -> String {
        "\(local(entry.time)) by \(name(entry.actor))" + (entry.reason.map { ": \($0)" } ?? "")
    }

    /// A combination with its user: `bjorn, Sales > Integrator`.
    private func combination(_ id: ExactName) -> String {
        guard let index = view.directory.assignment(id, tenant: view.index) else { return id.text }
        let user = view.directory.users[view.directory.assignments[index].user]
        return "\(user.name), \(view.directory.combination(index))"
    }

    /// `a token "Night sums" for bjorn, Sales > Integrator`, or `changes of "Order intake": contact`.
    private var wish: String {
        switch request.wish {
        case .issue(let draft): "a token \"\(draft.name)\" for \(combination(draft.assignment))"
        case .amend(let id, _, _):
            "changes of \"\(present?.token.name.text ?? id.description)\": \(changes.map(\.name).joined(separator: ", "))"
        }
    }

    /// The parts that are asked for, one a line: of a change with what they are now.
    package var asked: [String] {
        switch request.wish {
        case .issue(let draft):
            let parts: [(String, String?)] = [
                ("name", draft.name.text), ("for", combination(draft.assignment)),
                ("expires", LocalTime.expiry(draft.expires, in: view.zone)), ("description", draft.description?.text),
                ("contact", draft.contact?.text), ("ceiling", limits(draft.ceiling)),
            ]
            return parts.compactMap { name, value in value.map { "\(name): \($0)" } }
        case .amend(let id, let version, _):
            var lines = ["token: \(present?.token.name.text ?? "gone"), \(id)"]
            if let present {
                lines.append("of: \(combination(present.token.assignment))")
            }
            lines += changes.map { "\($0.name): \($0.before) → \($0.after)" }
            if present?.version != version {
                lines.append("the token changed since this was filed: it cannot be approved any more")
            }
            return lines
        }
    }

    private func limits(_ ceiling: Ceiling?) -> String {
        let lines = ceiling?.lines(tenant: view.index, in: view.directory) ?? []
        return lines.isEmpty ? "no limits" : lines.joined(separator: "; ")
    }

    /// The parts that a change is about, before and after it.
    private var changes: [(name: String, before: String, after: String)] {
        guard case .amend(_, _, let change) = request.wish else { return [] }
        let token = present?.token
        func text(_ text: ExactName?) -> String { text.map { $0.isEmpty ? "–" : $0.text } ?? "–" }
        func time(_ time: Instant) -> String { LocalTime.expiry(time, in: view.zone) }
        var changes: [(String, String, String)] = []
        if let name = change.name { changes.append(("name", text(token?.name), name.text)) }
        if let assignment = change.assignment {
            changes.append(("for", token.map { combination($0.assignment) } ?? "–", combination(assignment)))
        }
        if let expires = change.expires {
            changes.append(("expires", token.map { time($0.expires) } ?? "–", time(expires)))
        }
        if let description = change.description {
            changes.append(("description", text(token?.description), text(description)))
        }
        if let contact = change.contact { changes.append(("contact", text(token?.contact), text(contact))) }
        if let ceiling = change.ceiling { changes.append(("ceiling", limits(token?.ceiling), limits(ceiling))) }
        return changes
    }

    package var fields: KeyValueOutput {
        var fields = KeyValueOutput()
        fields.add("Request", request.id)
        fields.add("Status", status.rawValue)
        fields.add("Filed", act(request.filed))
        fields.add("Asked For", asked, json: .null)
        fields.add("Denied", ["\(request.denial.code)"] + request.denial.reasons, json: .null)
        fields.add("Would Be Permitted", request.denial.remedies.map { "if \($0)" }, json: .null)
        switch status {
        case .pending: fields.add("Answer By", local(request.expires))
        case .approved: fields.add("Fetch By", request.approvedUntil.map(local) ?? "–")
        default: break
        }
        if let answer = request.answer {
            let word =
                switch RequestAct(rawValue: answer.act) {
                case .approve: "Approved"
                case .refuse: "Refused"
                default: "Cancelled"
                }
            fields.add(word, act(answer))
        }
        if let completion = request.completion { fields.add("Completed", act(completion)) }
        return fields
    }

    /// The members of the profile: `task`, `subject`, `action`, `resource`, `context`, `denial`, and once it was approved
    /// `result`.
    package var members: [JSON.Member] {
        var action: String
        var token: TokenID?
        switch request.wish {
        case .issue: action = "token.issue"
        case .amend(let id, _, _): (action, token) = ("token.amend", id)
        }
        var members: [JSON.Member] = [
            .init(
                "task",
                .object([
                    .init("id", .string(request.id)), .init("status", .string(status.rawValue)),
                    .init("expires_at", .string(request.expires.description)),
                ])),
            .init(
                "subject",
                .object([
                    .init("type", .string(request.filed.actor == .operator ? "operator" : "user")),
                    .init("id", .string(request.filed.actor.name)),
                ])),
            .init("action", .object([.init("name", .string(action))])),
            .init(
                "resource",
                .object([
                    .init("type", .string("token")), .init("id", .optional(token?.description)),
                    .init("properties", request.wish.json),
                ])),
            .init("context", .object([.init("justification", .optional(request.filed.reason))])),
            .init(
                "denial",
                .object([
                    .init("reason", .string(request.denial.code)),
                    .init("evaluated_at", .string(request.filed.time.description)),
                    .init("because", .strings(request.denial.reasons)),
                    .init("remedies", .strings(request.denial.remedies)),
                ])),
        ]
        if let answer = request.answer {
            members.append(
                .init(
                    "answer",
                    .object([
                        .init("by", .string(answer.actor.name)), .init("at", .string(answer.time.description)),
                        .init("reason", .optional(answer.reason)),
                    ])))
        }
        if let answer = request.answer, let until = request.approvedUntil {
            let approval: [JSON.Member] = [
                .init("id", .string(request.id)), .init("approved_at", .string(answer.time.description)),
                .init("approved_until", .string(until.description)),
            ]
            members.append(
                .init(
                    "result", .object([.init("mode", .string("reevaluate")), .init("approval", .object(approval))])))
        }
        if let completion = request.completion {
            members.append(.init("completed_at", .string(completion.time.description)))
        }
        return members
    }

    /// - Parameter present: gives the token that a request would change.
    package static func listing<Failure>(
        _ requests: [AccessRequest], _ view: TenantView, _ present: (AccessRequest) throws(Failure) -> TokenDetails?
    ) throws(Failure) -> Listing {
        var listing = Listing(.accessRequests)
        for request in requests {
            let report = AccessRequestReport(request, changing: try present(request), view)
            listing.add(
                [
                    TableCell(String(request.id.prefix(digits)), whole: request.id), TableCell(report.status.rawValue),
                    .time(request.filed.time, in: view.zone), TableCell(report.name(request.filed.actor)),
                    TableCell(report.wish), TableCell(request.filed.reason ?? ""),
                ], report.members)
        }
        return listing
    }
}
