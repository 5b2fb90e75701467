/// A day of the Gregorian calendar, without a time zone.
package struct Date: Hashable, Comparable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// - Returns: `nil` when the years 1 to 9999 have no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    package static func < (one: Date, other: Date) -> Bool {
        (one.year, one.month, one.day) < (other.year, other.month, other.day)
    }

    /// The day with this number, counted from 1970-01-01 as 0; clamped to the years 1 to 9999.
    ///
    /// Method: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    package init(daysSinceEpoch days: Int64) {
        let shifted = min(max(days, -719_162), 2_932_896) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// The number of days since 1970-01-01. Method: as above, `days_from_civil`.
    package var daysSinceEpoch: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day of the week: 1 is Monday, 7 is Sunday (ISO 8601).
    package var weekday: Int { Int((daysSinceEpoch + 3).remainder(7)) + 1 }

    /// The day after this period: years and months first, clamped to the month's end, then weeks and days.
    /// - Returns: `nil` outside the years 1 to 9999, and for a period with hours, minutes or seconds.
    package func adding(_ period: Period) -> Date? {
        guard !period.isOfClock else { return nil }
        let months = year * 12 + month - 1 + period.years * 12 + period.months
        guard (12..<120_000).contains(months) else { return nil }
        let (newYear, newMonth) = (months / 12, months % 12 + 1)
        let clamped = min(day, Self.days(in: newMonth, of: newYear))
        guard let moved = Date(year: newYear, month: newMonth, day: clamped) else { return nil }
        let number = moved.daysSinceEpoch + Int64(period.weeks) * 7 + Int64(period.days)
        guard (-719_162...2_932_896).contains(number) else { return nil }
        return Date(daysSinceEpoch: number)
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Date: CustomStringConvertible {
    /// The day as `YYYY-MM-DD`.
    package var description: String {
        "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    package init?(_ text: String) {
        self.init(Array(text.utf8)[...])
    }

    init?(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count == 10, bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[start..<(start + 4)]),
            let month = Self.number(bytes[(start + 5)..<(start + 7)]), let day = Self.number(bytes[(start + 8)...])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The number that these bytes write; `nil` for anything but decimal digits.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return digits.isEmpty ? nil : value
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
