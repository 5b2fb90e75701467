internal import Decisions
internal import Model
internal import Policies

/// The users and tokens of a snapshot that requests, or the settings of policies, name: no others can matter to them.
struct Mentions {
    private(set) var users: Set<Int> = []
    private(set) var tokens: Set<TokenID> = []
    private let directory: Directory
    /// The tenants whose settings, and a few of whose users, are in.
    private var tenants: Set<Int> = []

    /// The users of a tenant that are in whatever is named, so that a request has other users to name.
    private static let others = 3

    init(_ directory: Directory) { self.directory = directory }

    /// - Parameter tenant: the number of the tenant that the request is about.
    mutating func add(_ question: AuthorizationRequest, tenant: Int, _ policies: PolicySet) {
        var names: Set<ExactName> = []
        func note(_ json: JSON) {
            switch json {
            case .string(let text): names.insert(ExactName(text))
            case .array(let elements): elements.forEach(note)
            case .object(let members): for member in members { note(member.value) }
            default: break
            }
        }
        var ids = [question.token].compactMap(\.self)
        if case .token(let id) = question.subject { ids.append(id) }
        if case .external(_, _, let properties) = question.subject { note(properties) }
        if case .token(let id) = question.actor { ids.append(id) }
        if case .user(let id, _) = question.actor { names.insert(id) }
        note(question.context)
        note(question.actionProperties)
        note(question.resource?.properties ?? .null)
        if tenants.insert(tenant).inserted {
            for setting in policies.settingsInForce(tenant: directory.tenants[tenant].id) { note(setting.value) }
            users.formUnion(
                directory.users.indices.lazy.filter { [directory] in directory.users[$0].tenant == tenant }
                    .prefix(Self.others))
        }
        for id in ids {
            guard let index = TokenID(id).flatMap(directory.token) else { continue }
            tokens.insert(directory.tokens[index].id)
            users.insert(directory.assignments[directory.tokens[index].assignment].user)
        }
        for assignment in [question.record?.assignment, question.proposed?.assignment].compactMap(\.self) {
            guard let index = directory.assignment(assignment, tenant: tenant) else { continue }
            users.insert(directory.assignments[index].user)
        }
        for name in names { if let user = directory.user(name, tenant: tenant) { users.insert(user) } }
    }
}
