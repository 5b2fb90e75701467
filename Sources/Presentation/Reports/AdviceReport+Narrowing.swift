package import Analysis
package import Model

/// The ceilings that are proposed for tokens by their uses.
extension AdviceReport {
    /// The ceilings to give, by token: those that take something away.
    package var proposals: [TokenID: Ceiling] {
        var proposals: [TokenID: Ceiling] = [:]
        for token in tokens {
            if case .limited(let ceiling)? = token.advised?.combination { proposals[record(token).id] = ceiling }
        }
        return proposals
    }

    /// The reason why nobody knows all that was used; `nil` where the log shows it.
    package var unknownUses: String? {
        if let misplaced { return ReplayReport.misplaced(misplaced) }
        guard unattributed > 0 else { return nil }
        return
            "\(counted(unattributed, "line")) of the log may be a use of any token, so nothing proves that it needs no more"
    }

    /// The ceiling that is proposed for one token, what it takes away, and what proves that it is enough.
    package func narrowingFields(_ token: TokenAdvice) -> KeyValueOutput {
        var fields = KeyValueOutput()
        let record = record(token)
        fields.add("token", name(token), json: .string(record.id.description))
        fields.add(
            "combination",
            "\(directory.combination(record.assignment)), of \(directory.users[assignment(token).user].name)",
            json: .string(assignment(token).id))
        fields.add("ceiling", record.ceiling.map { limits($0, token) } ?? [], json: record.ceiling?.json ?? .null)
        addUses(of: token, &fields)
        let fit = token.advised
        fields.add("proposed", fit.map { words(of: $0, token) } ?? ["none"], json: fit.map(json) ?? .null)
        guard let fit else {
            fields.add("why", whyNone(token), json: .string(whyNone(token)))
            return fields
        }
        fields.add("takes away", losses(fit, token), json: .strings(losses(fit, token)))
        fields.add("proof", [proof(fit)], json: .string(proof(fit)))
        return fields
    }

    private func words(of fit: TokenAdvice.Fit, _ token: TokenAdvice) -> [String] {
        guard case .limited(let ceiling) = fit.combination else { return [] }
        return limits(ceiling, token)
    }

    private func whyNone(_ token: TokenAdvice) -> String {
        token.obstacle?.narrowingWords ?? "it used all that it has"
    }

    /// The tokens as rows, in the order of the given ones.
    package var narrowingListing: Listing {
        let spansTenants = Set(tokens.map { record($0).tenant }).count > 1
        var listing = Listing(.narrowing(spansTenants: spansTenants))
        for token in tokens {
            let record = record(token)
            let user = directory.users[assignment(token).user]
            let tenant = directory.tenants[record.tenant].id
            let fit = token.advised
            let cells: [TableCell] =
                [.id(record.id, digits: digits(record.id))] + (spansTenants ? [TableCell(tenant)] : [])
                + [
                    TableCell(record.name), TableCell(user.name), TableCell("\(token.uses.permitted)"),
                    TableCell(fit.map { words(of: $0, token).joined(separator: "; ") } ?? "none: \(whyNone(token))"),
                    TableCell(
                        fit.map { (lossCounts($0, token) + otherLosses($0)).joined(separator: ", ") } ?? ""),
                ]
            listing.add(
                cells,
                [
                    .init("id", .string(record.id.description)), .init("tenant", .string(tenant)),
                    .init("name", .string(record.name)), .init("user", .string(user.id)),
                    .init("permitted", .integer(Int64(token.uses.permitted))),
                    .init("before", record.ceiling?.json ?? .null),
                    .init("proposed", fit.map(json) ?? .null),
                    .init("why_none", .optional(fit == nil ? whyNone(token) : nil)),
                ])
        }
        return listing
    }
}

extension TokenAdvice.Obstacle {
    /// The reason why no ceiling is proposed.
    fileprivate var narrowingWords: String {
        switch self {
        case .noOther: "under a ceiling not all its requests are permitted: a policy permits them without a permission"
        case .unused, .masked, .lapsed, .laterUse, .notEnforced, .undecided, .together: words
        }
    }
}
