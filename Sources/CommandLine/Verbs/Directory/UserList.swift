internal import Model
internal import Presentation

extension Verb {
    /// `user list`: lists the users of a tenant.
    static let userList = Verb(
        name: "user list", summary: "lists the users of a tenant, with their assignments",
        options: [Option.csv],
        uses: .directory,
        run: { invocation throws(CommandError) in
            let names = try invocation.names()
            let directory = names.directory
            var listing = Listing(.users)
            for (index, user) in directory.users.enumerated() where user.tenant == names.tenant {
                let assignments = names.assignments(of: index)
                listing.add(
                    [
                        user.id.text, user.name.text, user.fullName.text, user.email.text, user.isActive ? "yes" : "no",
                        assignments.map(names.combination).joined(separator: ", "),
                    ],
                    [
                        .init("id", .string(user.id)), .init("name", .string(user.name)),
                        .init("full_name", .string(user.fullName)), .init("email", .string(user.email)),
                        .init("active", .boolean(user.isActive)),
                        .init("assignments", .strings(assignments.map { directory.assignments[$0].id })),
                    ])
            }
            try listing.print(invocation, "user")
            return ExitStatus.done
        })
}
