internal import Model
internal import Tokens

extension Verb {
    /// `export`: prints everything in the store except secrets.
    static let exporting = Verb(
        name: "export", summary: "prints the organisation as JSON: with --tokens the tokens too, never their strings",
        options: [
            Option.tokens, Option.pseudonymous,
        ],
        uses: .store,
        details: [
            "`demilune import` reads it; `--store FILE.json` uses it directly.",
            "Ids of departments, user types, assignments and tokens stay: policies and settings may name them.",
        ],
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore()
            var organisation = try invocation.organisation(invocation[.tokens] ? .all : .none, of: store)
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
                invocation.terminal.complain("\(counted(left, "token")) left out: the seal is missing or broken")
            }
            if invocation[.pseudonymous] {
                do throws(TokenStoreError) {
                    let names = try store.pseudonymizer
                    organisation = organisation.pseudonymous(names)
                } catch { throw CommandError(error.message) }
            }
            invocation.terminal.print(organisation.json.pretty)
            return left == 0 ? ExitStatus.done : ExitStatus.failure
        })
}

extension Option<Bool> {
    fileprivate static var tokens: Self {
        Self(flag: "tokens", "include the tokens, to evaluate policies without the store and its keys")
    }
    fileprivate static var pseudonymous: Self {
        Self(flag: "pseudonymous", "replace users and names of tokens by pseudonyms, one for each")
    }
}
