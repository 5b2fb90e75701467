internal import Model
internal import Tokens

extension Verb {
    /// `export`: everything in the store that is no secret.
    static let exporting = Verb(
        name: "export", summary: "prints the organisation as JSON: with --tokens the tokens too, never their strings",
        options: [
            Option(name: "tokens", help: "the whole population, to evaluate policies where no store and no key is"),
            Option(
                name: "pseudonymous", help: "users and names of tokens under other names, the same for the same one"),
        ],
        details: [
            "`demilune import` takes it back; `--store FILE.json` asks it as it is.",
            "Ids of departments, user types, assignments and tokens stay: policies and settings may name them.",
        ],
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore()
            var organisation = try invocation.organisation(invocation.has("tokens") ? .all : .none, of: store)
            if let tampered = organisation.tenants.first(where: \.isTampered) {
                throw CommandError(
                    "the tenant `\(tampered.id)` was changed without the store's keys; see `demilune store verify`")
            }
            let before = organisation.tenants.reduce(0) { $0 + $1.tokens.count }
            for index in organisation.tenants.indices {
                organisation.tenants[index].tokens.removeAll(where: \.isTampered)
            }
            let left = before - organisation.tenants.reduce(0) { $0 + $1.tokens.count }
            if left > 0 {
                invocation.terminal.complain("\(left) tokens do not carry their seal, and are left out")
            }
            if invocation.has("pseudonymous") {
                organisation = organisation.pseudonymous { store.pseudonym($0, of: $1) }
            }
            invocation.terminal.print(organisation.json.pretty)
            return left == 0 ? ExitStatus.done : ExitStatus.failure
        })
}
