extension Ceiling {
    /// One line for each limit: `only orders.read, orders.create`, `within Sales North`.
    /// - Parameters:
    ///   - used: the uses so far; `nil` where nobody knows.
    ///   - department: the name of a department by its id.
    package func lines(used: Int? = nil, department: (ExactName) -> String) -> [String] {
        parts.map { part in
            switch part {
            case .permissions: "only \(permissions!.joined(separator: ", "))"
            case .departments: "within \(departments!.map(department).joined(separator: ", "))"
            case .networks: "from \(networks!.map(\.description).joined(separator: ", "))"
            case .hours: "at \(hours!)"
            case .uses: counted(uses!, "use") + (used.map { ", \($0) so far" } ?? "")
            case .purpose: "for \(purpose!)"
            }
        }
    }

    /// The same, with the names of a tenant's departments.
    package func lines(used: Int? = nil, tenant: Int, in directory: Directory) -> [String] {
        lines(used: used) { id in
            directory.department(id, tenant: tenant).map { directory.departments[$0].name.text } ?? id.text
        }
    }
}
