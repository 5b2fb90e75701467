internal import Model
internal import Tokens

extension Verb {
    /// `import`: adds and changes what a file says, all of it or nothing.
    static let importing = Verb(
        name: "import", summary: "takes over tenants, departments, user types, users and tokens from JSON",
        positionals: [Positional(name: "FILE", help: "what `export` prints; `-` is the standard input")],
        details: ["All of it is taken over or nothing. Importing the same file again changes nothing."],
        run: { invocation throws(CommandError) in
            let path = invocation.positionals[0]
            let store = try invocation.openStore()
            let bytes = path == "-" ? invocation.terminal.streams.input() : try Descriptor.contents(of: path)
            let shown = path == "-" ? "<stdin>" : path
            let organisation = try OrganisationFile(bytes: bytes, path: shown).organisation
            do throws(OrganisationError) { _ = try Directory(organisation) } catch {
                throw OrganisationFile.fault(error, shown)
            }
            do throws(TokenStoreError) {
                let summary = try store.merge(organisation)
                if invocation.has("json") {
                    let numbers: [JSON.Member] = [
                        .init("added", .integer(Int64(summary.added))),
                        .init("changed", .integer(Int64(summary.changed))),
                        .init("unchanged", .integer(Int64(summary.unchanged))),
                    ]
                    invocation.terminal.print(JSON.object(numbers).compact)
                } else {
                    invocation.terminal.print(
                        "\(summary.added) added, \(summary.changed) changed, \(summary.unchanged) unchanged")
                }
            } catch { throw CommandError("\(shown): \(error.message)") }
            return ExitStatus.done
        })
}
