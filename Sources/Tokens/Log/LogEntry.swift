package import Model

/// One entry of the administration log: an act on a token or a directory, done or refused, with its actor.
package struct LogEntry: Equatable, Sendable {
    package var number: Int64 = 0
    package var time: Instant
    package var tenant: ExactName?
    package var actor: AuditContext.Actor
    /// `token.issue`, `token.reveal`, `user.deactivate` …; a refused act ends in `.refused`.
    package var act: String
    package var token: TokenID?
    package var last4: String?
    /// The token's version after the act.
    package var version: Int64?
    /// The names at the time of the act, the reason, the code of a refusal.
    package var details: [JSON.Member] = []
    package var previous: [UInt8] = []
    package var hash: [UInt8] = []
    /// True when the row holds nothing beyond the entry's fields, all of which the hash covers.
    private(set) var isWellFormed = true

    init(_ act: String, by actor: AuditContext, tenant: ExactName?) {
        self.act = act
        time = actor.now
        self.actor = actor.actor
        self.tenant = tenant
    }

    /// The hashed message: all fields of the entry, and the hash before it.
    var message: [UInt8] {
        var message = CanonicalEncoder("log-entry-v1")
        message.add(number)
        message.add(time)
        message.add(tenant)
        message.add(actor.how)
        message.add(actor == .operator ? nil : actor.name)
        message.add(actor.assignment)
        message.add(actor.token?.bytes)
        message.add(act)
        message.add(token?.bytes)
        message.add(last4)
        message.add(version ?? -1)
        message.add(JSON.object(details).compact)
        message.add(previous)
        return message.bytes
    }

    static let columns = """
        number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash
        """

    static let insertion =
        "INSERT INTO log (\(columns)) VALUES (\([String](repeating: "?", count: 14).joined(separator: ", ")))"

    /// The query that reads back what `values` wrote.
    static let confirmation = "SELECT \(columns) FROM log WHERE number = ?"

    var values: [SQLStatement.Parameter] {
        [
            .integer(number), .integer(time.microseconds), .optional(tenant), .text(actor.how),
            .optional(actor == .operator ? nil : actor.name), .optional(actor.assignment),
            actor.token.map { .token($0) } ?? .null, .text(act), token.map { .token($0) } ?? .null, .optional(last4),
            version.map { .integer($0) } ?? .null, .text(JSON.object(details).compact), .blob(previous), .blob(hash),
        ]
    }

    init(_ row: SQLStatement) {
        number = row.integer(0)
        time = row.moment(1)
        tenant = row.optionalText(2)
        let user: ExactName = row.text(4)
        switch row.text(3) as String {
        case "token": actor = .token(row.token(6), user: user, assignment: row.text(5))
        case "as": actor = .user(id: user, assignment: row.optionalText(5))
        default: actor = .operator
        }
        act = row.text(7)
        token = row.isNull(8) ? nil : row.token(8)
        last4 = row.optionalText(9)
        version = row.isNull(10) ? nil : row.count(10)
        if case .object(let members)? = try? JSONReader.parse(row.text(11)) { details = members }
        isWellFormed =
            row.text(3) == actor.how && row.optionalText(4) == (actor == .operator ? nil : actor.name)
            && row.optionalText(5) == actor.assignment && row.isNull(6) == (actor.token == nil)
            && row.text(11) == JSON.object(details).compact
        previous = row.blob(12) ?? []
        hash = row.blob(13) ?? []
    }
}
