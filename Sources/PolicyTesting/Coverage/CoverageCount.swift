/// The covered part of something, as a count.
package struct CoverageCount: Equatable, Sendable {
    package var tried = 0
    package var all = 0

    package init(tried: Int = 0, all: Int = 0) {
        self.tried = tried
        self.all = all
    }

    /// In percent, rounded down, so that 100 means all.
    package var percent: Int { all == 0 ? 100 : tried * 100 / all }

    mutating func add(_ isTried: Bool) {
        all += 1
        if isTried { tried += 1 }
    }

    package static func + (one: CoverageCount, other: CoverageCount) -> CoverageCount {
        CoverageCount(tried: one.tried + other.tried, all: one.all + other.all)
    }
}
