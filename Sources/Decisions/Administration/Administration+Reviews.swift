package import Model
package import Tokens

/// A token of a review as it was when that began, with what became of it.
package struct ReviewItem: Sendable {
    package let reviewed: ReviewedToken
    /// The token as it is now; `nil` for one that was purged.
    package let details: TokenDetails?
    /// The parts in which it may do more than when the review began; none for one that is gone.
    package let gains: [FrozenToken.Gain]
    /// The token that replaced it, where it was reassigned: that one is not of the review.
    package let successor: TokenID?

    package var id: TokenID { reviewed.token.record.id }
    /// True when it was changed without the store's keys, so that it can only be revoked.
    package var isTampered: Bool { details?.token.isTampered ?? false }
    /// True when it was revoked or purged. One that expired could be extended.
    package var isGone: Bool { details.map { $0.token.revoked != nil && !$0.token.isTampered } ?? true }
    /// The verdict by now: a token that was revoked before anybody answered needs none.
    package var verdict: ReviewAct? { reviewed.verdict ?? (isGone ? .end : nil) }
    /// True when it was attested, and may do more by now.
    package var isAttestedWithLess: Bool { verdict == .attest && !gains.isEmpty }
    /// True for a token that somebody could attest: one that works, and may do no more than when the review began.
    package func isAttestable(at now: Instant) -> Bool {
        gains.isEmpty && !isTampered && !isGone && details.map { $0.token.expires > now } ?? false
    }
}

/// Reviews of access.
///
/// Whoever may revoke every token of a review begins and closes it. Who attests is decided as `token.attest`. A review of
/// which the actor may see no token does not exist for that actor.
extension Administration {
    // MARK: Beginning

    /// Tokens as a review would freeze them, in the order of their ids.
    /// - Throws: `.store` for a tampered one.
    package func frozen(_ ids: [TokenID]) throws(AdministrationError) -> [FrozenToken] {
        try frozen(ids, try current())
    }

    private func frozen(
        _ ids: [TokenID], _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) -> [FrozenToken] {
        var tokens: [FrozenToken] = []
        for id in ids.sorted() {
            let details = try stored { () throws(TokenStoreError) in try store.details(id) }
            guard details?.token.isTampered != true else {
                throw AdministrationError(
                    .store,
                    "the token `\(id)` was changed without the store's keys, and says nothing true: revoke it first",
                    token: id, store: .tampered)
            }
            guard let token = details.flatMap({ FrozenToken($0, in: authorizer.directory) }) else {
                throw AdministrationError(.unknown, "there is no token `\(id)`; nothing is changed", token: id)
            }
            tokens.append(token)
        }
        return tokens
    }

    /// Begins a review.
    /// - Parameter digest: that of the population which was looked at; another one is refused.
    package func startReview(
        _ draft: ReviewDraft, _ ids: [TokenID], expecting digest: String? = nil
    ) throws(AdministrationError) -> Review {
        var tokens: [FrozenToken] = []
        return try transact(.revoke, tenant: draft.tenant, ids) { authorizer throws(AdministrationError) in
            try require(.revoke, ids, authorizer)
            tokens = try frozen(ids, authorizer)
            guard digest == nil || digest == TokenService.digest(of: tokens) else {
                throw AdministrationError(
                    .store, "the tokens are no longer as they were looked at; look again", store: .stale)
            }
        } body: { () throws(TokenStoreError) in
            try store.startReview(draft, tokens, context)
        }
    }

    // MARK: Looking

    /// The reviews of a tenant of which the actor may see a token, the oldest first.
    /// - Returns: for each the numbers of its tokens that the actor may see, and of those for which nobody has answered.
    package func reviews(
        of tenant: ExactName
    ) throws(AdministrationError) -> [(review: Review, tokens: Int, left: Int)] {
        var seen: [(Review, Int, Int)] = []
        for review in try stored({ () throws(TokenStoreError) in try store.reviews(of: tenant) }) {
            // Nothing is left of a closed one, of which the operator sees everything.
            if case .operator = actor, review.end != nil {
                seen.append((review, review.count, 0))
                continue
            }
            let items = try items(of: review)
            if !items.isEmpty { seen.append((review, items.count, items.count { $0.verdict == nil })) }
        }
        return seen
    }

    /// A review and those of its tokens that the actor may see, in the order of their ids.
    /// - Throws: `.unknown` for a review of which there are none.
    package func review(
        _ name: ExactName, of tenant: ExactName
    ) throws(AdministrationError) -> (review: Review, items: [ReviewItem]) {
        let review = try knownReview(name, of: tenant)
        let items = try items(of: review)
        guard !items.isEmpty else { throw unknownReview(name, of: tenant) }
        return (review, items)
    }

    /// One token of a review.
    /// - Throws: `.unknown` where the tenant has no such review with the token, or the actor may not see it.
    package func reviewItem(
        _ id: TokenID, in name: ExactName, of tenant: ExactName
    ) throws(AdministrationError) -> (review: Review, item: ReviewItem) {
        let authorizer = try current()
        var found: (Review, ReviewItem)?
        try check([id], in: name, of: tenant) { review, known throws(AdministrationError) in
            let item = try self.item(known, review, authorizer)
            if isVisible(item, authorizer.visibility(tenant: tenant)) { found = (review, item) }
        }
        guard let found else { throw notReviewed(id, in: name, of: tenant) }
        return found
    }

    private func knownReview(_ name: ExactName, of tenant: ExactName) throws(AdministrationError) -> Review {
        do throws(TokenStoreError) { return try store.review(name, of: tenant) } catch {
            guard error.code == .unknown else { throw AdministrationError(.store, error.message, store: error.code) }
            // The names of others are not for everybody.
            guard case .operator = actor else { throw unknownReview(name, of: tenant) }
            throw AdministrationError(.unknown, error.message)
        }
    }

    private func unknownReview(_ name: ExactName, of tenant: ExactName) -> AdministrationError {
        AdministrationError(.unknown, "the tenant `\(tenant)` has no review `\(name)`")
    }

    private func notReviewed(_ id: TokenID, in name: ExactName, of tenant: ExactName) -> AdministrationError {
        AdministrationError(
            .unknown, "the tenant `\(tenant)` has no review `\(name)` with the token `\(id)`; nothing is changed",
            token: id)
    }

    private func items(of review: Review) throws(AdministrationError) -> [ReviewItem] {
        let authorizer = try current()
        let sees = authorizer.visibility(tenant: review.tenant)
        let tokens = try stored { () throws(TokenStoreError) in try store.tokens(of: review) }
        var items: [ReviewItem] = []
        for token in tokens {
            let item = try item(token, review, authorizer)
            if isVisible(item, sees) { items.append(item) }
        }
        return items
    }

    /// True when the actor may see the token as it was and as it is.
    private func isVisible(_ item: ReviewItem, _ sees: (TokenRecord) -> Bool) -> Bool {
        sees(item.reviewed.token.record) && item.details.map { sees($0.token) } ?? true
    }

    private func item(
        _ reviewed: ReviewedToken, _ review: Review, _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) -> ReviewItem {
        let id = reviewed.token.record.id
        let details = try stored { () throws(TokenStoreError) in try store.details(id) }
        let directory = authorizer.directory
        var gains: [FrozenToken.Gain] = []
        var successor: TokenID?
        if let details, !details.token.isTampered {
            if details.token.revoked == nil, let tenant = directory.tenant(review.tenant),
                let now = FrozenToken(details, in: directory)
            {
                gains = reviewed.token.gains(now, in: directory, tenant: tenant)
            }
            if details.version != reviewed.token.version {
                successor = try stored { () throws(TokenStoreError) in try store.successor(of: id) }
            }
        }
        return ReviewItem(reviewed: reviewed, details: details, gains: gains, successor: successor)
    }

    // MARK: Answering

    /// True for the tokens of a tenant on which the actor may answer: those that may be attested or revoked.
    /// - Parameter kind: `attest` or `revoke`.
    package func mayAnswer(_ kind: DecisionKind, tenant: ExactName) throws(AdministrationError) -> (TokenRecord) -> Bool
    {
        try current().permission(kind, tenant: tenant)
    }

    /// Attests tokens of a review, all of them or none.
    /// - Parameter advised: called with the policies' advice about each token before anything is done.
    /// - Throws: `.unknown` where the tenant has no such review with each of the tokens, `.store` for a token that may do
    ///   more than when the review began: nobody looked at that.
    package func attest(
        _ ids: [TokenID], in name: ExactName, of tenant: ExactName, advised: @escaping (Decision) -> Response
    ) throws(AdministrationError) -> (answered: Int, already: Int) {
        let check = { (authorizer: AdministrativeAuthorizer) throws(AdministrationError) in
            try self.check(ids, in: name, of: tenant) { review, known throws(AdministrationError) in
                let gains = try self.item(known, review, authorizer).gains
                guard gains.isEmpty || known.verdict == .attest else {
                    let id = known.token.record.id
                    throw AdministrationError(
                        .store,
                        "the token `\(id)` may do more than when the review began, as `demilune review show` tells: narrow "
                            + "it or revoke it, or begin another review; nothing is changed", token: id, store: .state)
                }
            }
        }
        return try perform(.attest, ids, advised: advised, check: check) { store, act throws(TokenStoreError) in
            try store.attest(ids, in: name, of: tenant, act)
        }
    }

    /// Revokes tokens as a reviewer, all of them or none.
    /// - Throws: `.unknown` as `attest`.
    package func revoke(
        _ ids: [TokenID], in name: ExactName, of tenant: ExactName
    ) throws(AdministrationError) -> (answered: Int, already: Int) {
        let check = { (_: AdministrativeAuthorizer) throws(AdministrationError) in
            try self.check(ids, in: name, of: tenant) { _, _ in }
        }
        return try perform(.revoke, ids, check: check) { store, act throws(TokenStoreError) in
            try store.revoke(ids, in: name, of: tenant, act)
        }
    }

    /// Checks tokens of a review. Whether the review is not there or the tokens are not of it, is the same to whoever may
    /// not see it.
    private func check(
        _ ids: [TokenID], in name: ExactName, of tenant: ExactName,
        _ body: (Review, ReviewedToken) throws(AdministrationError) -> Void
    ) throws(AdministrationError) {
        let review: Review
        do throws(AdministrationError) { review = try knownReview(name, of: tenant) } catch {
            if case .operator = actor { throw error }
            throw error.code == .unknown && !ids.isEmpty ? notReviewed(ids[0], in: name, of: tenant) : error
        }
        for id in ids {
            let known = try stored { () throws(TokenStoreError) in try store.token(id, of: review) }
            guard let known else { throw notReviewed(id, in: name, of: tenant) }
            try body(review, known)
        }
    }

    // MARK: The end

    /// Requires that the actor may close a review, and closes nothing.
    /// - Parameter items: those of its tokens that the actor may see.
    /// - Throws: `.denied` unless the actor may see and revoke all of its tokens.
    package func requireClosing(_ review: Review, _ items: [ReviewItem]) throws(AdministrationError) {
        do throws(AdministrationError) { try requireClosing(review, items, try current()) } catch {
            throw noted(error, .revoke, [], tenant: review.tenant)
        }
    }

    private func requireClosing(
        _ review: Review, _ items: [ReviewItem], _ authorizer: AdministrativeAuthorizer
    ) throws(AdministrationError) {
        guard items.count == review.count else {
            throw AdministrationError(
                .denied, "the review `\(review.name)` can be closed only by whoever may see all of its tokens")
        }
        try require(.revoke, items.filter { $0.details != nil }.map(\.id), authorizer)
    }

    /// Closes a review. A token that was attested and may do more by now counts as one that nobody attested.
    /// - Returns: the numbers of tokens by their verdict.
    package func closeReview(
        _ name: ExactName, of tenant: ExactName
    ) throws(AdministrationError) -> [ReviewAct: Int] {
        var changed: Set<TokenID> = []
        return try transact(.revoke, tenant: tenant, []) { authorizer throws(AdministrationError) in
            let (review, items) = try review(name, of: tenant)
            try requireClosing(review, items, authorizer)
            changed = Set(items.filter(\.isAttestedWithLess).map(\.id))
        } body: { () throws(TokenStoreError) in
            try store.closeReview(name, of: tenant, changed: changed, context)
        }
    }
}
