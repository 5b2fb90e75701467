internal import Synchronization

/// A time zone of the IANA database, from the system's files.
package struct Zone: Sendable, Hashable {
    package let name: ExactName
    private let file: ZoneFile

    /// Reads the zone's file, once per process.
    /// - Throws: when the zone is unknown on this system.
    package init(_ name: ExactName) throws(ZoneError) {
        self.name = name
        if let known = Self.files.withLock({ $0[name] }) {
            file = known
            return
        }
        let read = try ZoneFile(named: name.text)
        file = read
        Self.files.withLock { $0[name] = read }
    }

    /// All files that were read, and UTC; bounded by the number of the system's files.
    private static let files = Mutex<[ExactName: ZoneFile]>([utc.name: utc.file])

    private init(name: ExactName, file: ZoneFile) {
        self.name = name
        self.file = file
    }

    /// Coordinated universal time; needs no file.
    package static let utc = Zone(name: "UTC", file: ZoneFile(transitions: [], offsets: [0], rule: nil))

    package static func == (one: Zone, other: Zone) -> Bool { one.name == other.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// The local day.
    package func date(of instant: Instant) -> Date {
        Date(daysSinceEpoch: local(instant.seconds).quotient(86_400))
    }

    /// The local time of day.
    package func clock(of instant: Instant) -> (hour: Int, minute: Int, second: Int) {
        let second = Int(local(instant.seconds).remainder(86_400))
        return (second / 3_600, second / 60 % 60, second % 60)
    }

    /// The first instant of a local day, also when the clocks skip midnight.
    package func start(of date: Date) -> Instant {
        Instant(microseconds: instant(local: date.daysSinceEpoch * 86_400) * 1_000_000)
    }

    /// The instant after this period: the calendar part by the local clock, then hours, minutes and seconds as they elapse.
    /// - Returns: `nil` outside the years 1 to 9999.
    package func adding(_ period: Period, to instant: Instant) -> Instant? {
        var calendar = period
        calendar.hours = 0
        calendar.minutes = 0
        calendar.seconds = 0
        var seconds = instant.seconds
        if calendar != Period() {
            let local = local(seconds)
            guard let date = Date(daysSinceEpoch: local.quotient(86_400)).adding(calendar) else { return nil }
            seconds = self.instant(local: date.daysSinceEpoch * 86_400 + local.remainder(86_400))
        }
        seconds += Int64(period.hours) * 3_600 + Int64(period.minutes) * 60 + Int64(period.seconds)
        guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return nil }
        return Instant(microseconds: seconds * 1_000_000 + instant.microseconds.remainder(1_000_000))
    }

    private func local(_ seconds: Int64) -> Int64 { seconds + Int64(file.offset(at: seconds)) }

    /// The first second with this local time, or the first after the gap when clocks skip it.
    private func instant(local: Int64) -> Int64 {
        // Offsets are within 26 hours of UTC, and change at most once in such an interval.
        let before = Int64(file.offset(at: local - 93_600))
        let after = Int64(file.offset(at: local + 93_600))
        let candidates = [local - max(before, after), local - min(before, after)]
        for candidate in candidates where self.local(candidate) == local { return candidate }
        var low = candidates[0]
        var high = candidates[1]
        // Skipped: the change is between the two guesses, and its first second is the result.
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.local(middle) >= local { high = middle } else { low = middle }
        }
        return high
    }
}

/// The reason why a time zone is not available.
package struct ZoneError: Error, Equatable, Sendable {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
