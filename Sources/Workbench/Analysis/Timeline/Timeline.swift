package import Decisions
package import Model
internal import Policies

/// When the answer to a question changes as time passes, if nothing else does.
///
/// Exact to the microsecond: instants come from what policies compare with the clock, and from the token's expiry; both
/// sides of each are decided.
package struct Timeline: Sendable {
    package struct Interval: Sendable {
        package let from: Instant
        /// Excluded; `nil` where it stays so as far as was looked, or for ever.
        package fileprivate(set) var to: Instant?
        package let summary: DecisionSummary
        package let reasons: [PolicyStatement]
        /// What changed at its beginning, in words: `time.hour < 18: true → false`, or what the core found.
        package let causes: [String]
    }

    /// One after the other, without gaps.
    package private(set) var intervals: [Interval] = []
    /// How far was looked.
    package let horizon: Instant
    /// Whether everything up to the horizon was looked at. It was not, when there was too much of it, and when a policy
    /// reads the clock's content: then the answer holds for the very instants that intervals begin at.
    package private(set) var isComplete = true

    /// More intervals are not gathered.
    package static let mostIntervals = 2_000
    private static let mostSteps = 4_000_000

    /// - Parameters:
    ///   - question: asked from its own time on; not about a token that is to be issued.
    ///   - horizon: without it a year beyond the expiry of the token that acts, or a year.
    /// - Throws: when it is no question.
    package init(
        _ question: AuthorizationRequest, _ authorizer: Authorizer, on directory: Directory,
        until horizon: Instant? = nil,
        progress: Progress = { _, _ in true }
    ) throws(RequestError) {
        if question.kind == .issue {
            throw RequestError("a token that is to be issued has no time before it", property: "point")
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
                traced.readings.flatMap(\.readings), of: request, generation: traced.generation, authorizer)
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
            // The other side: what was found out must hold up to there.
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

    /// When who acts is live no longer.
    private static func expiry(_ request: ResolvedRequest) -> Instant? {
        switch request.subject {
        case .token: request.token(.token)?.expires
        case .actor: request.token(.actorToken)?.expires
        case .external: nil
        }
    }
}
