package import Model
internal import Policies
internal import Tokens

/// Where administrative questions are asked: a snapshot of the directory, the policies, and who administers.
///
/// Tokens are not in the snapshot: each is brought along. For one thread.
package final class AdministrativeAuthorizer {
    package let directory: Directory
    private let authorizer: Authorizer
    private let actor: AuthorizationRequest.Actor
    private let context: AuditContext

    init(
        _ organisation: Organisation, _ policies: PolicySet, _ actor: AuthorizationRequest.Actor,
        _ context: AuditContext
    )
        throws(AdministrationError)
    {
        do {
            directory = try Directory(organisation)
            authorizer = try Authorizer(policies: policies, directory: directory)
        } catch let error as OrganisationError {
            throw AdministrationError(.store, "\(error.path): \(error.message)")
        } catch let error as PolicyError {
            throw AdministrationError(.request, error.message)
        } catch { throw AdministrationError(.store, "\(error)") }
        self.actor = actor
        self.context = context
    }

    /// What an act fulfils whenever it is done: it is logged, with the reason that was stated.
    private var obligations: AuthorizationRequest.Obligations {
        .named(context.reason == nil ? ["log"] : ["log", "reason"])
    }

    private func question(
        _ kind: DecisionKind, tenant: ExactName, _ token: TokenRecord?, _ proposed: ProposedToken?
    ) -> AuthorizationRequest {
        var question = AuthorizationRequest(
            kind: kind, action: ExactName(kind.rawValue), subject: .actor, actor: actor, tenant: tenant,
            proposed: kind == .issue || kind == .amend ? proposed ?? ProposedToken() : nil, now: context.now,
            obligations: obligations)
        question.record = token
        return question
    }

    func decide(
        _ kind: DecisionKind, tenant: ExactName, token: TokenRecord? = nil, proposed: ProposedToken? = nil
    ) throws(AdministrationError) -> Decision {
        do throws(RequestError) {
            return try self.authorizer.decide(question(kind, tenant: tenant, token, proposed))
        } catch { throw AdministrationError(.request, error.message) }
    }

    /// Whether tokens of a tenant may be seen: asked about one after another.
    package func visibility(tenant: ExactName) -> (TokenRecord) -> Bool { permission(.list, tenant: tenant) }

    /// Whether something is permitted with tokens of a tenant, one after another; no reason is given.
    func permission(_ kind: DecisionKind, tenant: ExactName) -> (TokenRecord) -> Bool {
        let number = directory.tenant(tenant)
        var request: ResolvedRequest?
        var isRefused = false
        return { [self] record in
            guard let number, !isRefused,
                let assignment = directory.assignment(record.assignment, tenant: number)
            else { return false }
            if request == nil {
                request = try? self.authorizer.prepared(question(kind, tenant: tenant, record, nil))
                isRefused = request == nil
            }
            guard request != nil else { return false }
            request!.set(.token, .own(Token(record, tenant: number, assignment: assignment)))
            return self.authorizer.permits(&request!, obligations: obligations)
        }
    }
}
