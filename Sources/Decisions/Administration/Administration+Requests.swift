package import Model
package import Tokens

/// Requests for acts that were denied.
///
/// Who approves and refuses is decided as `token.approve`, about the token as it would be. An approval is no permit: the act
/// is decided again for whoever approves, when that happens and when it is carried out. Nobody approves their own request.
extension Administration {
    /// Files a request for an act that was denied.
    /// - Throws: `.store` for an act that the store would refuse, whoever approves it: a name that is taken, a ceiling that
    ///   is wider than its combination.
    package func file(
        _ wish: AccessRequest.Wish, _ denial: AccessRequest.Denial, of tenant: ExactName
    ) throws(AdministrationError) -> AccessRequest {
        try stored { () throws(TokenStoreError) in
            try store.rehearse(context) { () throws(TokenStoreError) in
                switch wish {
                case .issue(let draft): _ = try store.create(draft, context)
                case .amend(let id, let version, let change):
                    _ = try store.amend(id, change, expecting: version, context)
                }
            }
            return try store.file(wish, denial, of: tenant, context)
        }
    }

    /// The requests of a tenant that the actor made, or whose token the actor may see; the oldest first.
    package func requests(of tenant: ExactName) throws(AdministrationError) -> [AccessRequest] {
        let authorizer = try current()
        let sees = authorizer.visibility(tenant: tenant)
        var seen: [AccessRequest] = []
        for request in try stored({ () throws(TokenStoreError) in try store.requests(of: tenant) })
        where try isVisible(request, sees) {
            seen.append(request)
        }
        return seen
    }

    private func isVisible(_ request: AccessRequest, _ sees: (TokenRecord) -> Bool) throws(AdministrationError) -> Bool
    {
        if case .operator = actor { return true }
        if isRequester(of: request) { return true }
        let present = try known(request)
        return present.map { sees($0.token) } ?? true && sees(asked(request, onto: present))
    }

    /// True when the actor made a request, with whichever assignment or token.
    private func isRequester(of request: AccessRequest) -> Bool { request.filed.actor.name == context.actor.name }

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
            var record =
                present?.token
                ?? TokenRecord(
                    id: id, kind: .api, name: "", assignment: change.assignment ?? "", created: context.now,
                    expires: context.now)
            record.name = change.name ?? record.name
            record.assignment = change.assignment ?? record.assignment
            record.expires = change.expires ?? record.expires
            if let text = change.description { record.description = text.isEmpty ? nil : text }
            if let text = change.contact { record.contact = text.isEmpty ? nil : text }
            if let ceiling = change.ceiling { record.ceiling = ceiling }
            return record
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
        do throws(AdministrationError) { permit = try permitApproval(of: request, try current()) } catch {
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
        try answering(request) { _ throws(AdministrationError) in
            if case .operator = actor { return }
            guard isRequester(of: request) else {
                throw AdministrationError(.denied, "only its requester takes a request back; nothing is changed")
            }
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
        return try answering(request) { authorizer throws(AdministrationError) in
            guard isRequester(of: request) else {
                throw AdministrationError(.denied, "only its requester fetches a token; nothing is changed")
            }
            guard request.status(at: context.now) == .approved, let answer = request.answer else { return }
            _ = try decideAct(request, authorizer.acting(answer.actor, home: request.tenant))
        } body: { () throws(TokenStoreError) in
            guard case .issue(let draft) = request.wish else {
                throw TokenStoreError(.state, "the request `\(request.id)` is for no new token; nothing is changed")
            }
            // Completed first: only an approved request gets any further.
            let completed = try store.complete(request, context)
            let (details, string) = try store.create(draft, context)
            return (completed, details, string)
        }
    }

    private func answering<Result>(
        _ request: AccessRequest, check: (AdministrativeAuthorizer) throws(AdministrationError) -> Void,
        body: () throws(TokenStoreError) -> Result
    ) throws(AdministrationError) -> Result {
        try transact(.approve, tenant: request.tenant, ids(request), check: check, body: body)
    }

    private func ids(_ request: AccessRequest) -> [TokenID] { request.filed.token.map { [$0] } ?? [] }

    /// Requires that the actor may approve a request, and could do the act alone.
    /// - Returns: the permit of the act.
    private func permitApproval(
        of request: AccessRequest, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) -> Decision {
        guard !isRequester(of: request) else {
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
        case .amend(let id, _, let change):
            guard let known = try known(request) else {
                throw AdministrationError(.unknown, "there is no token `\(id)`; nothing is changed", token: id)
            }
            return try require(known, change, authorizer, among: 1)
        }
    }
}
