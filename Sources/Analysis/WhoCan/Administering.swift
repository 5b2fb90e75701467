package import Decisions
package import Model

/// The users and assignments that may perform an administrative act on a token: each user in each of their assignments,
/// and the operator.
package struct Administering: Sendable {
    package struct Row: Sendable {
        /// The number of the acting assignment; `nil` for the operator.
        package let assignment: Int?
        package let summary: DecisionSummary
    }

    /// The actors that may.
    package private(set) var able: [Row] = []
    /// The actors that may not; empty unless some users were named.
    package private(set) var unable: [Row] = []
    /// The number of actors that may not, by code.
    package private(set) var denials: [ExactName: Int] = [:]
    package private(set) var isComplete = true

    /// - Parameters:
    ///   - kind: one that concerns an existing token: reveal, revoke, list or amend.
    ///   - token: its number in the directory.
    ///   - users: the users to decide for, by number; `nil` for all of the token's tenant, and the operator.
    ///   - obligations: the obligations that the actors can fulfil.
    /// - Throws: when the kind cannot be decided for an existing token.
    package init(
        _ kind: DecisionKind, token: Int, users: [Int]? = nil, now: Instant, _ decisions: Authorizer,
        on directory: Directory, obligations: AuthorizationRequest.Obligations = .ofActs,
        progress: Progress = { _, _ in true }
    ) throws(RequestError) {
        guard kind.isAdministrative, kind != .issue else {
            throw RequestError("`\(kind.rawValue)` cannot be decided for an existing token", property: "point")
        }
        let record = directory.tokens[token]
        var question = AuthorizationRequest(
            kind: kind, action: ExactName(kind.rawValue), subject: .actor,
            tenant: directory.tenants[record.tenant].id,
            token: record.id.description, proposed: kind.hasProposal ? ProposedToken() : nil, now: now,
            obligations: obligations)
        func add(_ assignment: Int?) throws(RequestError) {
            let row = Row(assignment: assignment, summary: try decisions.decisionSummary(question, on: directory))
            if row.summary.isPermitted {
                able.append(row)
            } else {
                denials[ExactName(row.summary.code), default: 0] += 1
                if users != nil { unable.append(row) }
            }
        }
        if users == nil { try add(nil) }
        for (number, user) in (users ?? Array(directory.users.indices)).enumerated() {
            if number % 1_000 == 0, !progress(number, users?.count ?? directory.users.count) {
                isComplete = false
                return
            }
            guard directory.users[user].tenant == record.tenant else { continue }
            for assignment in directory.users[user].assignments where !directory.assignments[assignment].isRemoved {
                question.actor = .user(
                    id: directory.users[user].id, assignment: directory.assignments[assignment].id)
                try add(assignment)
            }
        }
    }
}
