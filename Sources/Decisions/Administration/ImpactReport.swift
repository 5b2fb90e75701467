package import Model

/// The impact of a directory change: the permissions that live tokens lose by it.
package struct ImpactReport: Sendable {
    package struct Loss: Sendable {
        package let token: Token
        /// The code with which every request is denied afterwards: `user_inactive`, `assignment_gone` …
        package let code: String?
        /// The actions that its permissions no longer cover, sorted.
        package let actions: [ExactName]
        /// The ids of the departments that it can no longer enter, sorted.
        package let departments: [ExactName]
    }

    /// In the order of the tokens' ids.
    package let losses: [Loss]

    /// - Parameter actions: the permissions that the schema declares; a pattern stands for those it covers.
    package init(from before: Directory, to after: Directory, actions: some Sequence<ExactName>, now: Instant) {
        let actions = actions.sorted()
        losses = before.tokens.sorted { $0.id < $1.id }.compactMap { token in
            guard ActorValidity.fault(token, in: before, now: now) == nil else { return nil }
            guard let index = after.token(token.id) else {
                return Loss(token: token, code: "token_unknown", actions: [], departments: [])
            }
            let changed = after.tokens[index]
            if let code = ActorValidity.fault(changed, in: after, now: now) {
                return Loss(token: token, code: code, actions: [], departments: [])
            }
            let had = before.assignments[token.assignment].permissions
            let has = after.assignments[changed.assignment].permissions
            let lost = actions.filter { had.permits($0) && !has.permits($0) }
            let closed = before.departments.indices.filter { department in
                guard before.departments[department].tenant == token.tenant,
                    before.permissions(had, meet: department),
                    let same = after.department(before.departments[department].id, tenant: changed.tenant)
                else { return false }
                return !after.permissions(has, meet: same)
            }.map { before.departments[$0].id }.sorted()
            guard !lost.isEmpty || !closed.isEmpty else { return nil }
            return Loss(token: token, code: nil, actions: lost, departments: closed)
        }
    }
}
