internal import Engine

/// The events that tests caused at one site: the number of times it was reached, and the first test for each outcome.
struct SiteTally: Sendable {
    /// The number of the first test; -1 for none.
    typealias First = Int32

    private(set) var count = 0
    private(set) var reached: First = -1
    private(set) var no: First = -1
    private(set) var yes: First = -1
    /// By `OrderedValue.Place`.
    private(set) var places: [First] = []
    /// The two compared values that came nearest to each other; `nil` when no distance could be measured.
    private(set) var nearest: (distance: Double, left: OrderedValue, right: OrderedValue)?
    /// True when compared values have no neighbours, as strings have none.
    private(set) var isUnmeasurable = false

    mutating func reach(_ test: First) {
        count += 1
        Self.note(test, &reached)
    }

    mutating func come(to holds: Bool, _ test: First) {
        reach(test)
        if holds { Self.note(test, &yes) } else { Self.note(test, &no) }
    }

    mutating func compare(_ left: OrderedValue?, _ right: OrderedValue?, _ test: First) {
        guard let left, let right, let distance = left.distance(to: right) else {
            isUnmeasurable = true
            return
        }
        if nearest.map({ distance < $0.distance }) ?? true { nearest = (distance, left, right) }
        guard let place = left.place(besides: right) else { return }
        if places.isEmpty { places = [-1, -1, -1] }
        Self.note(test, &places[place.rawValue])
    }

    func first(_ place: OrderedValue.Place) -> First { places.isEmpty ? -1 : places[place.rawValue] }

    mutating func merge(_ other: SiteTally) {
        count += other.count
        Self.note(other.reached, &reached)
        Self.note(other.no, &no)
        Self.note(other.yes, &yes)
        for place in OrderedValue.Place.allCases where other.first(place) >= 0 {
            if places.isEmpty { places = [-1, -1, -1] }
            Self.note(other.first(place), &places[place.rawValue])
        }
        // On a tie the value of the earlier part stays; the parts of a run are merged in order.
        if let near = other.nearest, nearest.map({ near.distance < $0.distance }) ?? true { nearest = near }
        isUnmeasurable = isUnmeasurable || other.isUnmeasurable
    }

    private static func note(_ test: First, _ first: inout First) {
        if test >= 0, first < 0 || test < first { first = test }
    }
}
