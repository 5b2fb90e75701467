package import Model
package import Tokens

/// Requests for acts that were denied.
///
/// Who approves and refuses is decided as `token.approve`, about the token as it would be. An approval is no permit: the act
/// is decided again for whoever approves, when that happens and when it is carried out. Nobody approves their own request.
extension Administration {
    /// Files a request for an act that was denied.
    /// - Throws: `.denied` for an actor who could not fetch what is asked for, `.store` for an act that the store would
    ///   refuse, whoever approves it: a name that is taken, a ceiling that is wider than its combination.
    package func file(
        _ wish: AccessRequest.Wish, _ denial: AccessRequest.Denial, of tenant: ExactName
    ) throws(AdministrationError) -> AccessRequest {
        try requireAsking()
        try rehearse(wish)
        return try stored { () throws(TokenStoreError) in try store.file(wish, denial, of: tenant, context) }
    }

    /// Requires that the store would carry out an act.
    private func rehearse(_ wish: AccessRequest.Wish) throws(AdministrationError) {
        do throws(TokenStoreError) {
            try store.rehearse(context) { () throws(TokenStoreError) in
                switch wish {
                case .issue(let draft): _ = try store.create(draft, context)
                case .amend(let id, let version, let change):
                    _ = try store.amend(id, change, expecting: version, context)
                }
            }
        } catch {
            // What the store says may be about tokens and people of which the actor knows nothing.
            let isForEverybody: Bool
            if case .operator = actor { isForEverybody = true } else { isForEverybody = error.code == .name }
            throw AdministrationError(
                .store,
                isForEverybody
                    ? error.message
                    : "the store would refuse it, whoever approves: the name may be taken, the ceiling wider than the "
                        + "combination, or the token changed; nothing is changed", store: error.code)
        }
    }

    /// Requires that the one who acts could be given a token: not through a token that is limited in when, where or how
    /// often it acts, or that was derived to end soon.
    private func requireAsking() throws(AdministrationError) {
        guard case .token(let text) = actor, let id = TokenID(text),
            let own = try stored({ () throws(TokenStoreError) in try store.details(id) })?.token
        else { return }
        let limits = (own.ceiling?.parts ?? []).filter { $0 != .permissions && $0 != .departments }
        guard limits.isEmpty, own.parent == nil, own.kind == .api else {
            throw AdministrationError(
                .denied,
                "a token that was derived, belongs to a login, or is limited in networks, hours, uses or purpose asks for no "
                    + "other; nothing is changed", token: id)
        }
    }

    /// The requests of a tenant that the actor made, or whose token the actor may see; the oldest first.
    package func requests(of tenant: ExactName) throws(AdministrationError) -> [AccessRequest] {
        let authorizer = try current()
        let sees = authorizer.visibility(tenant: tenant)
        var seen: [AccessRequest] = []
        for request in try stored({ () throws(TokenStoreError) in try store.requests(of: tenant) })
        where try isVisible(request, authorizer, sees) {
            seen.append(request)
        }
        return seen
    }

    private func isVisible(
        _ request: AccessRequest, _ authorizer: AdministrativeAuthorizer, _ sees: (TokenRecord) -> Bool
    ) throws(AdministrationError) -> Bool {
        if case .operator = actor { return true }
        let present = try known(request)
        if isRequester(of: request) {
            return try authorizer.fault(tenant: request.tenant, token: asked(request, onto: present)) == nil
        }
        return present.map { sees($0.token) } ?? true && sees(asked(request, onto: present))
    }

    /// True when a request was made in the way in which the actor acts: as the same user, or through the same token.
    private func isRequester(of request: AccessRequest) -> Bool {
        switch (request.filed.actor, context.actor) {
        case (.operator, .operator): true
        case (.user(let one, _), .user(let other, _)): one == other
        case (.token(let one, _, _), .token(let other, _, _)): one == other
        default: false
        }
    }

    /// Requires that the actor made a request, and may still act.
    private func requireRequester(
        of request: AccessRequest, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) {
        guard isRequester(of: request) else {
            throw AdministrationError(
                .denied, "only its requester may do this, in the way in which it was filed; nothing is changed")
        }
        let record = asked(request, onto: try known(request))
        if let fault = try authorizer.fault(tenant: request.tenant, token: record) {
            throw AdministrationError(.denied, "denied: \(fault); nothing is changed")
        }
    }

    /// The token that a request would change; `nil` for a new one, and for one that is gone.
    private func known(_ request: AccessRequest) throws(AdministrationError) -> TokenDetails? {
        guard case .amend(let id, _, _) = request.wish else { return nil }
        return try stored { () throws(TokenStoreError) in try store.details(id) }
    }

    /// A token as it would be.
    private func asked(_ request: AccessRequest, onto present: TokenDetails?) -> TokenRecord {
        switch request.wish {
        case .issue(let draft):
            return TokenRecord(
                id: .unassigned, kind: draft.kind, name: draft.name, assignment: draft.assignment, created: context.now,
                expires: draft.expires, description: draft.description, contact: draft.contact, ceiling: draft.ceiling)
        case .amend(let id, _, let change):
            let gone = TokenRecord(
                id: id, kind: .api, name: "", assignment: "", created: context.now, expires: context.now)
            return (present?.token ?? gone).changed(by: change)
        }
    }

    // MARK: Answering

    /// Approves a request. A change of a token is carried out at once; a token is made when the requester fetches it.
    /// - Parameter advised: called with the policies' advice about the act before anything is done.
    /// - Throws: `.denied` for the requester's own request, and where the actor may not approve it or may not do it.
    package func approve(
        _ request: AccessRequest, advised: (Decision) -> Response
    ) throws(AdministrationError) -> AccessRequest {
        context.request = request.id
        defer { context.request = nil }
        (context.advice, context.isAdviceTaken) = ([], false)
        let permit: Decision
        do throws(AdministrationError) {
            permit = try permitApproval(of: request, try current())
            try rehearse(request.wish)
        } catch {
            throw noted(error, .approve, ids(request), tenant: request.tenant)
        }
        note(permit.advice)
        if !permit.advice.isEmpty, case .stop(let reason) = advised(permit) {
            throw AdministrationError(.stopped, reason)
        }
        return try answering(request) { authorizer throws(AdministrationError) in
            _ = try permitApproval(of: request, authorizer)
        } body: { () throws(TokenStoreError) in
            let approved = try store.answer(request, .approve, context)
            guard case .amend(let id, let version, let change) = request.wish else { return approved }
            _ = try store.amend(id, change, expecting: version, context)
            return try store.complete(approved, context)
        }
    }

    /// Refuses a request.
    /// - Throws: `.denied` where the actor may not approve it either.
    package func refuse(_ request: AccessRequest) throws(AdministrationError) -> AccessRequest {
        try answering(request) { authorizer throws(AdministrationError) in
            try requireApproval(of: request, authorizer)
        } body: { () throws(TokenStoreError) in
            try store.answer(request, .refuse, context)
        }
    }

    /// Takes a request back.
    /// - Throws: `.denied` for anybody but its requester and the operator.
    package func cancel(_ request: AccessRequest) throws(AdministrationError) -> AccessRequest {
        try answering(request) { authorizer throws(AdministrationError) in
            if case .operator = actor { return }
            try requireRequester(of: request, authorizer)
        } body: { () throws(TokenStoreError) in
            try store.answer(request, .cancel, context)
        }
    }

    /// Makes the token of an approved request. It is decided again for whoever approved it.
    /// - Throws: `.denied` for anybody but the requester, and where the approver may not do it any more.
    package func fetch(
        _ request: AccessRequest
    ) throws(AdministrationError) -> (request: AccessRequest, details: TokenDetails, string: TokenString) {
        context.request = request.id
        defer { context.request = nil }
        return try answering(request, as: .issue) { authorizer throws(AdministrationError) in
            try requireRequester(of: request, authorizer)
            try requireAsking()
            // As the log has it now, and not as it was when it was found.
            let present = try stored { () throws(TokenStoreError) in
                let present = try store.current(request)
                try store.require(.approved, present, context)
                return present
            }
            guard let answer = present.answer else { preconditionFailure("somebody answered an approved request") }
            do throws(AdministrationError) {
                _ = try decideAct(
                    request, authorizer.acting(answer.actor, home: request.tenant, reason: answer.reason))
            } catch {
                guard error.code == .denied else { throw error }
                // The reasons are about somebody else than who reads this.
                throw AdministrationError(
                    .denied,
                    "whoever approved the request may not do it any more, so nothing is made: `demilune request cancel` takes "
                        + "it back, and then ask again")
            }
        } body: { () throws(TokenStoreError) in
            guard case .issue(let draft) = request.wish else {
                throw TokenStoreError(.state, "the request `\(request.id)` is for no new token; nothing is changed")
            }
            // Completed first: only an approved request gets any further.
            let completed = try store.complete(request, context)
            do throws(TokenStoreError) {
                let (details, string) = try store.create(draft, context)
                return (completed, details, string)
            } catch {
                guard error.code == .duplicate else { throw error }
                throw TokenStoreError(
                    .duplicate,
                    "another live token has the name `\(draft.name)` by now: cancel the request, and ask again")
            }
        }
    }

    private func answering<Result>(
        _ request: AccessRequest, as kind: DecisionKind = .approve,
        check: (AdministrativeAuthorizer) throws(AdministrationError) -> Void,
        body: () throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        try transact(kind, tenant: request.tenant, ids(request), check: check, body: body)
    }

    private func ids(_ request: AccessRequest) -> [TokenID] { request.filed.token.map { [$0] } ?? [] }

    /// Requires that the actor may approve a request, and could do the act alone.
    /// - Returns: the permit of the act.
    private func permitApproval(
        of request: AccessRequest, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) -> Decision {
        guard !request.filed.actor.isSamePerson(as: context.actor) else {
            throw AdministrationError(
                .denied, "somebody else than the requester approves a request; nothing is changed",
                token: request.filed.token)
        }
        try requireApproval(of: request, authorizer)
        return try decideAct(request, authorizer)
    }

    private func requireApproval(
        of request: AccessRequest, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) {
        let record = asked(request, onto: try known(request))
        let decision = try authorizer.decide(.approve, tenant: request.tenant, token: record)
        try permitted(.approve, ids(request), decision)
    }

    /// Decides the act of a request for an actor.
    /// - Returns: the permit.
    private func decideAct(
        _ request: AccessRequest, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) -> Decision {
        switch request.wish {
        case .issue(let draft):
            let decision = try decide(authorizer, draft, draft.expires)
            try permitted(.issue, [], decision)
            return decision
        case .amend(let id, let version, let change):
            guard let known = try known(request) else {
                throw AdministrationError(.unknown, "there is no token `\(id)`; nothing is changed", token: id)
            }
            guard known.version == version else {
                throw AdministrationError(
                    .store,
                    "the token `\(id)` changed since the request was filed, so it cannot be approved any more: refuse it, and "
                        + "let its requester ask again", token: id, store: .stale)
            }
            return try require(known, change, authorizer, among: 1)
        }
    }
}
