internal import Model
internal import Presentation

extension Verb {
    /// `department show`: shows one department and the permissions it requires.
    static let departmentShow = Verb(
        name: "department show",
        summary: "shows a department: its place in the tree, its requirements and its users",
        positionals: [.init(name: "DEPARTMENT", help: "a department's id or name")],
        uses: .directory,
        run: { invocation throws(CommandError) in
            let names = try invocation.names()
            let directory = names.directory
            let index = try names.department(invocation.positionals[0])
            let department = directory.departments[index]
            var path: [Int] = []
            var next: Int? = index
            while let current = next {
                path.insert(current, at: 0)
                next = directory.departments[current].parent
            }
            let required = path.flatMap { level in
                directory.departments[level].requires.map { ($0, directory.departments[level].name) }
            }
            let children = directory.departments.filter { $0.parent == index }
            let assigned = directory.assignments.filter { $0.department == index && !$0.isRemoved }
            var fields = KeyValueOutput()
            fields.add("Id", department.id)
            fields.add("Name", department.name)
            fields.add(
                "Within", path.dropLast().map { directory.departments[$0].name }.joined(separator: " > "), key: "path",
                json: .strings(path.dropLast().map { directory.departments[$0].id }))
            fields.add("Active", department.isActive ? "yes" : "no", json: .boolean(department.isActive))
            fields.add(
                "Requires", required.map { "\($0)  (\($1))" }, json: .strings(required.map(\.0)))
            fields.add(
                "Contains", children.map { "\($0.id)  \($0.name)" }, key: "children", json: .strings(children.map(\.id))
            )
            fields.add(
                "Assigned",
                assigned.map { "\(directory.users[$0.user].name)  \(directory.userTypes[$0.userType].name)" },
                json: .strings(assigned.map(\.id)))
            fields.print(invocation)
            return ExitStatus.done
        })
}
