internal import CLua

/// The resource limits of one evaluation.
package struct Limits: Sendable {
    package let sourceBytes: Int
    private let fuel: Int
    private let memory: Int
    private let nanoseconds: Int64
    private let interrupt: Interrupt?

    /// - Parameters:
    ///   - fuel: about one unit for each instruction.
    ///   - memory: bytes in addition to those in use at the start.
    ///   - interrupt: ends the evaluation as the deadline does.
    package init(
        fuel: Int = 1_000_000,
        memory: Int = 8 << 20,
        deadline: Duration = .milliseconds(1000),
        sourceBytes: Int = 65_536,
        interrupt: Interrupt? = nil
    ) {
        self.sourceBytes = sourceBytes
        let parts = deadline.components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (nanoseconds, carry) = seconds.addingReportingOverflow(parts.attoseconds / 1_000_000_000)
        self.fuel = fuel
        self.memory = memory
        self.nanoseconds = overflow || carry ? .max : nanoseconds
        self.interrupt = interrupt
    }

    /// The limits in C's form.
    var flat: clua_limits {
        unsafe clua_limits(
            fuel: Int64(fuel), memory: Int64(memory), nanoseconds: nanoseconds, interrupt: interrupt?.flag)
    }
}
