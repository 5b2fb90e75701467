internal import CLua

/// What one evaluation may use.
package struct Limits: Sendable {
    /// About one unit for each instruction.
    package var fuel: Int
    /// Bytes over what was in use at the start.
    package var memory: Int
    package var deadline: Duration
    package var sourceBytes: Int

    package init(
        fuel: Int = 1_000_000,
        memory: Int = 8 << 20,
        deadline: Duration = .milliseconds(1000),
        sourceBytes: Int = 65_536
    ) {
        self.fuel = fuel
        self.memory = memory
        self.deadline = deadline
        self.sourceBytes = sourceBytes
    }

    var flat: clua_limits {
        let parts = deadline.components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (nanoseconds, carry) = seconds.addingReportingOverflow(parts.attoseconds / 1_000_000_000)
        return clua_limits(
            fuel: Int64(fuel), memory: Int64(memory), nanoseconds: overflow || carry ? .max : nanoseconds)
    }
}
