internal import Synchronization

/// A time zone of the IANA database, as the system's files have it.
package struct Zone: Sendable, Hashable {
    package let name: ExactName
    private let file: ZoneFile

    /// Reads the zone's file, once a process.
    /// - Throws: when the name is no zone known here.
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

    /// Every file that was read: there are no more than the system has.
    private static let files = Mutex<[ExactName: ZoneFile]>([:])

    private init(name: ExactName, file: ZoneFile) {
        self.name = name
        self.file = file
    }

    /// Universal time; needs no file.
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

    /// The first instant of a local day, also where the clocks skip midnight.
    package func start(of date: Date) -> Instant {
        Instant(microseconds: instant(local: date.daysSinceEpoch * 86_400) * 1_000_000)
    }

    /// The instant so much later: the calendar's part by the local clock, then hours and minutes as they elapse.
    /// - Returns: `nil` outside the years 1 to 9999.
    package func adding(_ period: Period, to instant: Instant) -> Instant? {
        var calendar = period
        calendar.hours = 0
        calendar.minutes = 0
        var seconds = instant.seconds
        if calendar != Period() {
            let local = local(seconds)
            guard let date = Date(daysSinceEpoch: local.quotient(86_400)).adding(calendar) else { return nil }
            seconds = self.instant(local: date.daysSinceEpoch * 86_400 + local.remainder(86_400))
        }
        seconds += Int64(period.hours) * 3_600 + Int64(period.minutes) * 60
        guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return nil }
        return Instant(microseconds: seconds * 1_000_000 + instant.microseconds.remainder(1_000_000))
    }

    private func local(_ seconds: Int64) -> Int64 { seconds + Int64(file.offset(at: seconds)) }

    /// The first second whose local time is the given one, or, where clocks skip it, the first after the gap.
    private func instant(local: Int64) -> Int64 {
        // Offsets lie within 26 hours of UTC, and change at most once in such a stretch.
        let before = Int64(file.offset(at: local - 93_600))
        let after = Int64(file.offset(at: local + 93_600))
        let candidates = [local - max(before, after), local - min(before, after)]
        for candidate in candidates where self.local(candidate) == local { return candidate }
        var low = candidates[0]
        var high = candidates[1]
        // Skipped: between the two guesses lies the change; its first second is what we want.
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.local(middle) >= local { high = middle } else { low = middle }
        }
        return high
    }
}

/// Why a time zone cannot be had.
package struct ZoneError: Error, Equatable, Sendable {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
