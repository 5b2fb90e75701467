package import Decisions
package import Model

/// Who may do something to a token, at one of the administrative points: each user in each of their assignments, and the
/// operator.
package struct Administering: Sendable {
    package struct Row: Sendable {
        /// The number of the assignment that is acted in; `nil` for the operator.
        package let assignment: Int?
        package let summary: DecisionSummary
    }

    /// Who may.
    package private(set) var able: [Row] = []
    /// Who may not; empty unless some users were named.
    package private(set) var unable: [Row] = []
    /// How many may not, by code.
    package private(set) var denials: [ExactName: Int] = [:]
    package private(set) var isComplete = true

    /// - Parameters:
    ///   - point: one that is asked about a token as it is: reveal, revoke, list or amend.
    ///   - token: its number in the directory.
    ///   - users: which, by number; all of the token's tenant, and the operator, without.
    ///   - obligations: what they can fulfil.
    /// - Throws: when that can not be asked about a token as it is.
    package init(
        _ kind: DecisionKind, token: Int, users: [Int]? = nil, now: Instant, _ decisions: Authorizer,
        on directory: Directory, obligations: AuthorizationRequest.Obligations = .named(["log", "reason"]),
        progress: Progress = { _, _ in true }
    ) throws(RequestError) {
        guard kind.isAdministrative, kind != .issue else {
            throw RequestError("`\(kind.rawValue)` is not asked about a token as it is", property: "point")
        }
        let record = directory.tokens[token]
        var question = AuthorizationRequest(
            kind: kind, action: ExactName(kind.rawValue), subject: .actor,
            tenant: directory.tenants[record.tenant].id,
            token: record.id.description, proposed: kind == .amend ? ProposedToken() : nil, now: now,
            obligations: obligations)
        func add(_ assignment: Int?) throws(RequestError) {
            let row = Row(assignment: assignment, summary: try decisions.summary(question, on: directory))
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
