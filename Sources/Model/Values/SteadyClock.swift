internal import Glibc

/// The clock that only moves forward: for durations, never for the time of day.
package enum SteadyClock {
    /// Nanoseconds since some moment in the past.
    package static func nanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// A function that returns true once so many seconds from now are over.
    package static func limit(seconds: Int) -> @Sendable () -> Bool {
        let end = nanoseconds() + Int64(seconds) * 1_000_000_000
        return { nanoseconds() > end }
    }
}
