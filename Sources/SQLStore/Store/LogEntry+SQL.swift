internal import Model
internal import Tokens

extension LogEntry {
    static let columns = """
        number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash
        """

    static let insertion =
        "INSERT INTO log (\(columns)) VALUES (\([String](repeating: "?", count: 14).joined(separator: ", ")))"

    /// The query that reads back what `values` wrote.
    static let confirmation = "SELECT \(columns) FROM log WHERE number = ?"

    var values: [SQLParameter] {
        [
            .integer(number), .integer(time.microseconds), .optional(tenant), .text(actor.how),
            .optional(actor == .operator ? nil : actor.name), .optional(actor.assignment),
            .optional(actor.token), .text(act), .optional(token), .optional(last4),
            version.map { .integer($0) } ?? .null, .text(JSON.object(details).compact), .blob(previous), .blob(hash),
        ]
    }

    init(_ row: any SQLRow) {
        let user: ExactName = row.text(4)
        let actor: AuditContext.Actor =
            switch row.text(3) as String {
            case "token": .token(row.token(6), user: user, assignment: row.text(5))
            case "as": .user(id: user, assignment: row.optionalText(5))
            default: .operator
            }
        var details: [JSON.Member] = []
        if case .object(let members)? = try? JSONReader.parse(row.text(11)) { details = members }
        let isWellFormed =
            row.text(3) == actor.how && row.optionalText(4) == (actor == .operator ? nil : actor.name)
            && row.optionalText(5) == actor.assignment && row.isNull(6) == (actor.token == nil)
            && row.text(11) == JSON.object(details).compact
        self.init(
            number: row.integer(0), time: row.moment(1), tenant: row.optionalText(2), actor: actor, act: row.text(7),
            token: row.isNull(8) ? nil : row.token(8), last4: row.optionalText(9),
            version: row.isNull(10) ? nil : row.count(10), details: details, previous: row.blob(12) ?? [],
            hash: row.blob(13) ?? [], isWellFormed: isWellFormed)
    }
}
