package import Model

/// The numbers of days before the end of a token at which its people are told.
package struct NoticeSteps: Equatable, Sendable {
    /// The greatest first.
    package let days: [Int]

    package static let usual = NoticeSteps([60, 30, 7, 1])!
    /// The greatest number of days, and the most steps.
    package static let (furthest, most) = (3_650, 20)

    /// - Returns: `nil` for no step, one twice, or one that is not between 1 and `furthest` days.
    package init?(_ days: [Int]) {
        guard !days.isEmpty, days.count <= Self.most, Set(days).count == days.count,
            days.allSatisfy({ 1...Self.furthest ~= $0 })
        else { return nil }
        self.days = days.sorted(by: >)
    }

    /// The last step that a token has reached; `nil` before the first.
    /// - Parameter left: the days from today to its last valid day, both in its tenant's zone.
    package func reached(daysLeft left: Int) -> Int? { days.last { left <= $0 } }

    /// The days from today to the last valid day of a token: 0 on that day.
    package static func daysLeft(_ expires: Instant, now: Instant, in zone: Zone) -> Int {
        let last = zone.date(of: Instant(microseconds: expires.microseconds - 1))
        return Int(last.daysSinceEpoch - zone.date(of: now).daysSinceEpoch)
    }
}
