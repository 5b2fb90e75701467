package import Model
package import Tokens

/// An entry of the administration log as a row.
package struct LogRow {
    private let entry: LogEntry

    package init(_ entry: LogEntry) {
        self.entry = entry
    }

    /// `u-anna (as)`, `u-anna (token 4f1c22d0…)` or `operator`.
    private var actor: String {
        switch entry.actor {
        case .operator: "operator"
        case .user(let id, _): "\(id) (as)"
        case .token(let token, let user, _): "\(user) (token \(token.description.prefix(8))…)"
        }
    }

    /// The subject of the entry, by the name it had then.
    private var about: String {
        let names = [entry.text("name"), entry.text("id"), entry.text("code")].compactMap(\.self).filter { !$0.isEmpty }
        return names.joined(separator: ", ")
    }

    private var assignment: ExactName? {
        switch entry.actor {
        case .operator: nil
        case .user(_, let assignment): assignment
        case .token(_, _, let assignment): assignment
        }
    }

    private var through: String? {
        if case .token(let id, _, _) = entry.actor { return id.description }
        return nil
    }

    package static let heads = ["NUMBER", "TIME", "WHO", "ACT", "TENANT", "TOKEN", "ABOUT", "REASON"]

    package var cells: [String] {
        let token = entry.token.map { id in "\(id.description.prefix(8))…\(entry.last4.map { " …\($0)" } ?? "")" } ?? ""
        return [
            "\(entry.number)", entry.time.description, actor, entry.act, entry.tenant?.text ?? "", token, about,
            entry.text("reason") ?? "",
        ]
    }

    package var members: [JSON.Member] {
        [
            .init("number", .integer(entry.number)), .init("time", .string(entry.time.description)),
            .init("actor", .string(entry.actor.name)), .init("assignment", .optional(assignment)),
            .init("through", .optional(through)), .init("act", .string(entry.act)),
            .init("tenant", .optional(entry.tenant)), .init("token", .optional(entry.token?.description)),
            .init("last4", .optional(entry.last4)), .init("details", .object(entry.details)),
            .init("previous", .string(entry.previous.hexadecimal)), .init("hash", .string(entry.hash.hexadecimal)),
        ]
    }
}
