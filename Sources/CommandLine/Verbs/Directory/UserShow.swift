internal import Model
internal import Presentation

extension Verb {
    /// `user show`: shows one user with all assignments.
    static let userShow = Verb(
        name: "user show", summary: "shows a user: assignments, and the permissions of each",
        positionals: [.init(name: "USER", help: "a user's id or name")],
        uses: .directory,
        run: { invocation throws(CommandError) in
            let names = try invocation.names()
            let directory = names.directory
            let index = try names.user(invocation.positionals[0])
            let user = directory.users[index]
            var fields = KeyValueOutput()
            fields.add("Id", user.id)
            fields.add("User name", user.name)
            fields.add("Name", user.fullName)
            fields.add("Email", user.email)
            fields.add("Active", user.isActive ? "yes" : "no", json: .boolean(user.isActive))
            fields.add(
                "Own permissions", user.permissions.patterns.map(\.text), json: .strings(user.permissions.patterns))
            let assignments = user.assignments.map { directory.assignments[$0] }
            fields.add(
                "Assignments",
                zip(user.assignments, assignments).map { index, assignment in
                    "\(assignment.id)  \(names.combination(index))\(assignment.isRemoved ? "  (removed)" : "")"
                },
                json: .array(
                    zip(user.assignments, assignments).map { index, assignment in
                        .object([
                            .init("id", .string(assignment.id)),
                            .init("department", .string(directory.departments[assignment.department].id)),
                            .init("user_type", .string(directory.userTypes[assignment.userType].id)),
                            .init("removed", .boolean(assignment.isRemoved)),
                            .init("permissions", .strings(assignment.permissions.patterns)),
                        ])
                    }))
            fields.print(invocation)
            return ExitStatus.done
        })
}
