/// An amount of calendar time. Months and years are calendar months and years, clamped to the month's end.
package struct Period: Hashable, Sendable {
    package var years: Int
    package var months: Int
    package var weeks: Int
    package var days: Int
    package var hours: Int
    package var minutes: Int

    /// The names of its parts, in this order.
    package static let names = ["years", "months", "weeks", "days", "hours", "minutes"]

    package init(years: Int = 0, months: Int = 0, weeks: Int = 0, days: Int = 0, hours: Int = 0, minutes: Int = 0) {
        self.years = years
        self.months = months
        self.weeks = weeks
        self.days = days
        self.hours = hours
        self.minutes = minutes
    }
}
