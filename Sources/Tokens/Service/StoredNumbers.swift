internal import CSQLite
internal import Model

// Numbers come from a file that others may have written. Each is brought into the range that the store writes where it enters, so
// that nothing computed from it overflows. A number that was outside is another one than was sealed: its row is tampered with.

extension Instant {
    /// The first instant of the year 1 and the last of the year 9999: what texts can say, and the store writes.
    static let earliest = Instant(microseconds: -62_135_596_800_000_000)
    static let latest = Instant(microseconds: 253_402_300_799_999_999)

    /// The instant, or the nearest that the store writes.
    init(stored microseconds: Int64) {
        self = min(max(Instant(microseconds: microseconds), .earliest), .latest)
    }

    /// The instant as the store reads it again.
    var stored: Instant { Instant(stored: microseconds) }

    /// The instant so much later, or the latest there is.
    func adding(_ duration: Duration) -> Instant {
        let (product, isTooLong) = duration.components.seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, isTooLate) = microseconds.addingReportingOverflow(product)
        if isTooLong || isTooLate { return duration < .zero ? .earliest : .latest }
        return Instant(stored: sum)
    }
}

/// Numbers that count: versions, entries of the log, how often a token was revealed.
enum StoredCount {
    /// Far more than any store comes to, and exact as a floating-point number.
    static let most: Int64 = 1 << 53

    static func clamped(_ number: Int64) -> Int64 { min(max(number, 0), most) }

    /// The next number; the last one is its own.
    static func next(_ number: Int64) -> Int64 { clamped(clamped(number) + 1) }
}

extension SQLStatement {
    /// An instant; a column that is null or no number is 1970.
    func moment(_ column: Int32) -> Instant { Instant(stored: integer(column)) }

    func count(_ column: Int32) -> Int64 { StoredCount.clamped(integer(column)) }
}
