internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token create`: makes a token for one of a user's assignments.
    static let tokenCreate = Verb(
        name: "token create", summary: "makes an API token, or with --mobile the token of a login",
        options: [
            Option.name, Option.expires, Option.user.described("the user whose permissions it has, by id or name"),
            Option.assignment.described("which of the user's assignments: an id, or DEPARTMENT/USER TYPE"),
            Option.mobile, Option.device, Option.description, Option.contact, Option.acceptAdvice, Option.reason,
        ],
        details: [
            "At a terminal, it asks for the assignment if none is given.",
            "The advice of the policies is shown before anything is saved. Only standard output gets the token string.",
        ],
        run: { invocation throws(CommandError) in
            let isMobile = invocation[.mobile]
            try check(invocation, isMobile: isMobile)
            let session = try AdministrationSession(invocation, writes: true)
            let expires = try session.expiry()
            let user = try session.user()
            let assignment = try session.assignment(of: user)
            let draft = TokenDraft(
                tenant: session.tenant.id, kind: isMobile ? .mobile : .api,
                name: invocation[isMobile ? .device : .name] ?? "",
                assignment: session.directory.assignments[assignment].id,
                expires: expires ?? TokenKind.mobileExpiry(login: session.now),
                description: invocation[.description], contact: invocation[.contact])
            let (details, string) = try session.act { administration throws(AdministrationError) in
                try administration.create(draft) { AdvicePrompt(invocation: invocation).respond(to: $0) }
            }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            secret.noteAboutRevealing()
            return ExitStatus.done
        })

    private static func check(_ invocation: Invocation, isMobile: Bool) throws(CommandError) {
        let required: [any OptionDeclaration] = [Option.name, Option.expires]
        for option in isMobile ? required : [Option.device] where invocation.isGiven(option) {
            let kind = isMobile ? "a mobile token has none" : "only a mobile token has one: `--mobile`"
            throw .usage("`\(option.flag)`: \(kind)")
        }
        guard !isMobile else { return }
        for option in required where !invocation.isGiven(option) {
            throw .usage("missing required option \(option.flag)")
        }
    }
}

extension Option<ExactName?> {
    fileprivate static var name: Self { Self("name", "NAME", "its name, unique among the live tokens of the tenant") }
    fileprivate static var device: Self { Self("device", "LABEL", "the device of the login, for a mobile token") }
}

extension Option<Bool> {
    fileprivate static var mobile: Self {
        Self(
            flag: "mobile",
            "the token of a login in the mobile app: \(TokenKind.mobileDays) days, never shown again")
    }
}
