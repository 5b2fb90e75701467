internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token find`: finds the tokens whose strings are in a text.
    static let tokenFind = Verb(
        name: "token find",
        summary: "finds the tokens whose strings are in the text on standard input; shows no string",
        options: [Option.revoke, Option.csv, Option.reason],
        details: [
            "For logs, chats and repositories that may hold a token. It names the token, not its string, and recognises "
                + "strings that no longer work: rotated, reassigned, revoked and purged ones. The operator searches every "
                + "tenant, or that of `--tenant` on the command line.",
            "exit status: 0 the text holds no token of this store; 5 it does, also when they are revoked now, "
                + "or it may: a string is unknown to somebody who does not see every token",
        ],
        run: find)

    private static func find(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Listing.check(invocation)
        let session = try AdministrationSession(invocation, spansTenants: true)
        let strings = TokenString.occurrences(in: invocation.terminal.streams.input())
        let search = try session.stored { store throws(TokenStoreError) in
            try store.search(strings, now: session.now)
        }
        var seen: [FoundString] = []
        // To somebody who does not see every token, an invisible token and an unknown string are the same.
        var unknown = search.unknownCount
        for found in search.found {
            if try isVisible(found, session) {
                seen.append(found)
            } else {
                unknown += 1
                if invocation[.revoke], let tenant = found.tenant {
                    try session.logUnseen([found.token], .revoke, tenant: tenant)
                }
            }
        }
        let inScope = seen.filter { found in session.scope.contains { session.directory.tenants[$0].id == found.tenant }
        }
        try show(inScope, session)
        let terminal = invocation.terminal
        let elsewhere = seen.count - inScope.count
        if elsewhere > 0 {
            terminal.note("\(counted(elsewhere, "more token string")) of other tenants: leave out `--tenant`")
        }
        // A token of this store is in the text, whoever may see it.
        var isClear = search.found.isEmpty
        if unknown > 0 {
            let strings = counted(unknown, "unknown token string")
            if !session.isOperator || seen.count < search.found.count {
                isClear = false
                let hint = session.isOperator ? "" : "; the operator can tell"
                terminal.note("\(strings): of another store, or of a token that is not visible here\(hint)")
            } else if search.doubts.isEmpty {
                terminal.note("\(strings): mistyped, or of another store")
            } else {
                isClear = false
                terminal.note("\(strings): of another store, or of this one, which cannot be excluded")
                for doubt in search.doubts { terminal.note("  \(Terminal.escaped(doubt))") }
            }
        }
        try revoke(inScope, session)
        return isClear ? ExitStatus.done : ExitStatus.gate
    }

    /// Revokes the tokens whose strings work or can work again, if that is wanted.
    private static func revoke(_ found: [FoundString], _ session: AdministrationSession) throws(CommandError) {
        let invocation = session.invocation
        var live: [TokenID] = []
        for match in found where match.status != .former && match.details?.token.revoked == nil {
            if match.details != nil, !live.contains(match.token) { live.append(match.token) }
        }
        guard !live.isEmpty else { return }
        let question = "revoke \(live.count == 1 ? "it" : "these \(live.count)")?"
        guard invocation[.revoke] || Prompt.confirm(question, invocation.terminal) == true else {
            return invocation.terminal.note(
                "to revoke: demilune token revoke --yes \(live.map(\.description).joined(separator: " "))")
        }
        try session.act { administration throws(AdministrationError) in
            _ = try administration.perform(.revoke, live) { store, act throws(TokenStoreError) in
                try store.revoke(live, act)
            }
        }
        invocation.terminal.note("\(live.count) revoked")
    }

    private static func isVisible(_ found: FoundString, _ session: AdministrationSession) throws(CommandError) -> Bool {
        guard let details = found.details else { return session.isOperator }
        return try session.act { administration throws(AdministrationError) in
            try administration.current().visibility(tenant: details.tenant)(details.token)
        }
    }

    /// The state of a token that only the log knows by now.
    private static let purged = "purged"

    private static func show(_ found: [FoundString], _ session: AdministrationSession) throws(CommandError) {
        var listing = Listing(.foundStrings)
        for match in found {
            let token = match.details?.token
            var user: User?
            if let token, let tenant = match.tenant.flatMap(session.directory.tenant),
                let index = session.directory.assignment(token.assignment, tenant: tenant)
            {
                user = session.directory.users[session.directory.assignments[index].user]
            }
            let state = match.details.flatMap(session.state)
            let name = token?.name ?? match.formerName ?? ""
            let status = words(match)
            listing.add(
                [
                    .id(match.token, digits: try session.digits(of: match.token)),
                    TableCell(match.tenant?.text ?? ""), TableCell(token?.kind.rawValue ?? ""), TableCell(name),
                    TableCell(user?.name.text ?? ""), TableCell(match.details?.last4 ?? ""),
                    TableCell(state?.words ?? purged), TableCell(status),
                ],
                [
                    .init("id", .string(match.token.description)), .init("tenant", .optional(match.tenant)),
                    .init("kind", .optional(token?.kind.rawValue)), .init("name", .string(name)),
                    .init("user", .optional(user?.id)), .init("last4", .optional(match.details?.last4)),
                    .init("state", .string(state?.word ?? purged)), .init("string", .string(status)),
                    .init("replaced_by", .optional(match.successor?.description)),
                ])
        }
        try listing.print(session.invocation, "token string")
    }

    /// The use of the string: `present` for one that its token still has, or what became of it.
    private static func words(_ match: FoundString) -> String {
        guard let token = match.details?.token else { return purged }
        if token.revoked != nil { return match.successor == nil ? "revoked" : "reassigned" }
        switch match.status {
        case .former: return "rotated"
        case .overlapping(let until): return "rotated, works until \(until)"
        case .present: return match.successor == nil ? "present" : "reassigned, works until \(token.expires)"
        }
    }
}

extension Option<Bool> {
    fileprivate static var revoke: Self { Self(flag: "revoke", "revoke the tokens that are found") }
}
