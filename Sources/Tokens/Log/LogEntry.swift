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

    /// An entry as a store holds it.
    package init(
        number: Int64, time: Instant, tenant: ExactName?, actor: AuditContext.Actor, act: String, token: TokenID?,
        last4: String?, version: Int64?, details: [JSON.Member], previous: [UInt8], hash: [UInt8], isWellFormed: Bool
    ) {
        self.number = number
        self.time = time
        self.tenant = tenant
        self.actor = actor
        self.act = act
        self.token = token
        self.last4 = last4
        self.version = version
        self.details = details
        self.previous = previous
        self.hash = hash
        self.isWellFormed = isWellFormed
    }

    /// The reason that the actor gave.
    package var reason: String? { text("reason") }

    /// The number of a counted use; `nil` for an entry of another act.
    var use: Int? {
        guard act == "token.use", case .integer(let number)? = details.first(where: { $0.key == "use" })?.value else {
            return nil
        }
        return Int(number)
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
}
