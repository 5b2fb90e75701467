package import Model

/// Requests for acts that were denied.
///
/// INVARIANT: a request is answered once and carried out once, whatever several people do at a time; each of it is an entry
/// of the log, made in the transaction of what it says.
extension TokenService {
    /// The requests of a tenant, the oldest first.
    /// - Throws: `.tampered` for an entry that is not as it was written.
    package func requests(of tenant: ExactName) throws(TokenStoreError) -> [AccessRequest] {
        try store.read { () throws(TokenStoreError) in
            var requests: [AccessRequest] = []
            try eachIntactEntry(of: RequestAct.file.rawValue, tenant: tenant) { entry throws(TokenStoreError) in
                guard let request = AccessRequest(entry) else { throw .changed(entry) }
                requests.append(request)
            }
            // Not in the order of the log: of each act separately.
            let places = Dictionary(requests.indices.map { (requests[$0].id, $0) }) { first, _ in first }
            for act in RequestAct.allCases where act != .file {
                try eachIntactEntry(of: act.rawValue, tenant: tenant) { entry throws(TokenStoreError) in
                    guard let place = entry.text(RequestAct.member).flatMap({ places[$0] }) else {
                        throw .changed(entry)
                    }
                    requests[place].add(act, entry)
                }
            }
            return requests
        }
    }

    /// Files a request.
    /// - Throws: `.state` where the requester has too many that wait for an answer.
    package func file(
        _ wish: AccessRequest.Wish, _ denial: AccessRequest.Denial, of tenant: ExactName, _ context: AuditContext
    ) throws(TokenStoreError) -> AccessRequest {
        try write(context) { () throws(TokenStoreError) in
            let pending = try requests(of: tenant).count {
                $0.status(at: context.now) == .pending && $0.filed.actor.isSamePerson(as: context.actor)
            }
            guard pending < AccessRequest.mostPending else {
                throw TokenStoreError(
                    .state,
                    "\(pending) requests of yours wait for an answer, which is the most: `demilune request cancel` takes one "
                        + "back")
            }
            var random = SecureRandom()
            var entry = LogEntry(RequestAct.file.rawValue, by: context, tenant: tenant)
            if case .amend(let id, _, _) = wish { entry.token = id }
            entry.details =
                [
                    .init(RequestAct.member, .string(random.bytes(16).hexadecimal)), .init("asked", wish.json),
                    .init("code", .string(denial.code)), .init("denied_because", .strings(denial.reasons)),
                    .init("remedies", .strings(denial.remedies)),
                    .init("expires_at", .string(context.now.adding(AccessRequest.lifetime).description)),
                ] + grounds(context)
            guard let request = AccessRequest(try log(entry)) else {
                preconditionFailure("a request is read from the entry that files it")
            }
            return request
        }
    }

    /// Answers a request: approves, refuses or cancels it.
    /// - Throws: `.state` where that is not possible any more.
    package func answer(
        _ request: AccessRequest, _ act: RequestAct, _ context: AuditContext
    ) throws(TokenStoreError) -> AccessRequest {
        try write(context) { () throws(TokenStoreError) in
            var request = try current(request)
            let status = request.status(at: context.now)
            // What was approved can be taken back until it is carried out.
            guard status == .pending || act != .approve && status == .approved else {
                throw TokenStoreError(.state, "the request `\(request.id)` is \(status.rawValue); nothing is changed")
            }
            var more: [JSON.Member] = []
            if act == .approve {
                var until = context.now.adding(AccessRequest.lifetime)
                if case .issue(let draft) = request.wish { until = min(until, draft.expires) }
                more = [.init("approved_until", .string(until.description))]
                request.approvedUntil = until
            }
            request.answer = try note(request, act, context, more)
            return request
        }
    }

    /// Notes that an approved request was carried out.
    /// - Throws: `.state` for one that is not approved, or not any more.
    package func complete(_ request: AccessRequest, _ context: AuditContext) throws(TokenStoreError) -> AccessRequest {
        try write(context) { () throws(TokenStoreError) in
            var request = try current(request)
            try require(.approved, request, context)
            request.completion = try note(request, .complete, context)
            return request
        }
    }

    /// - Throws: `.state` for a request in another state.
    package func require(
        _ status: AccessRequest.Status, _ request: AccessRequest, _ context: AuditContext
    ) throws(TokenStoreError) {
        let present = request.status(at: context.now)
        guard present == status else {
            throw TokenStoreError(.state, "the request `\(request.id)` is \(present.rawValue); nothing is changed")
        }
    }

    /// The request as the log has it now. Every entry since it was filed is checked with its place in the chain, so that
    /// no answer is overlooked.
    package func current(_ request: AccessRequest) throws(TokenStoreError) -> AccessRequest {
        var current = request
        (current.answer, current.approvedUntil, current.completion) = (nil, nil, nil)
        try eachChainedEntry(after: request.filed, upTo: nil) { entry throws(TokenStoreError) in
            guard let act = RequestAct(rawValue: entry.act), entry.text(RequestAct.member) == request.id else { return }
            current.add(act, entry)
        }
        return current
    }

    private func note(
        _ request: AccessRequest, _ act: RequestAct, _ context: AuditContext, _ more: [JSON.Member] = []
    ) throws(TokenStoreError) -> LogEntry {
        var entry = LogEntry(act.rawValue, by: context, tenant: request.tenant)
        entry.token = request.filed.token
        var context = context
        context.request = request.id
        entry.details = more + grounds(context)
        return try log(entry)
    }
}
