internal import Engine
package import Model

/// The validity of the actor. The core checks it before any policy runs, and no policy can overrule it.
///
/// It judges the actor, never the token acted upon: an expired token can be listed and revoked.
package enum ActorValidity {
    /// The code of the deny; `nil` when the actor is valid.
    static func fault(_ request: ResolvedRequest) -> String? {
        let directory = request.directory
        if directory.isRolledBack { return rolledBack }
        switch request.subject {
        case .external: return request.tenant < 0 ? nil : fault(tenant: request.tenant, directory)
        case .token: return fault(request.tokens.subject, request)
        case .actor:
            guard request.hasActor else { return "actor_unknown" }
            if case .none = request.tokens.actor { return request.actor.flatMap { fault(assignment: $0, directory) } }
            return fault(request.tokens.actor, request)
        }
    }

    /// The same for an `access` by a listed token, by its number.
    @inline(__always) static func fault(token number: Int, _ directory: Directory, _ now: Instant) -> String? {
        directory.isRolledBack
            ? rolledBack : fault(unsafe TokenState(directory.tokenPlaces[number]), directory, now)
    }

    /// A store that was rolled back may hold outdated data, so it denies everything.
    private static let rolledBack = "store_rolled_back"

    /// The code with which every request of a token is denied; `nil` when the token is live.
    package static func fault(_ token: Token, in directory: Directory, now: Instant) -> String? {
        directory.isRolledBack
            ? rolledBack
            : fault(
                unsafe withUnsafePointer(to: token) { unsafe TokenState($0) }, directory, now)
    }

    /// The code with which every request of every token of an assignment is denied; `nil` when they can be used.
    package static func fault(assignment: Int, in directory: Directory) -> String? {
        directory.isRolledBack ? rolledBack : fault(assignment: assignment, directory)
    }

    private static func fault(_ reference: ResolvedRequest.TokenReference, _ request: ResolvedRequest) -> String? {
        let state: TokenState
        switch reference {
        case .none: return "token_unknown"
        case .listed(let number): state = unsafe TokenState(request.directory.tokenPlaces[number])
        case .own(let token): state = unsafe withUnsafePointer(to: token) { unsafe TokenState($0) }
        }
        return state.tenant != request.tenant ? "tenant_mismatch" : fault(state, request.directory, request.now)
    }

    private static func fault(_ token: TokenState, _ directory: Directory, _ now: Instant) -> String? {
        let validity = directory.assignments[token.assignment].validity.rawValue
        if token.isTampered || validity == Assignment.Validity.tenantTampered.rawValue { return "token_tampered" }
        if token.isRevoked { return "token_revoked" }
        if now.microseconds >= token.expires.microseconds { return "token_expired" }
        if token.isSuspended { return "token_suspended" }
        return validity == 0 ? nil : fault(assignment: token.assignment, directory)
    }

    private static func fault(assignment index: Int, _ directory: Directory) -> String? {
        code(directory.assignments[index].validity)
    }

    private static func code(_ validity: Assignment.Validity) -> String? {
        switch validity {
        case .valid: nil
        case .tenantTampered: "tenant_tampered"
        case .tenantInactive: "tenant_inactive"
        case .userInactive: "user_inactive"
        case .removed: "assignment_gone"
        case .departmentInactive: "department_inactive"
        }
    }

    private static func fault(tenant: Int, _ directory: Directory) -> String? {
        if directory.tenants[tenant].isTampered { return "tenant_tampered" }
        return directory.tenants[tenant].isActive ? nil : "tenant_inactive"
    }
}

/// The parts of a token that the check reads. Copying its strings would count references for every request.
private struct TokenState {
    let tenant: Int
    let assignment: Int
    let expires: Instant
    let isTampered: Bool
    let isRevoked: Bool
    let isSuspended: Bool

    @unsafe init(_ token: UnsafePointer<Token>) {
        tenant = unsafe token.pointee.tenant
        assignment = unsafe token.pointee.assignment
        expires = unsafe token.pointee.expires
        isTampered = unsafe token.pointee.isTampered
        isRevoked = unsafe token.pointee.revoked != nil
        isSuspended = unsafe token.pointee.suspended != nil
    }
}
