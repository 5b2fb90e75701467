package import Model
package import Policies
package import Tokens

/// Acts on tokens: each is asked at its decision point, in the transaction that does it, and refusals are logged.
///
/// For one thread.
package final class Administration {
    /// What whoever asked wants done about the advice that came with a permit.
    package enum Response: Sendable {
        case go
        /// Ask again, with the last day that is suggested.
        case lastDay(Date)
        case stop
    }

    package let store: SQLiteTokenStore
    private let policies: PolicySet
    private let actor: AuthorizationRequest.Actor
    package let context: AuditContext
    private var last: (version: DirectoryVersion, authorizer: AdministrativeAuthorizer)?

    /// - Parameter actor: who administers; the act names the same for the log.
    package init(store: SQLiteTokenStore, policies: PolicySet, actor: AuthorizationRequest.Actor, context: AuditContext)
    {
        self.store = store
        self.policies = policies
        self.actor = actor
        self.context = context
    }

    /// The directory as it is now, and who asks.
    package func authorizer() throws(AdministrationError) -> AdministrativeAuthorizer {
        let version = try stored { () throws(TokenStoreError) in try store.directoryVersion }
        if let last, last.version == version, !isThroughToken { return last.authorizer }
        var selection = TokenSelection.none
        if case .token(let text) = actor, let id = TokenID(text) { selection = .some([id]) }
        let organisation = try stored { () throws(TokenStoreError) in try store.organisation(selection) }
        let authorizer = try AdministrativeAuthorizer(organisation, policies, actor, context)
        last = (version, authorizer)
        return authorizer
    }

    /// Whether the state of a token counts, which is not the directory's.
    private var isThroughToken: Bool {
        if case .token = actor { return true }
        return false
    }

    // MARK: Acts

    /// Makes a token, once the policies permit it.
    /// - Parameter advised: told what the policies advise, before anything is saved.
    package func create(
        _ draft: TokenDraft, advised: (Decision) -> Response
    ) throws(AdministrationError) -> (TokenDetails, TokenString) {
        var draft = draft
        let ask = { (authorizer: AdministrativeAuthorizer, expires: Instant?) throws(AdministrationError) -> Decision in
            try authorizer.decide(
                .issue, tenant: draft.tenant,
                proposed: ProposedToken(
                    kind: draft.kind, name: draft.name, assignment: draft.assignment, created: self.context.now,
                    expires: expires))
        }
        draft.expires = try settle(.issue, [], tenant: draft.tenant, draft.expires, advised, ask) ?? draft.expires
        return try transact(.issue, tenant: draft.tenant, []) { authorizer throws(AdministrationError) in
            try permitted(.issue, [], try ask(authorizer, draft.expires))
        } body: { () throws(TokenStoreError) in
            try store.create(draft, context)
        }
    }

    /// Changes a token's name, expiry or assignment.
    package func amend(
        _ id: TokenID, _ change: TokenChange, advised: (Decision) -> Response
    ) throws(AdministrationError) -> TokenDetails {
        var change = change
        let known = try visible(.amend, id, try authorizer())
        let ask = { (authorizer: AdministrativeAuthorizer, expires: Instant?) throws(AdministrationError) -> Decision in
            try authorizer.decide(
                .amend, tenant: known.tenant, token: known.token,
                proposed: ProposedToken(name: change.name, assignment: change.assignment, expires: expires))
        }
        change.expires = try settle(.amend, [id], tenant: known.tenant, change.expires, advised, ask)
        return try transact(.amend, tenant: known.tenant, [id]) { authorizer throws(AdministrationError) in
            try permitted(.amend, [id], try ask(authorizer, change.expires))
        } body: { () throws(TokenStoreError) in
            try store.amend(id, change, expecting: known.version, context)
        }
    }

    /// Asks at a point about tokens, and does something with all of them or with none.
    package func perform<Result>(
        _ kind: DecisionKind, _ ids: [TokenID],
        _ body: (SQLiteTokenStore, AuditContext) throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        try transact(kind, tenant: nil, ids) { authorizer throws(AdministrationError) in
            try require(kind, ids, authorizer)
        } body: { () throws(TokenStoreError) in
            try body(store, context)
        }
    }

    /// Makes a token anew for another user: both the new one and the end of the old one are asked about.
    package func replace(
        _ id: TokenID, assignment: ExactName, overlap: Duration?, advised: (Decision) -> Response
    ) throws(AdministrationError) -> (TokenDetails, TokenString) {
        let old = try visible(.revoke, id, try authorizer())
        let ask = { (authorizer: AdministrativeAuthorizer, expires: Instant?) throws(AdministrationError) -> Decision in
            try authorizer.decide(
                .issue, tenant: old.tenant,
                proposed: ProposedToken(
                    kind: old.token.kind, name: old.token.name, assignment: assignment, created: self.context.now,
                    expires: expires))
        }
        let expires = try settle(.issue, [id], tenant: old.tenant, old.token.expires, advised, ask)
        return try transact(.issue, tenant: old.tenant, [id]) { authorizer throws(AdministrationError) in
            try require(.revoke, [id], authorizer)
            try permitted(.issue, [id], try ask(authorizer, expires))
        } body: { () throws(TokenStoreError) in
            try store.replace(id, assignment: assignment, expires: expires, overlap: overlap, context)
        }
    }

    // MARK: Seeing

    /// A page of the tokens that whoever asks may see.
    package func list(_ query: TokenQuery) throws(AdministrationError) -> TokenPage {
        let isVisible = try authorizer().visibility(tenant: query.tenant)
        return try stored { () throws(TokenStoreError) in try store.list(query, where: isVisible) }
    }

    /// Every token of a query that whoever asks may see, by id.
    package func all(_ query: TokenQuery) throws(AdministrationError) -> [TokenDetails] {
        let isVisible = try authorizer().visibility(tenant: query.tenant)
        return try stored { () throws(TokenStoreError) in try store.all(query, where: isVisible) }
    }

    /// A token that whoever asks may see; nothing is logged of it.
    package func visible(_ id: TokenID) throws(AdministrationError) -> TokenDetails? {
        guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }),
            try authorizer().visibility(tenant: details.tenant)(details.token)
        else { return nil }
        return details
    }

    // MARK: Asking

    /// - Throws: `.unknown` for a token that is not there or not to be seen, `.denied` for one that is.
    package func require(_ kind: DecisionKind, _ ids: [TokenID]) throws(AdministrationError) {
        do throws(AdministrationError) { try require(kind, ids, try authorizer()) } catch {
            try note(error, kind, ids, tenant: nil)
            throw error
        }
    }

    private func require(_ kind: DecisionKind, _ ids: [TokenID], _ authorizer: AdministrativeAuthorizer)
        throws(AdministrationError)
    {
        var checks: [ExactName: (sees: (TokenRecord) -> Bool, may: (TokenRecord) -> Bool)] = [:]
        for id in ids {
            guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }) else {
                throw unknown(id)
            }
            // Kept once: a function that is taken out and put back is wrapped anew each time.
            if checks[details.tenant] == nil {
                checks[details.tenant] = (
                    authorizer.visibility(tenant: details.tenant), authorizer.permission(kind, tenant: details.tenant)
                )
            }
            let check = checks[details.tenant]!
            guard check.sees(details.token) else { throw unknown(id) }
            // An amendment is asked about with what is proposed; one that proposes nothing keeps all as it is.
            if kind != .amend, check.may(details.token) { continue }
            let decision = try authorizer.decide(kind, tenant: details.tenant, token: details.token)
            try permitted(kind, [id], decision, among: ids.count)
        }
    }

    private func visible(_ kind: DecisionKind, _ id: TokenID, _ authorizer: AdministrativeAuthorizer)
        throws(AdministrationError) -> TokenDetails
    {
        guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }),
            authorizer.visibility(tenant: details.tenant)(details.token)
        else {
            let error = unknown(id)
            try note(error, kind, [id], tenant: nil)
            throw error
        }
        return details
    }

    private func unknown(_ id: TokenID) -> AdministrationError {
        AdministrationError(.unknown, "there is no token `\(id)`; nothing is changed", token: id)
    }

    private func permitted(
        _ kind: DecisionKind, _ ids: [TokenID], _ decision: Decision, among count: Int = 1
    ) throws(AdministrationError) {
        guard !decision.isPermitted else { return }
        let what = ids.first.map { "`\(kind.rawValue)` of the token `\($0)`" } ?? "`\(kind.rawValue)`"
        let rest = count > 1 ? "; of \(count) tokens none is changed" : ""
        throw AdministrationError(.denied, "\(what) is denied\(rest)", token: ids.first, decision: decision)
    }

    /// Asks until the policies permit an expiry that whoever asked wants to keep; nothing is locked meanwhile.
    private func settle(
        _ kind: DecisionKind, _ ids: [TokenID], tenant: ExactName, _ expires: Instant?,
        _ advised: (Decision) -> Response,
        _ ask: (AdministrativeAuthorizer, Instant?) throws(AdministrationError) -> Decision
    ) throws(AdministrationError) -> Instant? {
        let authorizer = try authorizer()
        var expires = expires
        // A suggestion is taken once; what a policy advises about its own suggestion is not.
        for _ in 0..<2 {
            let decision = try ask(authorizer, expires)
            do throws(AdministrationError) { try permitted(kind, ids, decision) } catch {
                try note(error, kind, ids, tenant: tenant)
                throw error
            }
            if decision.advice.isEmpty { return expires }
            switch advised(decision) {
            case .go: return expires
            case .stop: throw AdministrationError(.stopped, "nothing is changed")
            case .lastDay(let day):
                guard let next = day.adding(Period(days: 1)), let index = authorizer.directory.tenant(tenant) else {
                    throw AdministrationError(.request, "the suggested last day is too late")
                }
                expires = authorizer.directory.tenants[index].zone.start(of: next)
            }
        }
        return expires
    }

    // MARK: Doing

    /// Asks and does in one transaction: what was decided on cannot have changed when it is done.
    private func transact<Result>(
        _ kind: DecisionKind, tenant: ExactName?, _ ids: [TokenID],
        check: (AdministrativeAuthorizer) throws(AdministrationError) -> Void,
        body: () throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        var refusal: AdministrationError?
        let result: Result?
        do throws(AdministrationError) {
            result = try stored { () throws(TokenStoreError) in
                try store.write(context) { () throws(TokenStoreError) -> Result? in
                    do throws(AdministrationError) { try check(try authorizer()) } catch {
                        refusal = error
                        return nil
                    }
                    return try body()
                }
            }
        } catch {
            try note(error, kind, ids, tenant: tenant)
            throw error
        }
        if let refusal {
            try note(refusal, kind, ids, tenant: tenant)
            throw refusal
        }
        return result!
    }

    /// Logs a refusal.
    private func note(
        _ error: AdministrationError, _ kind: DecisionKind, _ ids: [TokenID], tenant: ExactName?
    ) throws(AdministrationError) {
        let code: ExactName
        switch error.code {
        case .denied: code = error.decision?.policyCode ?? error.decision.map { ExactName($0.code) } ?? "denied"
        case .unknown: code = "token_unknown"
        case .request, .stopped: return
        case .store:
            // What the token is stands against it. Of a store that fails nothing can be logged.
            guard let stored = error.store, [.state, .unrevealable, .tampered, .duplicate, .stale].contains(stored)
            else { return }
            code = "token_\(stored.rawValue)"
        }
        let named = error.token.map { [$0] } ?? ids
        try stored { () throws(TokenStoreError) in
            try store.refused(kind.rawValue, named, tenant: tenant, code: code.text, context)
        }
    }

    private func stored<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        do { return try body() } catch { throw AdministrationError(.store, error.message, store: error.code) }
    }
}
