/// The limits of one token below what its combination may do. A ceiling only ever narrows.
///
/// A part that is `nil` does not limit.
package struct Ceiling: Hashable, Sendable {
    /// Permissions, and patterns that end in `*`; sorted, each once, at least one.
    package var permissions: [ExactName]? { didSet { permissions = permissions.map { Array(Set($0)).sorted() } } }
    /// The ids of departments, each with those under it; sorted, each once, at least one.
    package var departments: [ExactName]? { didSet { departments = departments.map { Array(Set($0)).sorted() } } }
    /// The networks that requests come from, in the order of their texts, each once, at least one.
    package var networks: [IPNetwork]? {
        didSet { networks = networks.map { Array(Set($0)).sorted { $0.description < $1.description } } }
    }
    /// The days and times of day at which requests are made, on the clock of the tenant.
    package var hours: Hours?
    /// The number of uses after which the token ends: at least 1.
    package var uses: Int?
    /// The purpose that each request must state.
    package var purpose: ExactName?

    package init() {}

    /// The most elements of a list of a ceiling.
    package static let mostElements = 1_000
    /// The most uses.
    package static let mostUses = 1_000_000_000

    package var isEmpty: Bool { self == Ceiling() }

    /// The parts of a ceiling.
    package enum Part: String, CaseIterable, Sendable {
        case permissions, departments, networks, hours, uses, purpose
    }

    /// The parts that limit.
    package var parts: [Part] {
        Part.allCases.filter { part in
            switch part {
            case .permissions: permissions != nil
            case .departments: departments != nil
            case .networks: networks != nil
            case .hours: hours != nil
            case .uses: uses != nil
            case .purpose: purpose != nil
            }
        }
    }

    /// The same ceiling without one of its parts.
    package func without(_ part: Part) -> Ceiling {
        var wider = self
        switch part {
        case .permissions: wider.permissions = nil
        case .departments: wider.departments = nil
        case .networks: wider.networks = nil
        case .hours: wider.hours = nil
        case .uses: wider.uses = nil
        case .purpose: wider.purpose = nil
        }
        return wider
    }

    /// This ceiling with the limits that another one has and it lacks, and with the permissions that both leave.
    ///
    /// The number of uses stays, for each use counts for one token alone; and so does what both limit in different ways:
    /// `partsBeyond` tells if that is within the other one.
    package func narrowed(to other: Ceiling) -> Ceiling {
        var narrower = self
        if let own = permissions, let others = other.permissions {
            let common = PermissionSet(own).intersection(PermissionSet(others)).patterns
            narrower.permissions = common.isEmpty ? own : common
        } else {
            narrower.permissions = permissions ?? other.permissions
        }
        narrower.departments = departments ?? other.departments
        narrower.networks = networks ?? other.networks
        narrower.hours = hours ?? other.hours
        narrower.purpose = purpose ?? other.purpose
        return narrower
    }

    /// The parts that permit something that another ceiling does not; none where this one is as narrow or narrower.
    /// - Parameter isWithin: true when the first department is the second or is under it.
    package func partsBeyond(_ other: Ceiling?, isWithin: (ExactName, ExactName) -> Bool) -> [Part] {
        guard let other else { return [] }
        return other.parts.filter { part in
            switch part {
            case .permissions:
                return permissions.map { !PermissionSet(other.permissions!).covers(PermissionSet($0)) } ?? true
            case .departments:
                return departments.map { own in
                    !own.allSatisfy { id in other.departments!.contains { isWithin(id, $0) } }
                } ?? true
            case .networks:
                return networks.map { own in
                    !own.allSatisfy { network in other.networks!.contains { $0.contains(network) } }
                } ?? true
            case .hours: return hours.map { !$0.isWithin(other.hours!) } ?? true
            case .uses: return uses.map { $0 > other.uses! } ?? true
            case .purpose: return purpose != other.purpose
            }
        }
    }
}

extension Ceiling {
    /// Days of the week, and times of day on each of them.
    package struct Hours: Hashable, Sendable {
        /// The days by their ISO numbers, 1 for Monday: at least one, ascending.
        package let weekdays: [Int]
        /// The first time of day, in whole minutes.
        package let opens: TimeOfDay
        /// The time of day before which it ends, in whole minutes. One before `opens` is on the next day, and the times
        /// from midnight to it belong to the day itself. One equal to `opens` leaves the whole day.
        package let closes: TimeOfDay

        package init(weekdays: Set<Int>, from opens: TimeOfDay, to closes: TimeOfDay) {
            (self.weekdays, self.opens, self.closes) = (weekdays.sorted(), opens, closes)
        }

        package var isWholeDay: Bool { opens == closes }

        /// True at a time on a clock.
        package func contains(weekday: Int, _ time: TimeOfDay) -> Bool {
            weekdays.contains(weekday) && time.isBetween(opens, closes)
        }

        /// True when every time that it contains is one of another's.
        func isWithin(_ other: Hours) -> Bool {
            guard weekdays.allSatisfy(other.weekdays.contains) else { return false }
            if other.isWholeDay { return true }
            guard !isWholeDay else { return false }
            // Both are arcs on the clock: the other holds this one when, counted from its start, this one ends there.
            let day = TimeOfDay.microsecondsOfDay
            func after(_ time: TimeOfDay) -> Int64 { (time.microseconds - other.opens.microseconds + day) % day }
            let (start, end, most) = (after(opens), after(closes), after(other.closes))
            return start < end && end <= most
        }
    }
}

extension Ceiling.Hours: CustomStringConvertible {
    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// The form that `init` reads: `mon-fri 08:00-18:00`, `sat,sun`, `22:00-06:00`.
    package var description: String {
        let times = isWholeDay ? [] : ["\(opens)-\(closes)"]
        guard weekdays.count < 7 else { return times.first ?? "mon-sun" }
        var runs: [[Int]] = []
        for day in weekdays {
            if runs.last?.last == day - 1 { runs[runs.count - 1].append(day) } else { runs.append([day]) }
        }
        let days = runs.map { run in
            run.count > 2
                ? "\(Self.names[run[0] - 1])-\(Self.names[run.last! - 1])"
                : run.map { Self.names[$0 - 1] }.joined(separator: ",")
        }
        return ([days.joined(separator: ",")] + times).joined(separator: " ")
    }

    /// Reads days, times of day or both: `mon-fri 08:00-18:00`, `sat,sun`, `22:00-06:00`.
    package init?(_ text: String) {
        let words = text.split(separator: " ").map { $0.lowercased() }
        guard (1...2).contains(words.count) else { return nil }
        var (days, times): (Set<Int>?, (TimeOfDay, TimeOfDay)?)
        for (place, word) in words.enumerated() {
            if place == 0, let found = Self.days(word) {
                days = found
            } else if times == nil, let found = Self.times(word) {
                times = found
            } else {
                return nil
            }
        }
        weekdays = (days ?? Set(1...7)).sorted()
        let midnight = TimeOfDay(microseconds: 0)
        (opens, closes) = times ?? (midnight, midnight)
    }

    private static func days(_ text: String) -> Set<Int>? {
        var days: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                names.firstIndex(of: String($0))
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return nil }
            // `sat-mon` goes on after Sunday.
            var day = first
            days.insert(day + 1)
            while day != last {
                day = (day + 1) % names.count
                days.insert(day + 1)
            }
        }
        return days
    }

    private static func times(_ text: String) -> (TimeOfDay, TimeOfDay)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            // The end of the day is the start of the next one.
            part == "24:00" ? TimeOfDay(microseconds: 0) : part.utf8.count == 5 ? TimeOfDay(String(part)) : nil
        }
        guard ends.count == 2, let opens = ends[0], let closes = ends[1], !text.hasPrefix("24:00") else { return nil }
        return (opens, closes)
    }
}

/// The ceiling and the parent of a token, outside its record, because most tokens have neither.
final class TokenBounds: Equatable, Sendable {
    let ceiling: Ceiling?
    let parent: TokenID?

    /// - Parameter ceiling: an empty one is none.
    /// - Returns: `nil` where there is neither.
    init?(_ ceiling: Ceiling?, parent: TokenID?) {
        self.ceiling = ceiling?.isEmpty == true ? nil : ceiling
        self.parent = parent
        if self.ceiling == nil, parent == nil { return nil }
    }

    static func == (one: TokenBounds, other: TokenBounds) -> Bool {
        one === other || one.ceiling == other.ceiling && one.parent == other.parent
    }
}
