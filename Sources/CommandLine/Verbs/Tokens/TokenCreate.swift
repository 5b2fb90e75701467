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
            Option.mobile, Option.device, Option.description, Option.contact, Option.reason, Option.request,
        ] + CeilingOptions.all + AdviceOptions.all,
        details: [
            "At a terminal, it asks for what is not given, shows a summary, and saves after a yes.",
            "A ceiling (--only, --within, --from, --hours, --uses, --purpose) only narrows what the combination may do.",
            "The advice of the policies is shown before anything is saved. Only standard output gets the token string.",
        ],
        run: { invocation throws(CommandError) in
            let isMobile = invocation[.mobile]
            let missing = try missing(invocation, isMobile: isMobile)
            let session = try AdministrationSession(invocation, acting: .issue)
            let form = TokenForm(session)
            let stated = try session.expiry()
            let name = missing.contains { $0.name == Option.name.name } ? try form.name() : invocation[.name]
            let user = try session.user()
            let assignment = try session.assignment(of: user)
            var draft = TokenDraft(
                tenant: session.tenant.id, kind: isMobile ? .mobile : .api,
                name: (isMobile ? invocation[.device] : name) ?? "",
                assignment: session.directory.assignments[assignment].id,
                expires: stated ?? TokenKind.mobileExpiry(login: session.now),
                description: invocation[.description], contact: invocation[.contact])
            if !isMobile, stated == nil { draft.expires = try form.expiry(draft) }
            let isAsked = !missing.isEmpty
            draft.ceiling = try CeilingOptions.ceiling(invocation, isNew: true, session.names)
            if isAsked, draft.ceiling?.permissions == nil {
                let chosen = try form.permissions(of: assignment)
                if chosen != nil { draft.ceiling = draft.ceiling ?? Ceiling() }
                draft.ceiling?.permissions = chosen
            }
            let asked = draft
            let made = try session.act(orRequest: { () throws(CommandError) in .issue(asked) }) {
                administration throws(AdministrationError) in
                try administration.create(
                    draft, advised: AdvicePrompt(invocation: invocation).respond,
                    isConfirmed: { isAsked ? form.confirm($0) : true })
            }
            guard let (details, string) = made else { return ExitStatus.deny }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            secret.noteAboutRevealing()
            session.noteAboutCeiling(of: details)
            return ExitStatus.done
        })

    /// The required options that are not given.
    /// - Throws: `.usage` when nobody can be asked for them, and for options that the kind of token does not have.
    private static func missing(
        _ invocation: Invocation, isMobile: Bool
    ) throws(CommandError) -> [any OptionDeclaration] {
        try AdviceOptions.check(invocation)
        try invocation.checkRequest()
        if isMobile, invocation[.request] { throw .usage("`--request` is for API tokens; a login makes a mobile one") }
        let required: [any OptionDeclaration] = [Option.name, Option.expires]
        for option in isMobile ? required : [Option.device] where invocation.isGiven(option) {
            let kind = isMobile ? "a mobile token has none" : "only a mobile token has one: `--mobile`"
            throw .usage("`\(option.flag)`: \(kind)")
        }
        let needed: [any OptionDeclaration] = (isMobile ? [] : required) + [Option.user]
        let missing = needed.filter { !invocation.isGiven($0) }
        guard missing.isEmpty || invocation.terminal.streams.isInteractive else { throw .missing(missing) }
        return missing
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
