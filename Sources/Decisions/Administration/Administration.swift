package import Model
package import Policies
package import Tokens

/// Administers tokens: each act is authorized inside the transaction that performs it, and refusals are logged.
///
/// For one thread.
package final class Administration {
    /// The caller's answer to the advice that came with a permit.
    package enum Response: Sendable {
        case go
        /// Decide again, with the suggested last day.
        case lastDay(Date)
        /// Nothing is saved, for a reason in words.
        case stop(String)
    }

    package let store: TokenService
    private let policies: PolicySet
    package let actor: AuthorizationRequest.Actor
    /// The actor's tenant, beyond which it sees nothing; `nil` for the operator.
    private let home: ExactName?
    /// The actor, the time and the reason of the acts; what policies advised about the last of them.
    package internal(set) var context: AuditContext
    /// Decides on every snapshot; made when the first decision is asked for.
    private var authorizer: Authorizer?
    /// The directory without tokens, as of a version of the store.
    private var last: (version: DirectoryVersion, directory: Directory)?

    /// - Parameter actor: the administrator; `context` names the same one for the log.
    /// - Parameter home: the actor's tenant. Ids of users are unique within a tenant only: a namesake elsewhere is
    ///   somebody else. `nil` for the operator.
    /// - Parameter directory: the directory without tokens, with the version of the store as of before it was read;
    ///   `nil` to read it when it is first needed.
    package init(
        store: TokenService, policies: PolicySet, actor: AuthorizationRequest.Actor,
        home: ExactName? = nil, context: AuditContext,
        directory: (version: DirectoryVersion, directory: Directory)? = nil
    ) {
        last = directory
        self.store = store
        self.policies = policies
        self.actor = actor
        self.home = home
        self.context = context
        self.context.policyVersion = policies.version
    }

    /// States the reason and the time of the acts that follow.
    package func state(reason: String, at now: Instant) { (context.reason, context.now) = (reason, now) }

    /// The authorizer for the current directory and this actor. The directory is read again when it has changed; of
    /// the tokens, only the one through which the actor acts is read.
    package func current() throws(AdministrationError) -> AdministrativeAuthorizer {
        let version = try stored { () throws(TokenStoreError) in try store.directoryVersion }
        var directory: Directory
        if let last, last.version == version {
            directory = last.directory
        } else {
            directory = try read()
            last = (version, directory)
        }
        if case .token(let text) = actor, let id = TokenID(text),
            let own = try stored({ () throws(TokenStoreError) in try store.details(id) })
        {
            // A token's state can change without a new version of the directory.
            guard let amended = directory.amended([(own.tenant, own.token)]) else {
                throw AdministrationError(.store, "the token `\(id)` does not belong to the directory of its tenant")
            }
            directory = amended
        }
        return AdministrativeAuthorizer(try sharedAuthorizer(), on: directory, actor, home: home, context)
    }

    private func read() throws(AdministrationError) -> Directory {
        let organisation = try stored { () throws(TokenStoreError) in try store.organisation(.none) }
        do throws(OrganisationError) { return try Directory(organisation) } catch {
            throw AdministrationError(.store, "\(error.path): \(error.message)")
        }
    }

    private func sharedAuthorizer() throws(AdministrationError) -> Authorizer {
        if let authorizer { return authorizer }
        do throws(PolicyError) {
            let made = try Authorizer(policies: policies)
            authorizer = made
            return made
        } catch { throw AdministrationError(.request, error.message) }
    }

    // MARK: Acts

    /// Creates a token if the policies permit it.
    /// - Parameters:
    ///   - advised: called with the policies' advice before anything is saved.
    ///   - isConfirmed: called with the token as it would be saved; false stops.
    package func create(
        _ draft: TokenDraft, advised: (Decision) -> Response, isConfirmed: (TokenDraft) -> Bool = { _ in true }
    ) throws(AdministrationError) -> (TokenDetails, TokenString) {
        var draft = draft
        let ask = { (authorizer: AdministrativeAuthorizer, expires: Instant?) throws(AdministrationError) -> Decision in
            try self.decide(authorizer, draft, expires)
        }
        draft.expires = try settle(.issue, [], tenant: draft.tenant, draft.expires, advised, ask) ?? draft.expires
        try require(isConfirmed(draft))
        return try transact(.issue, tenant: draft.tenant, []) { authorizer throws(AdministrationError) in
            try permitted(.issue, [], try ask(authorizer, draft.expires))
        } body: { () throws(TokenStoreError) in
            try store.create(draft, context)
        }
    }

    func decide(
        _ authorizer: AdministrativeAuthorizer, _ draft: TokenDraft, _ expires: Instant?
    ) throws(AdministrationError) -> Decision {
        var proposed = ProposedToken(draft, created: context.now)
        proposed.expires = expires
        return try authorizer.decide(.issue, tenant: draft.tenant, proposed: proposed)
    }

    /// The last day that the policies suggest for a new token, whatever the draft's expiry; `nil` when they suggest none.
    ///
    /// It is their advice on a token that never expires. Nothing is logged.
    package func suggestedLastDay(_ draft: TokenDraft) throws(AdministrationError) -> Date? {
        let latest = Instant("9999-12-31T00:00:00Z")
        return try decide(try current(), draft, latest).suggestedLastDay
    }

    /// Decides about an act on tokens, then performs it on all of them or on none.
    /// - Parameter advised: called with the policies' advice about each token before anything is done; `nil` to do
    ///   without advice.
    /// - Parameter check: a further condition, in the same transaction.
    package func perform<Result>(
        _ kind: DecisionKind, _ ids: [TokenID], advised: ((Decision) -> Response)? = nil,
        check: (AdministrativeAuthorizer) throws(AdministrationError) -> Void = { _ in },
        _ body: (TokenService, AuditContext) throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        (context.advice, context.isAdviceTaken) = ([], false)
        if let advised { try hear(kind, ids, advised) }
        return try transact(kind, tenant: nil, ids) { authorizer throws(AdministrationError) in
            try require(kind, ids, authorizer)
            try check(authorizer)
        } body: { () throws(TokenStoreError) in
            try body(store, context)
        }
    }

    /// Passes on the advice about an act on tokens. Whether the act is permitted is decided later, in its transaction.
    private func hear(
        _ kind: DecisionKind, _ ids: [TokenID], _ advised: (Decision) -> Response
    ) throws(AdministrationError) {
        let authorizer = try current()
        let isVisible = { (details: TokenDetails) in authorizer.visibility(tenant: details.tenant)(details.token) }
        for id in ids {
            guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }), isVisible(details)
            else { continue }
            let decision = try authorizer.decide(kind, tenant: details.tenant, token: details.token)
            guard decision.isPermitted, !decision.advice.isEmpty else { continue }
            note(decision.advice)
            if case .stop(let reason) = advised(decision) { throw AdministrationError(.stopped, reason) }
        }
    }

    /// Reassigns a token to another user: it issues a new token and revokes the old one, and decides about both.
    /// - Parameters:
    ///   - advised: called with the policies' advice before anything is saved.
    ///   - isConfirmed: called with the new token as it would be saved; false stops.
    package func reassign(
        _ id: TokenID, assignment: ExactName, overlap: Duration?, advised: (Decision) -> Response,
        isConfirmed: (TokenDraft) -> Bool = { _ in true }
    ) throws(AdministrationError) -> (TokenDetails, TokenString) {
        let old = try visible(.revoke, id, try current())
        var draft = TokenDraft(
            tenant: old.tenant, kind: old.token.kind, name: old.token.name, assignment: assignment,
            expires: old.token.expires, description: old.token.description, contact: old.token.contact,
            ceiling: old.token.ceiling)
        let ask = { (authorizer: AdministrativeAuthorizer, expires: Instant?) throws(AdministrationError) -> Decision in
            try self.decide(authorizer, draft, expires)
        }
        let expires = try settle(.issue, [id], tenant: old.tenant, old.token.expires, advised, ask)
        draft.expires = expires ?? draft.expires
        try require(isConfirmed(draft))
        return try transact(.issue, tenant: old.tenant, [id]) { authorizer throws(AdministrationError) in
            try require(.revoke, [id], authorizer)
            try permitted(.issue, [id], try ask(authorizer, expires))
        } body: { () throws(TokenStoreError) in
            try store.reassign(id, assignment: assignment, expires: expires, overlap: overlap, context)
        }
    }

    // MARK: Asking

    /// - Throws: `.unknown` for a token that does not exist or may not be seen, `.denied` for one that may be seen.
    package func require(_ kind: DecisionKind, _ ids: [TokenID]) throws(AdministrationError) {
        do throws(AdministrationError) { try require(kind, ids, try current()) } catch {
            throw noted(error, kind, ids, tenant: nil)
        }
    }

    func require(_ kind: DecisionKind, _ ids: [TokenID], _ authorizer: AdministrativeAuthorizer)
        throws(AdministrationError)
    {
        var checks: [ExactName: (sees: (TokenRecord) -> Bool, may: (TokenRecord) -> Bool)] = [:]
        for id in ids {
            guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }) else {
                throw unknown(id)
            }
            // Stored once per tenant: taking a closure out of the dictionary and putting it back wraps it anew each
            // time.
            if checks[details.tenant] == nil {
                checks[details.tenant] = (
                    authorizer.visibility(tenant: details.tenant), authorizer.permission(kind, tenant: details.tenant)
                )
            }
            let check = checks[details.tenant]!
            guard check.sees(details.token) else { throw unknown(id) }
            // An amendment is decided with the proposed changes, so the shortcut is not for it.
            if !kind.hasProposal, check.may(details.token) { continue }
            let decision = try authorizer.decide(kind, tenant: details.tenant, token: details.token)
            try permitted(kind, [id], decision, among: ids.count)
        }
    }

    func visible(_ kind: DecisionKind, _ id: TokenID, _ authorizer: AdministrativeAuthorizer)
        throws(AdministrationError) -> TokenDetails
    {
        guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }),
            kind == .derive && isActing(id) || authorizer.visibility(tenant: details.tenant)(details.token)
        else {
            let error = unknown(id)
            throw noted(error, kind, [id], tenant: nil)
        }
        return details
    }

    private func unknown(_ id: TokenID) -> AdministrationError {
        AdministrationError(.unknown, "there is no token `\(id)`; nothing is changed", token: id)
    }

    func permitted(
        _ kind: DecisionKind, _ ids: [TokenID], _ decision: Decision, among count: Int = 1
    ) throws(AdministrationError) {
        guard !decision.isPermitted else { return }
        let what = ids.first.map { "`\(kind.rawValue)` of the token `\($0)`" } ?? "`\(kind.rawValue)`"
        let rest = count > 1 ? "; none of the \(count) tokens is changed" : ""
        throw AdministrationError(.denied, "\(what) is denied\(rest)", token: ids.first, decision: decision)
    }

    /// Decides until the policies permit an expiry that the caller accepts. Nothing is locked meanwhile.
    func settle(
        _ kind: DecisionKind, _ ids: [TokenID], tenant: ExactName, _ expires: Instant?,
        _ advised: (Decision) -> Response,
        _ ask: (AdministrativeAuthorizer, Instant?) throws(AdministrationError) -> Decision
    ) throws(AdministrationError) -> Instant? {
        let authorizer = try current()
        var expires = expires
        (context.advice, context.isAdviceTaken) = ([], false)
        // A suggestion is taken once: advice about a suggested day is not followed again.
        for _ in 0..<2 {
            let decision = try ask(authorizer, expires)
            do throws(AdministrationError) { try permitted(kind, ids, decision) } catch {
                throw noted(error, kind, ids, tenant: tenant)
            }
            if decision.advice.isEmpty { return expires }
            note(decision.advice)
            switch advised(decision) {
            case .go: return expires
            case .stop(let reason): throw AdministrationError(.stopped, reason)
            case .lastDay(let day):
                guard let next = day.adding(Period(days: 1)), let index = authorizer.directory.tenant(tenant) else {
                    throw AdministrationError(.request, "the suggested last day is too late")
                }
                expires = authorizer.directory.tenants[index].zone.start(of: next)
                context.isAdviceTaken = true
            }
        }
        return expires
    }

    /// Notes what the actor is advised, for the log.
    func note(_ advice: [PolicyStatement]) {
        for statement in advice {
            let given = AuditContext.Advice(policy: statement.policy, text: statement.text, details: statement.details)
            if !context.advice.contains(given) { context.advice.append(given) }
        }
    }

    func require(_ isConfirmed: Bool) throws(AdministrationError) {
        guard isConfirmed else { throw AdministrationError(.stopped, "stopped; nothing is changed") }
    }

    // MARK: Doing

    /// Decides and acts in one transaction, so the data of the decision cannot change before the act.
    func transact<Result>(
        _ kind: DecisionKind, tenant: ExactName?, _ ids: [TokenID],
        check: (AdministrativeAuthorizer) throws(AdministrationError) -> Void,
        body: () throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        var refusal: AdministrationError?
        let result: Result?
        do throws(AdministrationError) {
            result = try stored { () throws(TokenStoreError) in
                try store.write(context) { () throws(TokenStoreError) -> Result? in
                    do throws(AdministrationError) { try check(try current()) } catch {
                        refusal = error
                        return nil
                    }
                    return try body()
                }
            }
        } catch {
            throw noted(error, kind, ids, tenant: tenant)
        }
        if let refusal {
            throw noted(refusal, kind, ids, tenant: tenant)
        }
        return result!
    }

    /// The refusal, once it is logged. Where the log cannot be written, the act is refused all the same, and the message
    /// tells both.
    func noted(
        _ error: AdministrationError, _ kind: DecisionKind, _ ids: [TokenID], tenant: ExactName?
    ) -> AdministrationError {
        let original = error
        let code: ExactName
        switch error.code {
        case .denied: code = error.decision?.policyCode ?? error.decision.map { ExactName($0.code) } ?? "denied"
        case .unknown: code = "token_unknown"
        case .request, .stopped: return error
        case .store:
            // Only refusals caused by the token are logged. A store that fails cannot log anything.
            guard let stored = error.store, [.state, .unrevealable, .tampered, .duplicate, .stale].contains(stored)
            else { return error }
            code = "token_\(stored.rawValue)"
        }
        let named = error.token.map { [$0] } ?? ids
        do throws(TokenStoreError) {
            try store.refused(kind.rawValue, named, tenant: tenant, code: code.text, context)
            return error
        } catch {
            return AdministrationError(
                original.code, "\(original.message); the refusal is not logged: \(error.message)",
                token: original.token,
                decision: original.decision, store: original.store)
        }
    }

    func stored<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        do { return try body() } catch { throw AdministrationError(.store, error.message, store: error.code) }
    }
}
