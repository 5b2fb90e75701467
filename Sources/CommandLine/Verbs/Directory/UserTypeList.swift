internal import Model
internal import Presentation

extension Verb {
    /// `user-type list`: lists the user types of a tenant, which are named sets of permissions.
    static let userTypeList = Verb(
        name: "user-type list", summary: "lists the user types of a tenant, with their permissions",
        options: [Option.csv],
        uses: .directory,
        run: { invocation throws(CommandError) in
            let names = try invocation.names()
            var listing = Listing(.userTypes)
            for type in names.directory.userTypes where type.tenant == names.tenant {
                let permissions = type.permissions.patterns
                listing.add(
                    [type.id.text, type.name.text, type.isActive ? "yes" : "no", permissions.joined(separator: ", ")],
                    [
                        .init("id", .string(type.id)), .init("name", .string(type.name)),
                        .init("active", .boolean(type.isActive)), .init("permissions", .strings(permissions)),
                    ])
            }
            try listing.print(invocation, "user type")
            return ExitStatus.done
        })
}
