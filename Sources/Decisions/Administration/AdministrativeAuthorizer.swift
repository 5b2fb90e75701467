internal import Engine
package import Model
internal import Tokens

/// The authorizer of administrative requests: a snapshot of the directory, the policies, and the administrator.
///
/// The snapshot holds no token but the administrator's: each request brings the one it is about. For one thread.
package final class AdministrativeAuthorizer {
    package let directory: Directory
    private let authorizer: Authorizer
    private let actor: AuthorizationRequest.Actor
    /// The actor's tenant; `nil` for the operator.
    private let home: ExactName?
    private let context: AuditContext

    /// - Parameter authorizer: decides on this snapshot as on any other.
    init(
        _ authorizer: Authorizer, on directory: Directory, _ actor: AuthorizationRequest.Actor, home: ExactName?,
        _ context: AuditContext
    ) {
        self.authorizer = authorizer
        self.directory = directory
        self.actor = actor
        self.home = home
        self.context = context
    }

    /// The code with which every act of the actor on a tenant's token is denied; `nil` for an actor who may act.
    func fault(tenant: ExactName, token: TokenRecord) throws(AdministrationError) -> String? {
        do throws(RequestError) {
            guard let request = try authorizer.request(question(.list, tenant: tenant, token, nil), on: directory)
            else {
                return "actor_unknown"
            }
            return ActorValidity.fault(request)
        } catch { throw AdministrationError(.request, error.message) }
    }

    /// The same for another actor, of a tenant, and for the reason that this one gave.
    func acting(
        _ other: AuditContext.Actor, home tenant: ExactName, reason: String?
    ) -> AdministrativeAuthorizer {
        var context = context
        context.reason = reason
        return switch other {
        case .operator: AdministrativeAuthorizer(authorizer, on: directory, .operator, home: nil, context)
        case .user(let id, let assignment):
            AdministrativeAuthorizer(
                authorizer, on: directory, .user(id: id, assignment: assignment), home: tenant, context)
        // As the user of the token, which may be gone by now.
        case .token(_, let user, let assignment):
            AdministrativeAuthorizer(
                authorizer, on: directory, .user(id: user, assignment: assignment), home: tenant, context)
        }
    }

    /// The obligations that every act fulfils: it is logged, with the given reason.
    private var obligations: AuthorizationRequest.Obligations {
        .named(context.reason == nil ? ["log"] : ["log", "reason"])
    }

    private func question(
        _ kind: DecisionKind, tenant: ExactName, _ token: TokenRecord?, _ proposed: ProposedToken?
    ) -> AuthorizationRequest {
        var question = AuthorizationRequest(
            kind: kind, action: ExactName(kind.rawValue), subject: .actor, actor: actor, tenant: tenant,
            proposed: kind.hasProposal ? proposed ?? ProposedToken() : nil, now: context.now,
            obligations: obligations)
        question.record = token
        return question
    }

    func decide(
        _ kind: DecisionKind, tenant: ExactName, token: TokenRecord? = nil, proposed: ProposedToken? = nil
    ) throws(AdministrationError) -> Decision {
        do throws(RequestError) {
            return try authorizer.decide(question(kind, tenant: tenant, token, proposed), on: directory)
        } catch { throw AdministrationError(.request, error.message) }
    }

    /// A predicate for the tokens of a tenant that the actor may see.
    package func visibility(tenant: ExactName) -> (TokenRecord) -> Bool { permission(.list, tenant: tenant) }

    /// A predicate for the tokens of a tenant on which the actor may perform an act. It gives no reasons.
    func permission(_ kind: DecisionKind, tenant: ExactName) -> (TokenRecord) -> Bool {
        let number = home == nil || home == tenant ? directory.tenant(tenant) : nil
        var request: ResolvedRequest?
        var isRefused = false
        return { [self] record in
            guard let number, !isRefused,
                let assignment = directory.assignment(record.assignment, tenant: number)
            else { return false }
            if request == nil {
                request = try? authorizer.prepared(question(kind, tenant: tenant, record, nil), on: directory)
                isRefused = request == nil
            }
            guard request != nil else { return false }
            request!.set(.token, .own(Token(record, tenant: number, assignment: assignment)))
            return authorizer.permits(&request!, obligations: obligations)
        }
    }
}
