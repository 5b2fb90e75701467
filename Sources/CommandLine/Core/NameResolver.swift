package import Model
internal import Presentation
internal import Tokens

/// Finds a tenant's users, departments, user types and assignments by id or by a unique name.
package struct NameResolver {
    package let directory: Directory
    package let tenant: Int

    package init(directory: Directory, tenant: Int) {
        self.directory = directory
        self.tenant = tenant
    }

    package func user(_ text: String) throws(CommandError) -> Int {
        try find(text, "user", directory.users.indices.filter { directory.users[$0].tenant == tenant }) { index in
            let user = directory.users[index]
            return (user.id, [user.name, user.fullName, user.email])
        }
    }

    package func department(_ text: String) throws(CommandError) -> Int {
        let all = directory.departments.indices.filter { directory.departments[$0].tenant == tenant }
        return try find(text, "department", all) { (directory.departments[$0].id, [directory.departments[$0].name]) }
    }

    package func userType(_ text: String) throws(CommandError) -> Int {
        let all = directory.userTypes.indices.filter { directory.userTypes[$0].tenant == tenant }
        return try find(text, "user type", all) { (directory.userTypes[$0].id, [directory.userTypes[$0].name]) }
    }

    /// The assignments for which a user can get a token: all that are not removed.
    package func assignments(of user: Int) -> [Int] {
        directory.users[user].assignments.filter { !directory.assignments[$0].isRemoved }
    }

    /// One of a user's assignments: by its id, or as `DEPARTMENT/USER TYPE` by ids or names.
    package func assignment(_ text: String, of user: Int) throws(CommandError) -> Int {
        let own = assignments(of: user)
        if let match = own.first(where: { directory.assignments[$0].id == ExactName(text) }) { return match }
        let matches = own.filter { index in
            let assignment = directory.assignments[index]
            let department = directory.departments[assignment.department]
            let type = directory.userTypes[assignment.userType]
            return [department.id, department.name].contains { department in
                [type.id, type.name].contains { "\(department)/\($0)" == ExactName(text) }
            }
        }
        if matches.count == 1 { return matches[0] }
        let known = own.map { "`\(directory.assignments[$0].id)` (\(combination($0)))" }.joined(separator: ", ")
        let name = directory.users[user].name
        throw CommandError(
            matches.isEmpty
                ? "`\(text)` is not an assignment of `\(name)`, who has \(known.isEmpty ? "none" : known)"
                : "`\(name)` has several assignments `\(text)`; use an id: \(known)")
    }

    /// An assignment as `Sales > Integrator`.
    package func combination(_ assignment: Int) -> String { directory.combination(assignment) }

    private func find(
        _ text: String, _ kind: String, _ indices: [Int], _ names: (Int) -> (id: ExactName, names: [ExactName])
    ) throws(CommandError) -> Int {
        if let match = indices.first(where: { names($0).id == ExactName(text) }) { return match }
        let exact = indices.filter { names($0).names.contains(ExactName(text)) }
        // Typed text may be in another Unicode normal form than the stored name.
        let matches = exact.isEmpty ? indices.filter { names($0).names.contains { $0.reads(like: text) } } : exact
        guard let match = matches.first else {
            let hint = Suggestion.hint(for: text, among: indices.flatMap { [names($0).id] + names($0).names })
            throw CommandError(
                "there is no \(kind) `\(text)` in the tenant `\(directory.tenants[tenant].id)`\(hint)",
                isUnknownName: true)
        }
        guard matches.count == 1 else {
            let ids = matches.map { "`\(names($0).id)`" }.joined(separator: ", ")
            throw CommandError("more than one \(kind) is named `\(text)`; use an id: \(ids)")
        }
        return match
    }
}

extension Invocation {
    /// The names in the store's directory. Its tokens are not read.
    func names() throws(CommandError) -> NameResolver { try names(in: try directory(.none)) }

    /// The names of the tenant of `--tenant`, or of the only tenant.
    func names(in directory: Directory) throws(CommandError) -> NameResolver {
        if let tenant = try tenant(in: directory) { return NameResolver(directory: directory, tenant: tenant) }
        guard directory.tenants.count == 1 else {
            let ids = directory.tenants.map { "`\($0.id)`" }.joined(separator: ", ")
            throw .usage(
                "missing required option --tenant: \(ids.isEmpty ? "the store has no tenant" : "one of \(ids)")")
        }
        return NameResolver(directory: directory, tenant: 0)
    }
}
