internal import Decisions
internal import Model
internal import Policies
internal import Tokens

/// The verbs `deactivate` and `activate` of users, departments, user types and tenants.
enum DirectoryVerbs {
    enum Noun: String, CaseIterable {
        case user
        case department
        case userType = "user-type"
        case tenant
    }

    static let all: [Verb] = Noun.allCases.flatMap { [verb($0, activates: false), verb($0, activates: true)] }

    private static func verb(_ noun: Noun, activates: Bool) -> Verb {
        let word = noun == .userType ? "user type" : noun.rawValue
        let placeholder = word.uppercased()
        return Verb(
            name: "\(noun.rawValue) \(activates ? "activate" : "deactivate")",
            summary: activates
                ? "makes a \(word) active again; revoked and suspended tokens stay so" : summary(noun, word),
            positionals: [.init(name: placeholder, help: "an id\(noun == .tenant ? "" : " or a name")")],
            options: activates ? [Option.reason] : [Option.preview, Option.revokesTokens, Option.reason],
            run: { invocation throws(CommandError) in
                try run(noun, activates: activates, invocation)
            })
    }

    private static func summary(_ noun: Noun, _ word: String) -> String {
        switch noun {
        case .user: "deactivates a user: mobile tokens are revoked for good, API tokens suspended"
        case .department: "deactivates a department; refused while live tokens are in it"
        case .userType: "deactivates a user type: nobody new gets it; tokens that have it stay valid"
        case .tenant: "deactivates a tenant; refused while it has live tokens"
        }
    }

    private static func run(_ noun: Noun, activates: Bool, _ invocation: Invocation) throws(CommandError) -> Int32 {
        let store = try invocation.openStore(for: .writing)
        let act = try invocation.operatorAct(store)
        let organisation: Organisation
        do throws(TokenStoreError) {
            organisation = try store.organisation(invocation[ifDeclared: .preview] ? .all : .none)
        } catch {
            throw CommandError(error.message)
        }
        let before = try Preview.directory(organisation, invocation)
        let word = invocation.positionals[0]
        let tenant: Int
        if noun == .tenant {
            guard let index = before.tenant(ExactName(word)) else {
                let hint = Suggestion.hint(for: word, among: before.tenants.map(\.id))
                throw CommandError("there is no tenant `\(word)`\(hint)")
            }
            tenant = index
        } else {
            tenant = try invocation.names(in: before).tenant
        }
        let names = NameResolver(directory: before, tenant: tenant)
        var after = organisation
        let part: DirectoryPart
        switch noun {
        case .user:
            let user = before.users[try names.user(word)].id
            part = .user(user)
            after.change(before.tenants[tenant].id) { $0.users.change(\.id, user) { $0.isActive = activates } }
        case .department:
            let department = before.departments[try names.department(word)].id
            part = .department(department)
            after.change(before.tenants[tenant].id) {
                $0.departments.change(\.id, department) { $0.isActive = activates }
            }
        case .userType:
            let type = before.userTypes[try names.userType(word)].id
            part = .userType(type)
            after.change(before.tenants[tenant].id) { $0.userTypes.change(\.id, type) { $0.isActive = activates } }
        case .tenant:
            part = .tenant
            after.change(before.tenants[tenant].id) { $0.isActive = activates }
        }
        if invocation[ifDeclared: .preview] {
            try Preview(from: before, to: try Preview.directory(after, invocation), invocation).print()
            return ExitStatus.done
        }
        do {
            let (revoked, suspended) = try store.set(
                part, tenant: before.tenants[tenant].id, active: activates,
                revokesTokens: invocation[ifDeclared: .revokesTokens], act)
            let change = activates ? "active" : "inactive"
            invocation.terminal.print(
                "`\(Terminal.escaped(word))` is \(change); \(counted(revoked, "token")) revoked, \(suspended) suspended"
            )
        } catch { throw CommandError(error.message) }
        return ExitStatus.done
    }
}

extension Organisation {
    fileprivate mutating func change(_ tenant: ExactName, _ body: (inout TenantRecord) -> Void) {
        tenants.change(\.id, tenant, body)
    }
}

extension Array {
    fileprivate mutating func change(
        _ id: KeyPath<Element, ExactName>, _ value: ExactName, _ body: (inout Element) -> Void
    ) {
        for index in indices where self[index][keyPath: id] == value { body(&self[index]) }
    }
}
