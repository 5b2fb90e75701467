internal import Model

/// The names that an import brings. Those that the store has already stay as they are.
struct ImportedNames {
    private let path: String
    private let stored: TenantRecord?

    /// Checks that no new name holds a character that nobody sees, and that no new user name reads like another user's
    /// name or id.
    /// - Throws: `.invalid`, with the path of the name in the file.
    static func check(_ records: Organisation, stored: Organisation) throws(TokenStoreError) {
        let known = Dictionary(stored.tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, tenant) in records.tenants.enumerated() {
            let names = ImportedNames(path: "tenants[\(index)]", stored: known[tenant.id])
            try names.checkCharacters(tenant)
            try names.checkUsers(tenant.users)
        }
    }

    // MARK: Characters

    private func checkCharacters(_ tenant: TenantRecord) throws(TokenStoreError) {
        try check([tenant], stored.map { [$0] }, nil, \.id, [("id", \.id), ("name", \.name)])
        try check(
            tenant.departments, stored?.departments, "departments", \.id, [("id", \.id), ("name", \.name)])
        try check(tenant.userTypes, stored?.userTypes, "user_types", \.id, [("id", \.id), ("name", \.name)])
        try check(
            tenant.users, stored?.users, "users", \.id,
            [("id", \.id), ("name", \.name), ("full_name", \.fullName), ("email", \.email)])
        let assignments = tenant.users.flatMap(\.assignments)
        try check(
            assignments, stored?.users.flatMap(\.assignments), "users", \.id, [("assignments", \.id)])
    }

    /// - Parameter list: the member of the tenant that holds the records; `nil` for the tenant itself.
    private func check<Record>(
        _ records: [Record], _ stored: [Record]?, _ list: String?, _ id: (Record) -> ExactName,
        _ names: [(member: String, value: (Record) -> ExactName)]
    ) throws(TokenStoreError) {
        var known: [ExactName: Record] = [:]
        for (index, record) in records.enumerated() {
            for (member, value) in names {
                let name = value(record)
                guard !name.utf8.allSatisfy({ $0 < 0x80 }), let fault = NameCharacters.fault(in: name.text) else {
                    continue
                }
                if known.isEmpty {
                    known = Dictionary((stored ?? []).map { (id($0), $0) }, uniquingKeysWith: { first, _ in first })
                }
                if let old = known[id(record)], value(old) == name { continue }
                let place = list.map { ".\($0)[\(index)]" } ?? ""
                throw TokenStoreError(.invalid, "\(path)\(place).\(member): a name \(fault)")
            }
        }
    }

    // MARK: Users

    /// Checks that no new name of a user reads like another user's name or id: a person, and `--as`, would take one for
    /// the other.
    private func checkUsers(_ users: [UserRecord]) throws(TokenStoreError) {
        let known = Dictionary((stored?.users ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let new = users.enumerated().filter { known[$0.element.id]?.name != $0.element.name }
        guard !new.isEmpty else { return }
        var all = known
        for user in users { all[user.id] = user }
        var byName: [ExactName: [UserRecord]] = [:]
        var byID: [ExactName: [UserRecord]] = [:]
        for user in all.values {
            byName[ExactName(TextNormalizer.key(user.name)), default: []].append(user)
            byID[ExactName(TextNormalizer.key(user.id)), default: []].append(user)
        }
        func other(_ found: [UserRecord]?, than user: UserRecord) -> UserRecord? {
            found?.filter { $0.id != user.id }.min { $0.id < $1.id }
        }
        for (index, user) in new {
            let place = "\(path).users[\(index)]"
            let key = ExactName(TextNormalizer.key(user.name))
            if let other = other(byName[key], than: user) {
                guard other.name != user.name else {
                    throw TokenStoreError(
                        .invalid,
                        "\(place).name: the user name `\(user.name)` is that of the user `\(other.id)`: choose another name"
                    )
                }
                throw TokenStoreError(
                    .invalid,
                    "\(place).name: the user name `\(user.name)` differs only in case, width or invisible characters from "
                        + "`\(other.name)` of the user `\(other.id)`: choose another name")
            }
            if let other = other(byID[key], than: user) {
                throw TokenStoreError(
                    .invalid,
                    "\(place).name: the user name `\(user.name)` is the id of another user, `\(other.id)` "
                        + "(`\(other.name)`): choose another name")
            }
            guard known[user.id] == nil, let other = other(byName[ExactName(TextNormalizer.key(user.id))], than: user)
            else {
                continue
            }
            throw TokenStoreError(
                .invalid,
                "\(place).id: the id `\(user.id)` is the name of another user, `\(other.id)`: choose another id")
        }
    }
}
