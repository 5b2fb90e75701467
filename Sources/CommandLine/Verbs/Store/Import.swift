internal import Files
internal import Model
internal import Tokens

extension Verb {
    /// `import`: adds and changes the records of a file, all of them or none.
    static let importing = Verb(
        name: "import", summary: "imports tenants, departments, user types, users and tokens from JSON",
        positionals: [Positional(name: "FILE", help: "the output of `export`; `-` is standard input")],
        options: [
            Option.preview, Option.revokesTokens, Option.reason,
        ],
        uses: .act.adding(.policies).adding(Option.json),
        details: [
            "Everything is imported or nothing. Importing the same file again changes nothing.",
            "Fields that a record leaves out keep their values; a new record gets defaults. `null` is refused.",
            "When a user becomes inactive, mobile tokens are revoked for good and API tokens suspended.",
        ],
        run: { invocation throws(CommandError) in
            let path = invocation.positionals[0]
            let store = try invocation.openStore(writes: true)
            let bytes = path == "-" ? invocation.terminal.streams.input() : try File.contents(of: path)
            let shown = path == "-" ? "<stdin>" : path
            let json = try OrganisationFile.json(bytes, shown)
            if invocation[.preview] {
                let before = try invocation.organisation(.all, of: store)
                let (records, summary): (Organisation, MergeSummary)
                do throws(TokenStoreError) {
                    (records, summary) = try TokenService.preview(json, on: before)
                } catch { throw CommandError("\(shown): \(error.message)") }
                invocation.terminal.note(
                    "\(summary.added) would be added, \(summary.changed) changed, \(summary.unchanged) unchanged"
                )
                let after = before.merging(records)
                let directories = (try Preview.directory(before, invocation), try Preview.directory(after, invocation))
                try Preview(from: directories.0, to: directories.1, in: store, invocation).print()
                return ExitStatus.done
            }
            let act = try invocation.operatorAct(store)
            do throws(TokenStoreError) {
                let summary = try store.merge(json, act, revokesTokens: invocation[.revokesTokens])
                if invocation[.json] {
                    let numbers: [JSON.Member] = [
                        .init("added", .integer(Int64(summary.added))),
                        .init("changed", .integer(Int64(summary.changed))),
                        .init("unchanged", .integer(Int64(summary.unchanged))),
                        .init("revoked", .integer(Int64(summary.revoked))),
                        .init("suspended", .integer(Int64(summary.suspended))),
                    ]
                    invocation.terminal.print(JSON.object(numbers).compact)
                } else {
                    invocation.terminal.print(
                        "\(summary.added) added, \(summary.changed) changed, \(summary.unchanged) unchanged")
                    if summary.revoked + summary.suspended > 0 {
                        invocation.terminal.print(
                            "\(counted(summary.revoked, "token")) revoked, \(summary.suspended) suspended: "
                                + "their user or assignment is no longer active")
                    }
                }
            } catch { throw CommandError("\(shown): \(error.message)") }
            return ExitStatus.done
        })
}
