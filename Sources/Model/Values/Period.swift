/// An amount of calendar time. Months and years are calendar months and years, clamped to the month's end.
package struct Period: Hashable, Sendable {
    package var years: Int
    package var months: Int
    package var weeks: Int
    package var days: Int
    package var hours: Int
    package var minutes: Int
    package var seconds: Int

    /// The names of its parts, in this order.
    package static let names = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"]

    package init(
        years: Int = 0, months: Int = 0, weeks: Int = 0, days: Int = 0, hours: Int = 0, minutes: Int = 0,
        seconds: Int = 0
    ) {
        self.years = years
        self.months = months
        self.weeks = weeks
        self.days = days
        self.hours = hours
        self.minutes = minutes
        self.seconds = seconds
    }

    /// True for a period of hours, minutes or seconds, which moves an instant and no day.
    package var isOfClock: Bool { hours != 0 || minutes != 0 || seconds != 0 }

    /// The period back in time.
    package var reversed: Period {
        Period(
            years: -years, months: -months, weeks: -weeks, days: -days, hours: -hours, minutes: -minutes,
            seconds: -seconds)
    }
}
