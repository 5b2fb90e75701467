internal import Decisions
package import Model
package import Tokens

/// A request for an act that was denied, for people, and for machines in the words of the AuthZEN Access Request and
/// Approval Profile (draft 1).
package struct AccessRequestReport {
    private let request: AccessRequest
    private let view: TenantView

    package init(_ request: AccessRequest, _ view: TenantView) { (self.request, self.view) = (request, view) }

    /// The digits of an id that a list shows.
    private static let digits = 8

    private var status: AccessRequest.Status { request.status(at: view.now) }

    private func name(_ actor: ExactName) -> String {
        view.directory.user(actor, tenant: view.index).map { view.directory.users[$0].name.text } ?? actor.text
    }

    private func local(_ time: Instant) -> String { LocalTime.stated(time, in: view.zone) }

    private func act(_ entry: LogEntry) -> String {
        "\(local(entry.time)) by \(name(entry.actor.name))" + (entry.reason.map { ": \($0)" } ?? "")
    }

    /// A combination with its user: `bjorn, Sales > Integrator`.
    private func combination(_ id: ExactName) -> String {
        guard let index = view.directory.assignment(id, tenant: view.index) else { return id.text }
        let user = view.directory.users[view.directory.assignments[index].user]
        return "\(user.name), \(view.directory.combination(index))"
    }

    /// `a token "Night batch" for bjorn, Sales > Integrator`, or `a change of the token …`.
    private var wish: String {
        switch request.wish {
        case .issue(let draft): "a token `\(draft.name)` for \(combination(draft.assignment))"
        case .amend(let id, _, _): "a change of the token \(id)"
        }
    }

    /// The parts that are asked for, one a line.
    private var asked: [String] {
        var lines: [String] = []
        func add(_ name: String, _ value: String?) { if let value { lines.append("\(name): \(value)") } }
        func add(ceiling: Ceiling?) {
            guard let ceiling else { return }
            let limits = ceiling.lines(tenant: view.index, in: view.directory)
            add("ceiling", limits.isEmpty ? "none" : limits.joined(separator: "; "))
        }
        switch request.wish {
        case .issue(let draft):
            add("name", draft.name.text)
            add("for", combination(draft.assignment))
            add("expires", LocalTime.expiry(draft.expires, in: view.zone))
            add("description", draft.description?.text)
            add("contact", draft.contact?.text)
            add(ceiling: draft.ceiling)
        case .amend(let id, _, let change):
            add("token", id.description)
            add("name", change.name?.text)
            add("for", change.assignment.map(combination))
            add("expires", change.expires.map { LocalTime.expiry($0, in: view.zone) })
            add("description", change.description.map { $0.isEmpty ? "none" : $0.text })
            add("contact", change.contact.map { $0.isEmpty ? "none" : $0.text })
            add(ceiling: change.ceiling)
        }
        return lines
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
                .object([.init("type", .string("user")), .init("id", .string(request.filed.actor.name))])),
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

    package static func listing(_ requests: [AccessRequest], _ view: TenantView) -> Listing {
        var listing = Listing(.accessRequests)
        for request in requests {
            let report = AccessRequestReport(request, view)
            listing.add(
                [
                    TableCell(String(request.id.prefix(digits)), whole: request.id), TableCell(report.status.rawValue),
                    .time(request.filed.time, in: view.zone), TableCell(report.name(request.filed.actor.name)),
                    TableCell(report.wish), TableCell(request.filed.reason ?? ""),
                ], report.members)
        }
        return listing
    }
}
