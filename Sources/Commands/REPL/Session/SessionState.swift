internal import Model

/// Of whom and of when the conversation speaks; verbs see it as the environment's defaults.
struct SessionState {
    var tenant: ExactName?
    /// The token in use.
    var token: TokenID?
    var tokenName = ""
    /// Who administers, as `--as` has it.
    var actor: String?
    var at: Instant?

    /// The defaults of a line's options.
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
            .init("at", .optional(at?.description)),
        ])
    }

    /// What the prompt shows of it.
    func words(zone: Zone?) -> [String] {
        var words: [String] = []
        if let tenant { words.append(tenant.text) }
        if token != nil { words.append(tokenName) }
        if let actor { words.append("as \(actor)") }
        if let at { words.append("at \(zone.map { TimeArgument.local(at, in: $0) } ?? at.description)") }
        return words
    }
}
