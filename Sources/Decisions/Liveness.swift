package import Model

/// Whether who acts may act at all. The core's own; comes before any policy, and none can overrule it.
///
/// It judges who acts, never what is acted upon: an expired token can be listed and revoked.
package enum Liveness {
    /// The code of the deny; `nil` when nothing stands against it.
    static func fault(_ request: Request) -> String? {
        let directory = request.directory
        switch request.subject {
        case .external: return request.tenant < 0 ? nil : fault(tenant: request.tenant, directory)
        case .token:
            guard let token = request.token else { return "token_unknown" }
            return fault(token, request)
        case .actor:
            guard let actor = request.actor else { return "actor_unknown" }
            if let token = actor.token { return fault(token, request) }
            return actor.assignment.flatMap { fault(assignment: $0, directory) }
        }
    }

    /// The code of the deny that a token gets whatever it asks; `nil` when it is live.
    package static func fault(_ token: Token, in directory: Directory, now: Instant) -> String? {
        if token.isTampered || directory.tenants[token.tenant].isTampered { return "token_tampered" }
        if token.revoked != nil { return "token_revoked" }
        if now >= token.expires { return "token_expired" }
        if token.suspended != nil { return "token_suspended" }
        return fault(assignment: token.assignment, directory)
    }

    private static func fault(_ token: Token, _ request: Request) -> String? {
        token.tenant != request.tenant ? "tenant_mismatch" : fault(token, in: request.directory, now: request.now)
    }

    private static func fault(assignment index: Int, _ directory: Directory) -> String? {
        let assignment = directory.assignments[index]
        let user = directory.users[assignment.user]
        if let code = fault(tenant: user.tenant, directory) { return code }
        if !user.isActive { return "user_inactive" }
        if assignment.isRemoved { return "assignment_gone" }
        if !directory.isActiveToTheTop(assignment.department) { return "department_inactive" }
        return nil
    }

    private static func fault(tenant: Int, _ directory: Directory) -> String? {
        if directory.tenants[tenant].isTampered { return "tenant_tampered" }
        return directory.tenants[tenant].isActive ? nil : "tenant_inactive"
    }
}
