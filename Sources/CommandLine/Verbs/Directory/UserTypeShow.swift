internal import Model
internal import Presentation

extension Verb {
    /// `user-type show`: shows one user type and its users.
    static let userTypeShow = Verb(
        name: "user-type show", summary: "shows a user type: its permissions, and who is assigned to it",
        positionals: [.init(name: "USER TYPE", help: "a user type's id or name")],
        uses: .directory,
        run: { invocation throws(CommandError) in
            let names = try invocation.names()
            let directory = names.directory
            let index = try names.userType(invocation.positionals[0])
            let type = directory.userTypes[index]
            let assigned = directory.assignments.filter { $0.userType == index && !$0.isRemoved }
            var fields = KeyValueOutput()
            fields.add("Id", type.id)
            fields.add("Name", type.name)
            fields.add("Active", type.isActive ? "yes" : "no", json: .boolean(type.isActive))
            fields.add("Permissions", type.permissions.patterns.map(\.text), json: .strings(type.permissions.patterns))
            fields.add(
                "Assigned",
                assigned.map { "\(directory.users[$0.user].name)  \(directory.departments[$0.department].name)" },
                json: .strings(assigned.map(\.id)))
            fields.print(invocation)
            return ExitStatus.done
        })
}
