internal import CLua

/// What one evaluation may use.
package struct Limits: Sendable {
    package let sourceBytes: Int
    let flat: clua_limits

    /// - Parameters:
    ///   - fuel: about one unit for each instruction.
    ///   - memory: bytes over what was in use at the start.
    package init(
        fuel: Int = 1_000_000,
        memory: Int = 8 << 20,
        deadline: Duration = .milliseconds(1000),
        sourceBytes: Int = 65_536
    ) {
        self.sourceBytes = sourceBytes
        let parts = deadline.components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (nanoseconds, carry) = seconds.addingReportingOverflow(parts.attoseconds / 1_000_000_000)
        flat = clua_limits(
            fuel: Int64(fuel), memory: Int64(memory), nanoseconds: overflow || carry ? .max : nanoseconds)
    }
}
