package import Decisions
internal import Engine
package import Model

/// The times at which the decision on a request changes, if nothing but time does.
///
/// Exact to the microsecond. Instants come from the policies' comparisons with the clock, and from the token's expiry;
/// both sides of each are decided.
package struct Timeline: Sendable {
    package struct Interval: Sendable {
        package let from: Instant
        /// Excluded; `nil` when the decision holds up to the horizon or beyond.
        package fileprivate(set) var to: Instant?
        package let summary: DecisionSummary
        package let reasons: [PolicyStatement]
        /// The changes at its beginning, in words: `time.hour < 18: true → false`, or the finding of the core.
        package let causes: [String]
    }

    /// One after the other, without gaps.
    package private(set) var intervals: [Interval] = []
    /// The end of the search.
    package let horizon: Instant
    /// True when everything up to the horizon was searched. It is false when there was too much, and when a policy
    /// reads the clock's content: then the decision holds only for the instants at which intervals begin.
    package private(set) var isComplete = true

    /// The greatest number of intervals.
    package static let mostIntervals = 2_000
    private static let mostSteps = 4_000_000

    /// - Parameters:
    ///   - question: decided from its own time on; not about a token that is yet to be made.
    ///   - horizon: `nil` for a year after the expiry of the acting token, or after now.
    /// - Throws: when the request is not valid.
    package init(
        _ question: AuthorizationRequest, _ authorizer: Authorizer, on directory: Directory,
        until horizon: Instant? = nil,
        progress: Progress = { _, _ in true }
    ) throws(RequestError) {
        if question.kind.makesToken {
            throw RequestError("a token that is yet to be made has no timeline", property: "point")
        }
        let request = try authorizer.request(question, on: directory)
        let expires = request.flatMap(Self.expiry)
        let year: Int64 = 366 * 86_400 * 1_000_000
        let start = question.now
        let end = horizon ?? Instant(microseconds: max(expires ?? start, start).microseconds + year)
        self.horizon = end
        var now = start
        var causes: [String] = []
        var steps = 0
        while true {
            var asked = question
            asked.now = now
            let traced = try authorizer.examine(asked, on: directory)
            add(traced, causes)
            guard var request = traced.request else { return }
            request.now = now
            var finder = ChangePointFinder(
                traced.observedFacts.flatMap(\.observedFacts), of: request, generation: traced.generation, authorizer)
            if finder.isRestless { isComplete = false }
            var next = finder.next(after: now, before: end, mostSteps: Self.mostSteps - steps)
            steps += finder.steps
            let isExpiry = expires.map { $0 > now && $0 < end && $0 <= next ?? end } ?? false
            if isExpiry { next = expires }
            guard steps < Self.mostSteps, intervals.count <= Self.mostIntervals,
                progress(
                    Int((now.microseconds - start.microseconds) / 1_000_000),
                    Int((end.microseconds - start.microseconds) / 1_000_000))
            else {
                isComplete = false
                return
            }
            guard let next else { return }
            let before = Instant(microseconds: next.microseconds - 1)
            // The other side: the decision must hold up to there.
            asked.now = before
            if try authorizer.decide(asked, on: directory).code != traced.decision.code { isComplete = false }
            causes =
                isExpiry
                ? ["the token expires"]
                : finder.differences(before, next).map {
                    "\($0.fact.text): \($0.before.words(in: directory)) → \($0.after.words(in: directory))"
                }
            now = next
        }
    }

    private mutating func add(_ traced: TracedDecision, _ causes: [String]) {
        let summary = DecisionSummary(traced.decision)
        if let last = intervals.last {
            if last.summary == summary, last.reasons == traced.decision.reasons { return }
            intervals[intervals.count - 1].to = traced.question.now
        }
        intervals.append(
            Interval(
                from: traced.question.now, to: nil, summary: summary,
                reasons: traced.decision.reasons, causes: causes))
    }

    /// The instant at which the acting token expires.
    private static func expiry(_ request: ResolvedRequest) -> Instant? {
        switch request.subject {
        case .token: request.token(.token)?.expires
        case .actor: request.token(.actorToken)?.expires
        case .external: nil
        }
    }
}
