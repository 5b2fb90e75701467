internal import Model
internal import Tokens

extension Verb {
    /// `tenant set-reveal`: shows or sets the reveal policy of a tenant, which keeps its token strings or not.
    static let tenantSetReveal = Verb(
        name: "tenant set-reveal",
        summary: "shows or sets whether a tenant's token strings are kept to be shown again, or never",
        positionals: [.init(name: "TENANT", help: "a tenant's id")],
        options: [
            Option.policy, Option.yes.described("do it: what is destroyed cannot be shown again"), Option.reason,
        ],
        uses: .act,
        details: ["After `never`, `allowed` holds for new strings only: `token rotate` gives a token one."],
        formerNames: ["tenant reveal"],  // old-names: works for one more version
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore(for: .writing)
            let tenant = ExactName(invocation.positionals[0])
            guard let policy = invocation[.policy] else {
                let keeps: Bool
                do throws(TokenStoreError) { keeps = try store.keepsStrings(of: tenant) } catch {
                    throw CommandError(error.message)
                }
                invocation.terminal.print(keeps ? "allowed" : "never")
                return ExitStatus.done
            }
            let act = try invocation.operatorAct(store)
            guard policy == .allowed || invocation[.yes] else {
                throw .usage("`never` destroys every string kept for this tenant; add `--yes` to do it")
            }
            let count: Int
            do throws(TokenStoreError) {
                count = try store.setKeepsStrings(policy == .allowed, tenant: tenant, act)
            } catch {
                throw CommandError(error.message)
            }
            invocation.terminal.print(policy == .allowed ? "allowed" : "never; \(counted(count, "string")) destroyed")
            return ExitStatus.done
        })
}

/// The use of a tenant's token strings.
private enum RevealPolicy: String, CaseIterable {
    case allowed
    case never
}

extension Option<RevealPolicy?> {
    fileprivate static var policy: Self {
        Self("policy", "POLICY", "allowed or never; never destroys what is kept")
    }
}
