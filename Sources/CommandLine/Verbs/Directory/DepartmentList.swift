internal import Model
internal import Presentation

extension Verb {
    /// `department list`: lists the departments of a tenant as a tree.
    static let departmentList = Verb(
        name: "department list", summary: "lists the departments of a tenant as a tree",
        options: [Option.csv],
        uses: .directory,
        run: { invocation throws(CommandError) in
            let names = try invocation.names()
            let directory = names.directory
            let isTree = !invocation[.csv]
            var listing = Listing(.departments)
            // The directory keeps them in the order of a walk through the tree.
            for department in directory.departments where department.tenant == names.tenant {
                let indent = isTree ? String(repeating: "  ", count: department.depth) : ""
                listing.add(
                    [
                        department.id.text, indent + department.name.text, department.isActive ? "yes" : "no",
                        department.requires.joined(separator: ", "),
                    ],
                    [
                        .init("id", .string(department.id)), .init("name", .string(department.name)),
                        .init("parent", .optional(department.parent.map { directory.departments[$0].id })),
                        .init("active", .boolean(department.isActive)),
                        .init("requires", .strings(department.requires)),
                    ])
            }
            try listing.print(invocation, "department")
            return ExitStatus.done
        })
}
