package import Model
package import Tokens

/// An entry of the administration log as a row.
package struct LogRow {
    private let entry: LogEntry
    private let digits: (TokenID) -> Int

    /// - Parameter digits: the number of digits of an id that a terminal shows.
    package init(_ entry: LogEntry, digits: @escaping (TokenID) -> Int) {
        self.entry = entry
        self.digits = digits
    }

    /// `u-anna (as)`, `u-anna (token 4f1c22d0)` or `operator`.
    private var actor: TableCell {
        switch entry.actor {
        case .operator: TableCell("operator")
        case .user(let id, _): TableCell("\(id) (as)")
        case .token(let token, let user, _):
            TableCell("\(user) (token \(token.prefix(digits(token))))", whole: "\(user) (token \(token))")
        }
    }

    /// The token's id, with the last characters of its string: `4f1c22d0 …Xy7q`.
    private var token: TableCell {
        guard let id = entry.token else { return TableCell("") }
        let end = entry.last4.map { " …\($0)" } ?? ""
        return TableCell(id.prefix(digits(id)) + end, whole: id.description + end)
    }

    /// The subject of the entry, by the name it had then.
    private var about: String {
        let name = entry.text("name") ?? entry.text("review") ?? entry.text("request")
        let names = [name, entry.text("id"), entry.text("code")].compactMap(\.self).filter { !$0.isEmpty }
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

    package var cells: [TableCell] {
        [
            TableCell("\(entry.number)"), TableCell(entry.time.description), actor, TableCell(entry.act),
            TableCell(entry.tenant?.text ?? ""), token, TableCell(about), TableCell(entry.reason ?? ""),
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
