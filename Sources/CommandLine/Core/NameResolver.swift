package import Model
internal import Presentation
internal import Tokens

/// Finds a tenant's users, departments, user types and assignments by id or by a unique name. Case, width and accents
/// of a name matter only where it would not be unique without them.
package struct NameResolver {
    package let directory: Directory
    package let tenant: Int
    /// Called when a name was found that is not written as it was typed, with a sentence about it.
    var note: ((String) -> Void)?

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
        let matches = Self.best(text, own) { index in
            let assignment = directory.assignments[index]
            let department = directory.departments[assignment.department]
            let type = directory.userTypes[assignment.userType]
            return [department.id, department.name].flatMap { department in
                [type.id, type.name].map { "\(department)/\($0)" }
            }
        }.indices
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
        let (matches, isExact) = Self.best(text, indices) { [names($0).id] + names($0).names }
        guard let match = matches.first else {
            let hint = Self.hint(for: text, among: indices.flatMap { [names($0).id] + names($0).names })
            throw CommandError(
                "there is no \(kind) `\(text)` in the tenant `\(directory.tenants[tenant].id)`\(hint)",
                isUnknownName: true)
        }
        guard matches.count == 1 else {
            let ids = matches.map { "`\(names($0).id)`" }.joined(separator: ", ")
            throw CommandError("more than one \(kind) is named `\(text)`; use an id: \(ids)")
        }
        if !isExact { note?("using the \(kind) `\(names(match).names[0])` (\(names(match).id)) for `\(text)`") }
        return match
    }

    // MARK: Names as people write them

    /// The things that a text names in the best way: as it is, in another Unicode normal form, which keyboards produce,
    /// or regardless of case, width and accents.
    private static func best(
        _ text: String, _ indices: [Int], _ names: (Int) -> [ExactName]
    ) -> (indices: [Int], isExact: Bool) {
        for matches in [{ $0 == ExactName(text) }, { $0.reads(like: text) }] as [(ExactName) -> Bool] {
            let found = indices.filter { names($0).contains(where: matches) }
            if !found.isEmpty { return (found, true) }
        }
        let folded = ExactName(TextNormalizer.search(text))
        let found = indices.filter { names($0).contains { ExactName(TextNormalizer.search($0)) == folded } }
        return (folded.isEmpty ? [] : found, false)
    }

    /// The text ` (did you mean `x`?)` for the nearest name regardless of case and accents, or an empty string.
    static func hint(for text: String, among names: [ExactName]) -> String {
        let folded = names.map { TextNormalizer.search($0) }
        guard let nearest = Suggestion.nearest(to: TextNormalizer.search(text), among: folded),
            let place = folded.firstIndex(where: { $0.isSameBytes(nearest) })
        else { return "" }
        return " (did you mean `\(names[place])`?)"
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
