internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token suspend`: suspends tokens, which get nothing until they are resumed.
    static let tokenSuspend = Verb(
        name: "token suspend", summary: "suspends tokens until they are resumed",
        positionals: [.tokens], options: [Option.reason, Option.ignoreAdvice],
        run: { invocation throws(CommandError) in
            try each(invocation, "suspended") { store, ids, act throws(TokenStoreError) in try store.suspend(ids, act) }
        })

    /// `token resume`: resumes suspended tokens.
    static let tokenResume = Verb(
        name: "token resume", summary: "resumes suspended tokens",
        positionals: [.tokens], options: [Option.reason, Option.ignoreAdvice],
        run: { invocation throws(CommandError) in
            try each(invocation, "resumed") { store, ids, act throws(TokenStoreError) in try store.resume(ids, act) }
        })

    /// Applies an act to each token. All are authorised before the first is changed.
    private static func each(
        _ invocation: Invocation, _ word: String,
        _ body: (TokenService, [TokenID], AuditContext) throws(TokenStoreError) -> Void
    ) throws(CommandError) -> Int32 {
        let session = try AdministrationSession(invocation, acting: .amend)
        let ids = try session.tokens(invocation.positionals)
        try session.perform(.amend, ids) { store, act throws(TokenStoreError) in try body(store, ids, act) }
        for id in ids { try session.report(id, word) }
        return ExitStatus.done
    }
}

extension Verb.Positional {
    static let tokens = Verb.Positional(
        name: "TOKEN", help: "ids, their first \(TokenID.shortestPrefix) digits or more, or unique names",
        isRepeated: true)
}
