internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token create`: a new token for one of a user's combinations.
    static let tokenCreate = Verb(
        name: "token create", summary: "makes an API token, or with --mobile the token of a login",
        options: [
            Option(name: "name", value: "NAME", help: "what it is called; no live token of the tenant has the same"),
            Option(name: "expires", value: "DAY", help: "its last valid day, such as 2027-01-31, or a moment"),
            Option(name: "user", value: "USER", help: "whose permissions it has, by id or name"),
            Option(
                name: "assignment", value: "ID",
                help: "which of the user's combinations: an id, or DEPARTMENT/USER TYPE"),
            Option(name: "mobile", help: "the token of a login in the mobile app: 30 days, never shown again"),
            Option(name: "device", value: "LABEL", help: "what the person logged in on, for a mobile token"),
            AdvicePrompt.option, AdministrationSession.reason,
        ],
        details: [
            "Asks for the combination by number where a terminal is there and it was not stated.",
            "What the policies advise is told before anything is saved. The token string goes to the standard output only.",
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
        for (name, what) in [("name", "what it is called"), ("expires", "its last valid day")]
        where invocation.value(name) == nil {
            throw .usage("\(what) is missing: `--\(name)`")
        }
    }
}
