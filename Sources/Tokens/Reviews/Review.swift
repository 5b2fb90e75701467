package import Model

/// A review of access: a frozen population of one tenant's tokens, each of which somebody attests or revokes.
///
/// It is kept in the log alone: one entry begins it, one for each token holds what that token may do, one for each answer
/// says by whom and why, and one closes it.
package struct Review: Sendable {
    /// The fate of the tokens that nobody attested when the review is closed.
    package enum AtClose: String, CaseIterable, Sendable {
        /// They are suspended.
        case suspend
        /// They are only reported.
        case report
    }

    /// Unique among the tenant's reviews, for good.
    package let name: ExactName
    package let tenant: ExactName
    /// The entry with which it began.
    package let start: LogEntry
    package let atClose: AtClose
    /// The time by which it should be closed.
    package let due: Instant?
    /// The filters by which the population was chosen, as they were written.
    package let filters: String
    /// The number of tokens of the population.
    package let count: Int
    /// The digest of the population: that of a line of JSON for each token.
    package let digest: String
    /// The entry that closed it.
    package internal(set) var end: LogEntry?

    /// The number of the entry with which it began.
    var number: Int64 { start.number }

    /// - Returns: `nil` for an entry that begins no review.
    init?(_ entry: LogEntry) {
        guard entry.act == ReviewAct.start.rawValue, let tenant = entry.tenant,
            let name = entry.text(ReviewAct.member), let digest = entry.text("digest"),
            let atClose = entry.text("at_close").flatMap({ AtClose(rawValue: $0) }),
            case .integer(let count)? = entry.value("tokens")
        else { return nil }
        self.name = ExactName(name)
        (self.tenant, self.digest, self.atClose, self.count) = (tenant, digest, atClose, Int(count))
        start = entry
        due = entry.text("due").flatMap { Instant($0) }
        filters = entry.text("filters") ?? ""
    }
}

/// A review that is yet to begin.
package struct ReviewDraft: Sendable {
    package let name: ExactName
    package let tenant: ExactName
    package let atClose: Review.AtClose
    package let due: Instant?
    package let filters: String

    package init(
        name: ExactName, tenant: ExactName, atClose: Review.AtClose, due: Instant?, filters: String
    ) {
        (self.name, self.tenant, self.atClose, self.due, self.filters) = (name, tenant, atClose, due, filters)
    }
}

/// The acts of reviews in the log.
package enum ReviewAct: String, CaseIterable, Sendable {
    case start = "review.start"
    /// The rights of a token of the population.
    case freeze = "review.freeze"
    /// Somebody says that a token is to keep what it may do.
    case attest = "review.attest"
    /// A reviewer revoked a token.
    case revoke = "review.revoke"
    /// Nobody attested a token, and it is suspended.
    case suspend = "review.suspend"
    /// Nobody attested a token, which stays as it is.
    case report = "review.report"
    /// A token had ended before anybody attested it.
    case end = "review.end"
    case close = "review.close"

    /// The member of an entry that names the review.
    static let member: ExactName = "review"

    /// One word for what became of a token: `attested` …
    package var word: String {
        switch self {
        case .start: "started"
        case .freeze: "frozen"
        case .attest: "attested"
        case .revoke: "revoked"
        case .suspend: "suspended"
        case .report: "reported"
        case .end: "ended"
        case .close: "closed"
        }
    }

    /// The acts that answer for one token, of which the latest counts.
    package static let answers: [ReviewAct] = [.attest, .revoke, .suspend, .report, .end]
}

/// A token of a review, and the answer to it.
package struct ReviewedToken: Sendable {
    package let token: FrozenToken
    /// The entry with the latest answer; `nil` before there is one.
    package internal(set) var answer: LogEntry?

    /// `nil` before there is an answer.
    package var verdict: ReviewAct? { answer.flatMap { ReviewAct(rawValue: $0.act) } }
}
