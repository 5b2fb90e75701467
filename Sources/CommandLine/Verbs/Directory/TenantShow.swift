internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `tenant show`: shows one tenant.
    static let tenantShow = Verb(
        name: "tenant show", summary: "shows a tenant: its zone, its size, and whether its token strings are kept",
        positionals: [.init(name: "TENANT", help: "a tenant's id")],
        uses: .store.adding(Option.json, Option.at),
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore()
            let directory = try invocation.directory(.all, of: store)
            let id = invocation.positionals[0]
            guard let index = directory.tenant(ExactName(id)) else {
                let hint = Suggestion.hint(for: id, among: directory.tenants.map(\.id))
                throw CommandError("there is no tenant `\(id)`\(hint)")
            }
            let tenant = directory.tenants[index]
            let now = try invocation.now(store)
            let live = directory.tokens.filter {
                $0.tenant == index && ActorValidity.fault($0, in: directory, now: now) == nil
            }
            var keeps: Bool?
            // An export does not have the policy.
            if !store.isReadOnly {
                do throws(TokenStoreError) { keeps = try store.keepsStrings(of: tenant.id) } catch {
                    throw CommandError(error.message)
                }
            }
            var fields = KeyValueOutput()
            fields.add("Id", tenant.id)
            fields.add("Name", tenant.name)
            fields.add("Zone", tenant.zone.name)
            fields.add("Active", tenant.isActive ? "yes" : "no", json: .boolean(tenant.isActive))
            if tenant.isTampered {
                fields.add(
                    "Seal", "changed without the store's keys; see demilune store verify", json: .string("broken"))
            }
            func count(_ name: String, _ count: Int) { fields.add(name, "\(count)", json: .integer(Int64(count))) }
            count("Departments", directory.departments.count { $0.tenant == index })
            count("User types", directory.userTypes.count { $0.tenant == index })
            count("Users", directory.users.count { $0.tenant == index })
            count("Live API tokens", live.count { $0.kind == .api })
            count("Mobile users logged in", live.count { $0.kind == .mobile })
            if let keeps { fields.add("Reveal policy", keeps ? "allowed" : "never") }
            fields.print(invocation)
            return ExitStatus.done
        })
}
