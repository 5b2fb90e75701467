internal import Model
internal import Presentation

/// The selected tenant, token, administrator and time. Verbs receive them as defaults from the environment.
struct SessionState {
    var tenant: ExactName?
    /// The token in use.
    var token: TokenID? { didSet { if token != nil { subject = nil } } }
    var tokenName = ""
    /// The external subject that `can` decides for, TYPE:ID; never beside a token.
    var subject: String? { didSet { if subject != nil { token = nil } } }
    /// Its properties, as NAME=VALUE.
    var subjectProperties: [String] = []
    /// The administrator, in the form of `--as`.
    var actor: String?
    var at: Instant?

    /// The environment with the defaults for the options of a command.
    func environment(_ base: [String: String]) -> [String: String] {
        var result = base
        if let tenant { result["DEMILUNE_TENANT"] = tenant.text }
        if let actor { result["DEMILUNE_AS"] = actor }
        if let at { result["DEMILUNE_AT"] = at.description }
        return result
    }

    var json: JSON {
        .object([
            .init("tenant", .optional(tenant)), .init("token", .optional(token?.description)),
            .init("name", .optional(token == nil ? nil : tokenName)), .init("as", .optional(actor)),
            .init("at", .optional(at?.description)), .init("subject", .optional(subject)),
            .init("properties", .strings(subject == nil ? [] : subjectProperties)),
        ])
    }

    /// The parts that the prompt shows.
    func words(zone: Zone?) -> [String] {
        var words: [String] = []
        if let tenant { words.append(tenant.text) }
        if token != nil { words.append(tokenName) }
        if let subject { words.append(subject) }
        if let actor { words.append("as \(actor)") }
        if let at { words.append("at \(zone.map { LocalTime.minute(at, in: $0) } ?? at.description)") }
        return words
    }
}
