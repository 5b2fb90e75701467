package import Model

/// Whether who acts may act at all. The core's own; comes before any policy, and none can overrule it.
///
/// It judges who acts, never what is acted upon: an expired token can be listed and revoked.
package enum Liveness {
    /// The code of the deny; `nil` when nothing stands against it.
    static func fault(_ request: Request) -> String? {
        let directory = request.directory
        switch request.subject {
        case .external: return nil
        case .token:
            guard let token = request.token else { return "token_unknown" }
            return fault(token, request) ?? fault(assignment: token.assignment, directory)
        case .actor:
            guard let actor = request.actor else { return "actor_unknown" }
            if let token = actor.token, let code = fault(token, request) { return code }
            return actor.assignment.flatMap { fault(assignment: $0, directory) }
        }
    }

    /// The code of the deny that a token gets whatever it asks; `nil` when it is live.
    package static func fault(_ token: Token, in directory: Directory, now: Instant) -> String? {
        fault(token, now: now) ?? fault(assignment: token.assignment, directory)
    }

    private static func fault(_ token: Token, _ request: Request) -> String? {
        token.tenant != request.tenant ? "tenant_mismatch" : fault(token, now: request.now)
    }

    private static func fault(_ token: Token, now: Instant) -> String? {
        if token.revoked != nil { return "token_revoked" }
        if now >= token.expires { return "token_expired" }
        if token.suspended != nil { return "token_suspended" }
        return nil
    }

    private static func fault(assignment index: Int, _ directory: Directory) -> String? {
        let assignment = directory.assignments[index]
        if !directory.users[assignment.user].isActive { return "user_inactive" }
        if assignment.isRemoved { return "assignment_gone" }
        if !directory.isActiveToTheTop(assignment.department) { return "department_inactive" }
        return nil
    }
}
