internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token derive`: makes a token from a token.
    static let tokenDerive = Verb(
        name: "token derive",
        summary: "makes a short-lived token from a token: never wider, never longer, and ended with it",
        positionals: [
            .init(
                name: "TOKEN", help: "the token, by id or name; with `--as -` the one that acts", isOptional: true)
        ],
        options: [
            Option.lifetime, Option.name, Option.description, Option.contact, Option.reason,
        ] + CeilingOptions.all + AdviceOptions.all,
        details: [
            "It has the combination and the ceiling of its parent, less what the options take away. It ends when its parent is "
                + "revoked or gets a new string, and is suspended with it.",
            "Its string is shown once and is not kept. A mobile token, and one with counted uses, has no derived tokens.",
            "Only standard output gets the token string.",
        ],
        examples: [
            "token derive 'Warehouse sync' --only orders.read --for 15m",
            "token derive --as - --only orders.read < token.txt",
        ],
        run: { invocation throws(CommandError) in
            try AdviceOptions.check(invocation)
            let session = try AdministrationSession(invocation, acting: .derive)
            let parent = try parent(session)
            let known = try session.visible(parent).token
            let usual = TokenDerivation.usualEnd(after: session.now, end: known.expires)
            let expires = try session.end(.lifetime) ?? usual
            guard expires > session.now || !invocation.isGiven(Option.lifetime) else {
                throw .usage("`--for` must end in the future")
            }
            let derivation = TokenDerivation(
                name: invocation[.name], expires: expires,
                ceiling: try CeilingOptions.ceiling(invocation, onto: known.ceiling, session.names),
                description: invocation[.description], contact: invocation[.contact])
            let (details, string) = try session.act { administration throws(AdministrationError) in
                try administration.derive(
                    from: parent, derivation, advised: AdvicePrompt(invocation: invocation).respond)
            }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            secret.noteAboutRevealing()
            session.noteAboutCeiling(of: details)
            return ExitStatus.done
        })

    /// The token that is given, or the one that acts.
    private static func parent(_ session: AdministrationSession) throws(CommandError) -> TokenID {
        if let text = session.invocation.positionals.first { return try session.token(text) }
        guard case .token(let id, _, _) = session.administration.context.actor else {
            throw .usage("no token is given: name one, or act as one with `--as -`")
        }
        return id
    }
}

extension Option<TimeArgument?> {
    fileprivate static var lifetime: Self {
        Self("for", "TIME", "how long it lasts, at most as long as its parent (15m)")
    }
}

extension Option<ExactName?> {
    fileprivate static var name: Self { Self("name", "NAME", "its name; its parent's with a mark without it") }
}
