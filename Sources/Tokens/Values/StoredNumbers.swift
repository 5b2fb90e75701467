package import Model

// Numbers come from a file that others may have written. Each is clamped on reading to the range that the store writes,
// so that nothing computed from it overflows. A clamped number differs from the sealed one, so its row counts as
// tampered.

extension Instant {
    /// The first instant of the year 1 and the last of the year 9999: the range that text can express and the store
    /// writes.
    static let earliest = Instant(microseconds: -62_135_596_800_000_000)
    static let latest = Instant(microseconds: 253_402_300_799_999_999)

    /// The instant, or the nearest one in the store's range.
    package init(stored microseconds: Int64) {
        self = min(max(Instant(microseconds: microseconds), .earliest), .latest)
    }

    /// The instant as the store reads it back.
    var stored: Instant { Instant(stored: microseconds) }

    /// The instant later by a duration, limited to the store's range.
    func adding(_ duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, isTooLate) = microseconds.addingReportingOverflow(product)
        if isTooLong || isTooLate { return duration < .zero ? .earliest : .latest }
        return Instant(stored: Instant(stored: sum).microseconds + attoseconds / 1_000_000_000_000)
    }
}

/// The range of counting numbers: versions, numbers of log entries, counts of reveals.
package enum StoredCount {
    /// The largest count: more than any store reaches, and exact as a floating-point number.
    package static let most: Int64 = 1 << 53

    package static func clamped(_ number: Int64) -> Int64 { min(max(number, 0), most) }

    /// The next number; the largest one stays itself.
    static func next(_ number: Int64) -> Int64 { clamped(clamped(number) + 1) }
}
