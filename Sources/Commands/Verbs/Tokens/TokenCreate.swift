internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token create`: makes a token for one of a user's assignments.
    static let tokenCreate = Verb(
        name: "token create", summary: "makes an API token, or with --mobile the token of a login",
        options: [
            Option(name: "name", value: "NAME", help: "its name, unique among the live tokens of the tenant"),
            Option(name: "expires", value: "DAY", help: "its last valid day, such as 2027-01-31, or a time"),
            Option(name: "user", value: "USER", help: "the user whose permissions it has, by id or name"),
            Option(
                name: "assignment", value: "ID",
                help: "which of the user's assignments: an id, or DEPARTMENT/USER TYPE"),
            Option(name: "mobile", help: "the token of a login in the mobile app: 30 days, never shown again"),
            Option(name: "device", value: "LABEL", help: "the device of the login, for a mobile token"),
            AdvicePrompt.option, AdministrationSession.reason,
        ],
        details: [
            "At a terminal, it asks for the assignment if none is given.",
            "The advice of the policies is shown before anything is saved. Only standard output gets the token string.",
        ],
        run: { invocation throws(CommandError) in
            let isMobile = invocation.has("mobile")
            try check(invocation, isMobile: isMobile)
            let session = try AdministrationSession(invocation)
            let expires = try invocation.value("expires").map { text throws(CommandError) in try session.expires(text) }
            let user = try session.user()
            let assignment = try session.assignment(of: user)
            let draft = TokenDraft(
                tenant: session.tenant.id, kind: isMobile ? .mobile : .api,
                name: invocation.name(isMobile ? "device" : "name") ?? "",
                assignment: session.directory.assignments[assignment].id,
                expires: expires ?? session.mobileExpiry)
            let (details, string) = try session.act { administration throws(AdministrationError) in
                try administration.create(draft) { AdvicePrompt(invocation: invocation).respond(to: $0) }
            }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            secret.noteAboutRevealing()
            return ExitStatus.done
        })

    private static func check(_ invocation: Invocation, isMobile: Bool) throws(CommandError) {
        let wrong = isMobile ? ["name", "expires"] : ["device"]
        for name in wrong where invocation.value(name) != nil {
            let kind = isMobile ? "a mobile token has none" : "only a mobile token has one: `--mobile`"
            throw .usage("`--\(name)`: \(kind)")
        }
        guard !isMobile else { return }
        for name in ["name", "expires"] where invocation.value(name) == nil {
            throw .usage("missing required option --\(name)")
        }
    }
}
