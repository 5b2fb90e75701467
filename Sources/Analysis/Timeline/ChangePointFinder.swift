internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Finds when the values of facts change as time passes, to the microsecond.
///
/// It walks in steps of days, hours or minutes, as the facts need. Between two steps a fact that compares with the
/// clock itself changes at most once, and bisection finds the change; a fact that reads calendar parts changes only at
/// steps.
struct ChangePointFinder {
    /// The times at which a fact may change.
    enum TimeGranularity: Int, Comparable {
        case never
        /// When the clock passes a fixed instant.
        case once
        case day
        case hour
        case minute
        case second
        /// At any instant: the fact reads the clock's content.
        case restless

        static func < (one: TimeGranularity, other: TimeGranularity) -> Bool { one.rawValue < other.rawValue }
    }

    private let facts: [ObservedFact]
    private let granularities: [TimeGranularity]
    private let generation: Int
    private let request: ResolvedRequest
    private let zone: Zone
    private let authorizer: Authorizer
    /// The number of times the facts were evaluated.
    private(set) var steps = 0

    /// - Parameter facts: the observed facts; those that do not depend on the clock are left out.
    init(_ facts: [ObservedFact], of request: ResolvedRequest, generation: Int, _ authorizer: Authorizer) {
        self.facts = facts.filter(\.dependsOnTime)
        granularities = self.facts.map(Self.granularity)
        self.generation = generation
        self.request = request
        self.authorizer = authorizer
        zone = request.tenant < 0 ? .utc : request.directory.tenants[request.tenant].zone
    }

    /// True when a fact reads the clock's content, so that nothing is known about any other instant.
    var isRestless: Bool { granularities.contains(.restless) }

    /// The first instant after `start` at which the value of a fact changes.
    /// - Parameter end: the limit of the search; itself excluded.
    mutating func next(after start: Instant, before end: Instant, mostSteps: Int = .max) -> Instant? {
        guard start < end, let first = values(at: start) else { return nil }
        var found: Instant?
        for (number, granularity) in granularities.enumerated() where granularity == .once || granularity == .restless {
            guard granularity == .once, let instant = passing(number, first[number], after: start, before: found ?? end)
            else { continue }
            found = instant
        }
        guard let step = granularities.filter({ $0 > .once && $0 < .restless }).max() else { return found }
        let stepped = granularities.indices.filter { granularities[$0] > .once && granularities[$0] < .restless }
        var last = start
        while steps < mostSteps {
            let next = min(boundary(after: last, step), found ?? end)
            guard let values = values(at: next) else { return found }
            if stepped.contains(where: { !values[$0].isSame(as: first[$0]) }) {
                // It may have changed and changed back no more than once between two steps.
                return stepped.compactMap { number in
                    values[number].isSame(as: first[number])
                        ? nil : halved(number, first[number], low: last, high: next)
                }.min().flatMap { $0 < end ? $0 : nil }
            }
            if next >= found ?? end { return found }
            last = next
        }
        return found
    }

    /// The values of the facts at an instant.
    mutating func values(at instant: Instant) -> [Value]? {
        steps += 1
        var request = request
        request.now = instant
        return authorizer.values(of: facts, for: request, generation: generation)
    }

    /// The facts that differ between two instants, with both values.
    mutating func differences(_ one: Instant, _ other: Instant) -> [(fact: ObservedFact, before: Value, after: Value)] {
        guard let before = values(at: one), let after = values(at: other) else { return [] }
        return facts.indices.filter { !before[$0].isSame(as: after[$0]) }.map { (facts[$0], before[$0], after[$0]) }
    }

    private mutating func passing(
        _ number: Int, _ value: Value, after start: Instant, before end: Instant
    ) -> Instant? {
        // A comparison with one exact instant is true for a microsecond: bisection would miss it.
        if facts[number].operation == .equal {
            for side in facts[number].operands where !side.dependsOnTime {
                guard case .instant(let instant) = side.value else { continue }
                let next = Instant(microseconds: instant.microseconds + (instant > start ? 0 : 1))
                return next > start && next < end ? next : nil
            }
        }
        guard let last = values(at: Instant(microseconds: end.microseconds - 1))?[number], !last.isSame(as: value)
        else { return nil }
        return halved(number, value, low: start, high: Instant(microseconds: end.microseconds - 1))
    }

    /// The instant between two others at which a fact stops having the value that it has at the first.
    private mutating func halved(_ number: Int, _ value: Value, low: Instant, high: Instant) -> Instant {
        var (low, high) = (low.microseconds, high.microseconds)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            let isSame = values(at: Instant(microseconds: middle))?[number].isSame(as: value) ?? false
            if isSame { low = middle } else { high = middle }
        }
        return Instant(microseconds: high)
    }

    /// The next instant at which a part of the calendar may change. Zone offsets are whole quarters of an hour.
    private func boundary(after instant: Instant, _ granularity: TimeGranularity) -> Instant {
        switch granularity {
        case .second: Self.next(instant, multipleOf: 1)
        case .minute: Self.next(instant, multipleOf: 60)
        case .hour: Self.next(instant, multipleOf: 900)
        default:
            zone.date(of: instant).adding(Period(days: 1)).map(zone.start) ?? Instant(microseconds: .max)
        }
    }

    private static func next(_ instant: Instant, multipleOf seconds: Int64) -> Instant {
        Instant(microseconds: (instant.seconds / seconds + 1) * seconds * 1_000_000)
    }

    // MARK: How often

    private static func granularity(_ fact: ObservedFact) -> TimeGranularity {
        guard [.equal, .less, .lessEqual].contains(fact.operation) else {
            let granularity = granularityOfContent(fact)
            return granularity == .once ? .restless : granularity
        }
        let sides = fact.operands.filter(\.dependsOnTime).map(granularityOfContent)
        let granularity = sides.max() ?? .never
        // Both sides move with the clock: walk step by step.
        return granularity == .once && (sides.count > 1 || isMoved(fact)) ? .hour : granularity
    }

    private static func granularityOfContent(_ fact: ObservedFact) -> TimeGranularity {
        guard fact.dependsOnTime else { return .never }
        switch fact.operation {
        case .attribute(.time): return .once
        case .attribute(.today), .attribute(.dateOf), .attribute(.year), .attribute(.month), .attribute(.day),
            .attribute(.weekday), .endOfDay:
            return .day
        case .attribute(.hour): return .hour
        case .attribute(.minute), .attribute(.timeOfDay), .between: return .minute
        case .attribute(.second), .attribute(.inSeconds): return .second
        // A difference with the clock passes whole units at any instant.
        case .attribute(.inDays), .attribute(.inHours), .attribute(.inMinutes):
            return max(fact.operands.map(granularityOfContent).max() ?? .never, .minute)
        case .call:
            // A plugin function that takes the clock may derive anything from it; a host function reads its minutes.
            let given = fact.operands.map(granularityOfContent).max() ?? .never
            return given == .once ? .restless : max(given, fact.readsMinute ? .minute : .never)
        default: return fact.operands.map(granularityOfContent).max() ?? .once
        }
    }

    /// True when a period is added to the clock. The calendar adds it, and has days of 23 and 25 hours.
    private static func isMoved(_ fact: ObservedFact) -> Bool {
        if case .plus = fact.operation, fact.dependsOnTime { return true }
        return fact.operands.contains(where: isMoved)
    }
}

extension Value {
    /// True when both are the same value of one fact, failures included.
    func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.failure(let one), .failure(let other)): one.isSameBytes(other)
        case (.entity, .entity): true
        default: equals(other)
        }
    }
}
