/// A POSIX TZ rule, `CET-1CEST,M3.5.0,M10.5.0/3`: the offset from UTC for every year to come.
///
/// Source: POSIX.1-2017, 8.3 (TZ), with the hours of −167 to 167 that RFC 9636 allows.
struct ZoneRule: Sendable {
    private enum Day {
        /// Day 1 to 365 of the year; 29 February is never counted.
        case julian(Int)
        /// Day 0 to 365 of the year.
        case ordinal(Int)
        /// The n-th weekday (0 is Sunday) of a month; 5 is the last.
        case weekday(month: Int, week: Int, weekday: Int)
    }

    private struct Change {
        let day: Day
        /// Seconds after local midnight.
        let time: Int64
    }

    private let standard: Int32
    private let summer: (offset: Int32, start: Change, end: Change)?

    init?(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard scanner.skipName(), let offset = scanner.time() else { return nil }
        standard = Int32(-offset)
        guard !scanner.isAtEnd else {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        var summerOffset = standard + 3_600
        if scanner.next != UInt8(ascii: ",") {
            guard let offset = scanner.time() else { return nil }
            summerOffset = Int32(-offset)
        }
        guard let start = Self.change(&scanner), let end = Self.change(&scanner), scanner.isAtEnd else { return nil }
        summer = (summerOffset, start, end)
    }

    func offset(at seconds: Int64) -> Int32 {
        guard let summer else { return standard }
        let year = Date(daysSinceEpoch: (seconds + Int64(standard)).quotient(86_400)).year
        let start = Self.local(summer.start, year) - Int64(standard)
        let end = Self.local(summer.end, year) - Int64(summer.offset)
        let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    /// The time of a change in a year, in seconds since 1970 on the local clock before the change.
    private static func local(_ change: Change, _ year: Int) -> Int64 {
        let first = Date(year: year, month: 1, day: 1)!.daysSinceEpoch
        let day: Int64
        switch change.day {
        case .ordinal(let number): day = first + Int64(number)
        case .julian(let number):
            let leaps = Date.days(in: 2, of: year) == 29 && number >= 60
            day = first + Int64(number - 1) + (leaps ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let start = Date(year: year, month: month, day: 1)!
            let ahead = (weekday - start.weekday % 7 + 7) % 7
            var inMonth = 1 + ahead + (week - 1) * 7
            while inMonth > Date.days(in: month, of: year) { inMonth -= 7 }
            day = start.daysSinceEpoch + Int64(inMonth - 1)
        }
        return day * 86_400 + change.time
    }

    private static func change(_ scanner: inout Scanner) -> Change? {
        guard scanner.skip(",") else { return nil }
        let day: Day
        if scanner.skip("M") {
            guard let month = scanner.number(), (1...12).contains(month), scanner.skip("."),
                let week = scanner.number(),
                (1...5).contains(week), scanner.skip("."), let weekday = scanner.number(), (0...6).contains(weekday)
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if scanner.skip("J") {
            guard let number = scanner.number(), (1...365).contains(number) else { return nil }
            day = .julian(number)
        } else {
            guard let number = scanner.number(), (0...365).contains(number) else { return nil }
            day = .ordinal(number)
        }
        guard scanner.skip("/") else { return Change(day: day, time: 7_200) }
        guard let time = scanner.time() else { return nil }
        return Change(day: day, time: Int64(time))
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }
        var next: UInt8? { isAtEnd ? nil : bytes[position] }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard next == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        /// Skips a zone's abbreviation: letters, or anything between angle brackets.
        mutating func skipName() -> Bool {
            let start = position
            if skip("<") {
                while next != nil, next != UInt8(ascii: ">") { position += 1 }
                return skip(">")
            }
            while let byte = next, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF) { position += 1 }
            return position > start
        }

        mutating func number() -> Int? {
            let start = position
            while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), position - start < 4 {
                position += 1
            }
            return Date.number(bytes[start..<position])
        }

        /// Reads `hh[:mm[:ss]]` with a sign, in seconds.
        mutating func time() -> Int? {
            let sign = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            guard var seconds = number().map({ $0 * 3_600 }) else { return nil }
            for unit in [60, 1] where skip(":") {
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }
    }
}
