/// A measured time in the units that people and reports read.
package enum ElapsedTime {
    /// `84 ns`, `3.2 µs`, `1.5 ms`, `2.0 s`.
    package static func text(_ nanoseconds: Int64) -> String {
        func tenths(_ unit: Int64) -> String { "\(nanoseconds / unit).\(nanoseconds % unit * 10 / unit)" }
        switch nanoseconds {
        case ..<1_000: return "\(nanoseconds) ns"
        case ..<1_000_000: return "\(tenths(1_000)) µs"
        case ..<1_000_000_000: return "\(tenths(1_000_000)) ms"
        default: return "\(tenths(1_000_000_000)) s"
        }
    }

    /// Seconds with six digits after the point, as JUnit's XML has them: `0.001500`.
    package static func seconds(_ nanoseconds: Int64) -> String {
        let digits = String(nanoseconds % 1_000_000_000 / 1_000)
        return "\(nanoseconds / 1_000_000_000).\(String(repeating: "0", count: 6 - digits.utf8.count))\(digits)"
    }
}
