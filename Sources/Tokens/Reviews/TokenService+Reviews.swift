package import Model

/// Reviews of access.
///
/// INVARIANT: a token of a review has at most one answer that attests it and one that revokes it, whatever several
/// reviewers do at a time; each answer is an entry of the log, made in the transaction of what it says.
extension TokenService {
    /// The most tokens of one review.
    package static let mostReviewed = 100_000

    // MARK: Reading

    /// The reviews of a tenant, the oldest first.
    /// - Throws: `.tampered` for an entry that is not as it was written.
    package func reviews(of tenant: ExactName) throws(TokenStoreError) -> [Review] {
        try store.read { () throws(TokenStoreError) in
            var reviews: [Review] = []
            try eachIntactEntry(of: ReviewAct.start.rawValue, tenant: tenant) { entry throws(TokenStoreError) in
                guard let review = Review(entry) else { throw .changed(entry) }
                reviews.append(review)
            }
            try eachIntactEntry(of: ReviewAct.close.rawValue, tenant: tenant) { entry throws(TokenStoreError) in
                // One that closes nothing is left of a beginning that was removed.
                let place = reviews.firstIndex { $0.name == entry.review && $0.end == nil && $0.number < entry.number }
                guard let place else { throw .changed(entry) }
                reviews[place].end = entry
            }
            return reviews
        }
    }

    /// A review by its name, whose case and width do not matter.
    /// - Throws: `.unknown`.
    package func review(_ name: ExactName, of tenant: ExactName) throws(TokenStoreError) -> Review {
        let reviews = try reviews(of: tenant)
        if let found = try Self.find(name, among: reviews) { return found }
        let hint = Suggestion.hint(for: name, among: reviews.map(\.name))
        throw TokenStoreError(.unknown, "the tenant `\(tenant)` has no review `\(name)`\(hint)")
    }

    private static func find(_ name: ExactName, among reviews: [Review]) throws(TokenStoreError) -> Review? {
        guard let key = try? TokenName(name).key else { return nil }
        for review in reviews where try TokenName(review.name).key == key { return review }
        return nil
    }

    /// The tokens of a review and the answers to them, in the order of their ids.
    ///
    /// Every entry of the log from the beginning of the review to its end, or to now, is checked with its place in the
    /// chain: what was removed, changed or put in from elsewhere is found.
    /// - Throws: `.tampered`.
    package func tokens(of review: Review) throws(TokenStoreError) -> [ReviewedToken] {
        try store.read { () throws(TokenStoreError) in
            var tokens: [TokenID: ReviewedToken] = [:]
            try eachChainedEntry(after: review.start, upTo: review.end) { entry throws(TokenStoreError) in
                guard entry.review == review.name, entry.tenant == review.tenant,
                    let act = ReviewAct(rawValue: entry.act)
                else { return }
                if act == .freeze {
                    guard let token = entry.frozen else { throw .changed(entry) }
                    tokens[token.record.id] = ReviewedToken(token: token)
                } else if ReviewAct.answers.contains(act) {
                    guard let id = entry.token, tokens[id] != nil else { throw .changed(entry) }
                    tokens[id]!.answer = entry
                }
            }
            let sorted = tokens.values.sorted { $0.token.record.id < $1.token.record.id }
            guard sorted.count == review.count, Self.digest(of: sorted.map(\.token)) == review.digest else {
                throw TokenStoreError(
                    .tampered,
                    "the log does not hold the \(review.count) tokens with which the review `\(review.name)` began: run "
                        + "`demilune log verify`")
            }
            return sorted
        }
    }

    /// A token of a review with the answer to it; `nil` for one that is not of the review. Of the log only its own entries
    /// are looked at.
    package func token(_ id: TokenID, of review: Review) throws(TokenStoreError) -> ReviewedToken? {
        var query = LogQuery()
        (query.token, query.act, query.after) = (id, "review.", review.number)
        var found: ReviewedToken?
        try eachEntry(query) { entry throws(TokenStoreError) in
            guard entry.review == review.name, entry.tenant == review.tenant else { return }
            guard try isIntact(entry) else { throw .changed(entry) }
            if let token = entry.frozen {
                found = ReviewedToken(token: token)
            } else {
                found?.answer = entry
            }
        }
        return found
    }

    /// The digest of a population, which anybody can compute again from the evidence.
    package static func digest(of tokens: [FrozenToken]) -> String {
        SelectionDigest.of(lines: tokens.map(\.json.compact))
    }

    // MARK: Acting

    /// Begins a review of tokens as they are now.
    /// - Throws: `.name` for a name that cannot be stored, `.exists` where the tenant has or had such a review, `.state`
    ///   for no token and for too many, `.stale` for tokens that changed meanwhile.
    package func startReview(
        _ draft: ReviewDraft, _ tokens: [FrozenToken], _ context: AuditContext
    ) throws(TokenStoreError) -> Review {
        try write(context) { () throws(TokenStoreError) in
            let name = try TokenName(draft.name).text
            if let other = try Self.find(name, among: try reviews(of: draft.tenant)) {
                throw TokenStoreError(
                    .exists, "the tenant `\(draft.tenant)` has a review `\(other.name)` already: give it another name")
            }
            guard (1...Self.mostReviewed).contains(tokens.count) else {
                throw TokenStoreError(
                    .state, "a review has 1 to \(Self.mostReviewed) tokens, not \(tokens.count): use other filters")
            }
            var start = LogEntry(ReviewAct.start.rawValue, by: context, tenant: draft.tenant)
            start.details =
                [
                    .init(ReviewAct.member, .string(name)), .init("filters", .string(draft.filters)),
                    .init("at_close", .string(draft.atClose.rawValue)),
                    .init("due", .optional(draft.due?.description)),
                    .init("tokens", .integer(Int64(tokens.count))),
                    .init("digest", .string(Self.digest(of: tokens))),
                ] + grounds(context)
            guard let review = Review(try log(start)) else {
                preconditionFailure("a review is read from the entry that begins it")
            }
            for token in tokens {
                let stored = try intact(token.record.id)
                guard stored.details.token.withoutUse == token.record, stored.details.version == token.version else {
                    throw TokenStoreError(.stale, "the token `\(token.record.id)` changed since it was looked at")
                }
                try answer(.freeze, stored, in: review, context, [.init("frozen", token.json)])
            }
            return review
        }
    }

    /// Attests tokens: they are to keep what they could do when the review began.
    /// - Returns: the number attested now, and of those attested before.
    /// - Throws: `.unknown` for a token that is not of the review, `.state` for a review that is closed, and for a token
    ///   that ended or was revoked.
    package func attest(
        _ ids: [TokenID], in name: ExactName, of tenant: ExactName, _ context: AuditContext
    ) throws(TokenStoreError) -> (answered: Int, already: Int) {
        try write(context) { () throws(TokenStoreError) in
            let review = try openReview(name, of: tenant)
            var attested = 0
            for id in ids {
                let known = try reviewed(id, in: review)
                if known.verdict == .attest { continue }
                let token = try intact(id)
                try requireLive(token, context.now)
                try answer(.attest, token, in: review, context)
                attested += 1
            }
            return (attested, ids.count - attested)
        }
    }

    /// Revokes tokens as a reviewer, also expired ones, which could be extended. One that was attested before can be
    /// revoked; one that was revoked otherwise is counted as revoked already.
    /// - Returns: the number revoked now, and of those revoked before.
    /// - Throws: as `attest`.
    package func revoke(
        _ ids: [TokenID], in name: ExactName, of tenant: ExactName, _ context: AuditContext
    ) throws(TokenStoreError) -> (answered: Int, already: Int) {
        try write(context) { () throws(TokenStoreError) in
            let review = try openReview(name, of: tenant)
            var now: [TokenID] = []
            for id in ids {
                let known = try reviewed(id, in: review)
                guard known.verdict != .revoke, let token = try stored(id) else { continue }
                if token.details.token.isTampered || token.details.token.revoked == nil { now.append(id) }
            }
            // Derived tokens first: otherwise they would end with their parents, before they are revoked themselves.
            for id in try childrenFirst(now) {
                guard var token = try stored(id) else { throw Self.unknown(id) }
                try end(&token, context, log: "token.revoke", [.init(ReviewAct.member, .string(review.name))])
                try answer(.revoke, token, in: review, context)
            }
            return (now.count, ids.count - now.count)
        }
    }

    /// Closes a review: what nobody attested is suspended or only reported, as it was stated when it began.
    /// - Parameter changed: tokens that may do more than when the review began: nobody attested that.
    /// - Returns: the numbers of tokens that have this verdict now.
    /// - Throws: `.tampered` for a token that is to be suspended and was changed without the keys: it could only be revoked.
    package func closeReview(
        _ name: ExactName, of tenant: ExactName, changed: Set<TokenID> = [], _ context: AuditContext
    ) throws(TokenStoreError) -> [ReviewAct: Int] {
        try write(context) { () throws(TokenStoreError) in
            let review = try openReview(name, of: tenant)
            var counts: [ReviewAct: Int] = [:]
            for token in try tokens(of: review) {
                let id = token.token.record.id
                let isChanged = token.verdict == .attest && changed.contains(id)
                if let verdict = token.verdict, !isChanged {
                    counts[verdict, default: 0] += 1
                } else {
                    let more = isChanged ? [JSON.Member("gained_since", .boolean(true))] : []
                    counts[try conclude(id, review, context, more), default: 0] += 1
                }
            }
            var end = LogEntry(ReviewAct.close.rawValue, by: context, tenant: tenant)
            end.details =
                [.init(ReviewAct.member, .string(review.name)), .init("digest", .string(review.digest))]
                + ReviewAct.answers.map { .init(ExactName($0.word), .integer(Int64(counts[$0] ?? 0))) }
                + grounds(context)
            try log(end)
            return counts
        }
    }

    /// Answers for a token that nobody attested.
    private func conclude(
        _ id: TokenID, _ review: Review, _ context: AuditContext, _ more: [JSON.Member]
    ) throws(TokenStoreError) -> ReviewAct {
        guard let token = try stored(id) else {
            // It was purged; nothing of it is left but its entries.
            var entry = LogEntry(ReviewAct.end.rawValue, by: context, tenant: review.tenant)
            entry.token = id
            entry.details = [.init(ReviewAct.member, .string(review.name))] + grounds(context)
            try log(entry)
            return .end
        }
        let record = token.details.token
        // An expired token has not ended for good: it could be extended.
        if record.revoked != nil, !record.isTampered {
            try answer(.end, token, in: review, context, more)
            return .end
        }
        guard review.atClose == .suspend else {
            try answer(.report, token, in: review, context, more)
            return .report
        }
        guard !record.isTampered else {
            throw TokenStoreError(
                .tampered,
                "the token `\(id)` was changed without the store's keys, so it cannot be suspended: revoke it first; the "
                    + "review stays open")
        }
        try suspend([id], evenExpired: true, context, [.init(ReviewAct.member, .string(review.name))])
        guard let after = try stored(id) else { throw Self.unknown(id) }
        try answer(.suspend, after, in: review, context, more)
        return .suspend
    }

    private func answer(
        _ act: ReviewAct, _ token: StoredToken, in review: Review, _ context: AuditContext, _ more: [JSON.Member] = []
    ) throws(TokenStoreError) {
        try log(act.rawValue, token, by: context, [.init(ReviewAct.member, .string(review.name))] + more)
    }

    private func openReview(_ name: ExactName, of tenant: ExactName) throws(TokenStoreError) -> Review {
        let review = try review(name, of: tenant)
        guard let end = review.end else { return review }
        throw TokenStoreError(
            .state, "the review `\(review.name)` was closed at \(end.time) by \(end.actor.name); nothing is changed")
    }

    private func reviewed(_ id: TokenID, in review: Review) throws(TokenStoreError) -> ReviewedToken {
        guard let token = try token(id, of: review) else {
            throw TokenStoreError(
                .unknown, "the token `\(id)` is not of the review `\(review.name)`; nothing is changed")
        }
        return token
    }
}

extension LogEntry {
    /// The name of the review to which it belongs.
    var review: ExactName? { text(ReviewAct.member).map { ExactName($0) } }

    /// The token that it freezes for a review; `nil` for another entry.
    fileprivate var frozen: FrozenToken? {
        act == ReviewAct.freeze.rawValue ? value("frozen").flatMap { FrozenToken(json: $0) } : nil
    }
}
