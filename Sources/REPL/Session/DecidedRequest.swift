internal import Decisions
internal import Model

/// A request of the session with its decision, and the directory and policies that decided it.
struct DecidedRequest {
    let question: AuthorizationRequest
    let decision: Decision
    let directory: Directory
    let loaded: LoadedPolicies
    let nanoseconds: Int64

    /// The request in words: `Warehouse sync: orders.read on order:42, department = Finance`.
    var title: String {
        var words = question.action.text
        let token = question.kind == .access ? subject : question.token
        if let token, let id = TokenID(token), let index = directory.token(id) {
            words =
                question.kind == .access
                ? "\(directory.tokens[index].name): \(words)" : "\(words) of \(directory.tokens[index].name)"
        }
        if case .user(let id, _) = question.actor, question.kind != .access {
            let tenant = question.tenant.flatMap(directory.tenant)
            let user = tenant.flatMap { directory.user(id, tenant: $0) }
            words = "\(user.map { directory.users[$0].name } ?? id): \(words)"
        }
        if let resource = question.resource {
            words += " on \(resource.type)" + (resource.id.map { ":\($0)" } ?? "")
        }
        if case .external(let type, let id, _) = question.subject { words = "\(type):\(id): \(words)" }
        let action = pairs(question.actionProperties).map { "action.\($0)" }
        let stated = action + pairs(question.resource?.properties) + pairs(question.context)
        return words + (stated.isEmpty ? "" : " with " + stated.joined(separator: ", "))
    }

    /// The index of the request's tenant.
    var tenant: Int? {
        if let tenant = question.tenant.flatMap(directory.tenant) { return tenant }
        return subject.flatMap { TokenID($0) }.flatMap(directory.token).map { directory.tokens[$0].tenant }
    }

    private var subject: String? {
        if case .token(let id) = question.subject { return id }
        return nil
    }

    private func pairs(_ json: JSON?) -> [String] {
        guard case .object(let members)? = json else { return [] }
        return members.map { "\($0.key) = \(name($0.value) ?? $0.value.compact)" }
    }

    /// The name of the department or user with this id in the request's tenant, or else the string as it is.
    private func name(_ json: JSON) -> String? {
        guard case .string(let text) = json else { return nil }
        guard let tenant else { return text }
        if let department = directory.department(ExactName(text), tenant: tenant) {
            return directory.departments[department].name.text
        }
        if let user = directory.user(ExactName(text), tenant: tenant) { return directory.users[user].name.text }
        return text
    }
}
