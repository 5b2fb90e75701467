internal import Model

extension Verb {
    /// `export`: everything in the store that is no secret.
    static let exporting = Verb(
        name: "export", summary: "prints the whole organisation as JSON",
        details: ["`demilune import` takes it back. No token string is in it."],
        run: { invocation throws(CommandError) in
            invocation.terminal.print(try invocation.organisation().json.pretty)
            return ExitStatus.done
        })
}
