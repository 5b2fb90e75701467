internal import Files
internal import Model
internal import Plugins
internal import Policies
internal import PolicyTesting
internal import Presentation
internal import Tokens

extension Verb {
    /// `import`: adds and changes the records of a file, all of them or none.
    static let importing = Verb(
        name: "import", summary: "imports tenants, departments, user types, users and tokens from JSON",
        positionals: [
            Positional(name: "FILE", help: "the output of `export`; `-` is standard input", isOptional: true)
        ],
        options: [
            Option.preview, Option.revokesTokens, Option.reason, Option.schema,
        ],
        uses: .act.adding(.policies).adding(Option.json),
        details: [
            "Everything is imported or nothing. Importing the same file again changes nothing.",
            "Fields that a record leaves out keep their values; a new record gets defaults. `null` is refused.",
            "When a user becomes inactive, mobile tokens are revoked for good and API tokens suspended.",
        ],
        run: { invocation throws(CommandError) in
            if invocation[.schema] {
                guard invocation.positionals.isEmpty else {
                    throw .usage("`--schema` prints the schema and imports no file: leave one of them out")
                }
                invocation.terminal.write(OrganisationSchema.json)
                return ExitStatus.done
            }
            guard let path = invocation.positionals.first else {
                throw .usage("no file is given; `-` is the standard input, and `--schema` prints what a file may hold")
            }
            let store = try invocation.openStore(for: .writing)
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
                let report = report(summary, invocation)
                for line in report.lines { invocation.terminal.note(line) }
                let counts: [JSON.Member] = [
                    .init("added", .integer(Int64(summary.added))), .init("changed", .integer(Int64(summary.changed))),
                    .init("unchanged", .integer(Int64(summary.unchanged))),
                ]
                try Preview(from: before, to: before.merging(records), in: store, invocation).print(
                    counts + report.members)
                return ExitStatus.done
            }
            let act = try invocation.operatorAct(store)
            do throws(TokenStoreError) {
                let summary = try store.merge(json, act, revokesTokens: invocation[.revokesTokens])
                invocation.noteFollowers(of: store)
                let report = report(summary, invocation)
                if invocation[.json] {
                    let members: [JSON.Member] = [
                        .init("added", .integer(Int64(summary.added))),
                        .init("changed", .integer(Int64(summary.changed))),
                        .init("unchanged", .integer(Int64(summary.unchanged))),
                        .init("revoked", .integer(Int64(summary.revoked))),
                        .init("suspended", .integer(Int64(summary.suspended))),
                    ]
                    invocation.terminal.print(JSON.object(members + report.members).compact)
                } else {
                    for line in report.lines { invocation.terminal.note(line) }
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

    /// The remarks about an import. Permissions are compared with the actions of the policies, where there are any.
    private static func report(_ summary: MergeSummary, _ invocation: Invocation) -> ImportReport {
        var schema: Schema?
        if File.exists(invocation.policyFolder) {
            let source = try? invocation.policySource().loadedPlugins().source
            schema = source.flatMap { PolicySet.load($0).set?.schema }
            if schema == nil {
                invocation.terminal.note(
                    "note: the policies in `\(Terminal.escaped(invocation.policyFolder))` do not load, so permissions "
                        + "are not compared with their schema")
            }
        }
        return ImportReport(summary.review, schema: schema)
    }
}

extension Option<Bool> {
    fileprivate static var schema: Self {
        Self(flag: "schema", "print the JSON Schema of such a file, and import nothing")
    }
}
