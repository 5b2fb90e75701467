internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `tenant list`: lists the tenants, the customers of the application.
    static let tenantList = Verb(
        name: "tenant list", summary: "lists the tenants, with the number of their users and departments",
        options: [Option.csv],
        uses: .store.adding(Option.json),
        run: { invocation throws(CommandError) in
            let directory = try invocation.directory(.none)
            var listing = Listing(.tenants)
            for (index, tenant) in directory.tenants.enumerated() {
                let users = directory.users.count { $0.tenant == index }
                let departments = directory.departments.count { $0.tenant == index }
                listing.add(
                    [tenant.id.text, tenant.name.text, tenant.zone.name.text, "\(users)", "\(departments)"],
                    [
                        .init("id", .string(tenant.id)), .init("name", .string(tenant.name)),
                        .init("zone", .string(tenant.zone.name)), .init("users", .integer(Int64(users))),
                        .init("departments", .integer(Int64(departments))),
                    ])
            }
            try listing.print(invocation, "tenant")
            return ExitStatus.done
        })
}
