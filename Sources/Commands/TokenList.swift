internal import Model

extension Verb {
    /// `token list`: the tokens of a tenant, or of all.
    static let tokenList = Verb(
        name: "token list", summary: "lists tokens, with what each is bound to and whether it is valid",
        run: { invocation throws(CommandError) in
            let directory = try invocation.directory()
            let tenant = try invocation.tenant(in: directory)
            let tokens = directory.tokens.filter { tenant == nil || $0.tenant == tenant }
                .sorted { ($0.tenant, $0.name, $0.id) < ($1.tenant, $1.name, $1.id) }
            if invocation.has("json") {
                let rows = tokens.map { json($0, in: directory, at: invocation.now) }
                invocation.terminal.print(JSON.array(rows).pretty)
                return ExitStatus.done
            }
            var table = Table(["ID", "KIND", "NAME", "USER", "DEPARTMENT", "USER TYPE", "EXPIRES", "STATE"])
            for token in tokens {
                let assignment = directory.assignments[token.assignment]
                table.add([
                    token.id.description, token.kind.rawValue, token.name, directory.users[assignment.user].name,
                    directory.departments[assignment.department].name,
                    directory.userTypes[assignment.userType].name, token.expires.description,
                    state(token, at: invocation.now),
                ])
            }
            table.print(to: invocation.terminal)
            invocation.terminal.note("\(tokens.count) tokens")
            return ExitStatus.done
        })

    private static func state(_ token: Token, at now: Instant) -> String {
        if token.revoked != nil { return "revoked" }
        if now >= token.expires { return "expired" }
        return token.suspended == nil ? "valid" : "suspended"
    }

    private static func json(_ token: Token, in directory: Directory, at now: Instant) -> JSON {
        let assignment = directory.assignments[token.assignment]
        return .object([
            .init("id", .string(token.id.description)),
            .init("tenant", .string(directory.tenants[token.tenant].id)),
            .init("kind", .string(token.kind.rawValue)), .init("name", .string(token.name)),
            .init("user", .string(directory.users[assignment.user].id)),
            .init("department", .string(directory.departments[assignment.department].id)),
            .init("user_type", .string(directory.userTypes[assignment.userType].id)),
            .init("assignment", .string(assignment.id)), .init("created", .string(token.created.description)),
            .init("expires", .string(token.expires.description)), .init("state", .string(state(token, at: now))),
        ])
    }
}
