package import Model

/// The impact of a directory change: the permissions that live tokens lose and gain by it, whatever the policies say.
package struct ImpactReport: Sendable {
    /// Rights of a token that it has on one side alone.
    package struct Rights: Equatable, Sendable {
        /// The code with which every request is denied on the other side: `user_inactive`, `assignment_gone` …
        package var code: String?
        /// The actions that only this side's permissions cover, sorted. None where every request is denied otherwise.
        package var actions: [ExactName] = []
        /// The ids of the departments that it can only enter on this side, sorted.
        package var departments: [ExactName] = []

        package var isEmpty: Bool { code == nil && actions.isEmpty && departments.isEmpty }
    }

    package struct Change: Sendable {
        /// The token as it was; a new one as it would be.
        package let token: Token
        package let isNew: Bool
        package let lost: Rights
        package let gained: Rights
    }

    /// In the order of the tokens' ids.
    package let changes: [Change]

    package var losing: Int { changes.count { !$0.lost.isEmpty } }
    package var gaining: Int { changes.count { !$0.gained.isEmpty } }

    /// - Parameter actions: the permissions that there are; a pattern stands for those it covers.
    package init(from before: Directory, to after: Directory, actions: some Sequence<ExactName>, now: Instant) {
        let (one, other) = (Side(before, now), Side(after, now))
        var comparison = Comparison(one: one, other: other, actions: actions.sorted())
        let new = after.tokens.filter { before.token($0.id) == nil }
        changes = (before.tokens.map { ($0, false) } + new.map { ($0, true) }).compactMap { token, isNew in
            let (lost, gained) = comparison.rights(of: token.id)
            guard !lost.isEmpty || !gained.isEmpty else { return nil }
            return Change(token: token, isNew: isNew, lost: lost, gained: gained)
        }.sorted { $0.token.id < $1.token.id }
    }

    /// The rights of a token on one side.
    private enum Validity: Hashable {
        /// It is denied everything, with this code.
        case denied(String)
        /// It has the permissions of an assignment, by number.
        case assigned(Int)
    }

    /// The directory before or after.
    private struct Side {
        let directory: Directory
        let now: Instant

        init(_ directory: Directory, _ now: Instant) { (self.directory, self.now) = (directory, now) }

        func validity(_ id: TokenID) -> Validity {
            guard let index = directory.token(id) else { return .denied("token_unknown") }
            let token = directory.tokens[index]
            return ActorValidity.fault(token, in: directory, now: now).map { .denied($0) }
                ?? .assigned(token.assignment)
        }

        func permissions(_ assignment: Int) -> PermissionSet { directory.assignments[assignment].permissions }

        /// The ids of the departments of its tenant that an assignment opens.
        func departments(_ assignment: Int) -> Set<ExactName> {
            let tenant = tenant(assignment)
            let own = directory.departments.indices.filter { department in
                directory.departments[department].tenant == tenant
                    && directory.permissions(permissions(assignment), meet: department)
            }
            return Set(own.map { directory.departments[$0].id })
        }

        /// The ids of all departments of an assignment's tenant.
        func known(_ assignment: Int) -> Set<ExactName> {
            let tenant = tenant(assignment)
            return Set(directory.departments.filter { $0.tenant == tenant }.map(\.id))
        }

        private func tenant(_ assignment: Int) -> Int {
            directory.departments[directory.assignments[assignment].department].tenant
        }
    }

    /// Compares the rights of tokens, once for those with the same assignments.
    private struct Comparison {
        let one: Side
        let other: Side
        let actions: [ExactName]
        private var known: [[Validity]: (lost: Rights, gained: Rights)] = [:]

        init(one: Side, other: Side, actions: [ExactName]) {
            (self.one, self.other, self.actions) = (one, other, actions)
        }

        mutating func rights(of token: TokenID) -> (lost: Rights, gained: Rights) {
            let validities = [one.validity(token), other.validity(token)]
            if let known = known[validities] { return known }
            let rights = rights(validities[0], validities[1])
            known[validities] = rights
            return rights
        }

        private func rights(_ before: Validity, _ after: Validity) -> (lost: Rights, gained: Rights) {
            var (lost, gained) = (Rights(), Rights())
            switch (before, after) {
            case (.denied, .denied): break
            case (.assigned, .denied(let code)): lost.code = code
            case (.denied(let code), .assigned(let number)):
                gained = Rights(
                    code: code, actions: actions.filter(other.permissions(number).permits),
                    departments: other.departments(number).sorted())
            case (.assigned(let old), .assigned(let new)):
                let (had, has) = (one.permissions(old), other.permissions(new))
                lost.actions = actions.filter { had.permits($0) && !has.permits($0) }
                gained.actions = actions.filter { !had.permits($0) && has.permits($0) }
                let (closed, open) = (one.departments(old), other.departments(new))
                // A department that there is on one side alone is neither closed nor opened.
                lost.departments = closed.subtracting(open).intersection(other.known(new)).sorted()
                gained.departments = open.subtracting(closed).intersection(one.known(old)).sorted()
            }
            return (lost, gained)
        }
    }
}
