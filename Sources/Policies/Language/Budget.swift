package import Lua

/// Limits of one policy's evaluation. Fuel decides; memory and time are safety nets.
package struct Budget: Sendable {
    /// Instructions, and what C functions charge for their work.
    package var fuel: Int
    /// Bytes above what the interpreter holds anyway.
    package var memory: Int
    package var deadline: Duration
    /// Ends an evaluation as its deadline does.
    package var interrupt: Interrupt?

    package init(
        fuel: Int = 1_000_000, memory: Int = 8 << 20, deadline: Duration = .seconds(1), interrupt: Interrupt? = nil
    ) {
        self.fuel = fuel
        self.memory = memory
        self.deadline = deadline
        self.interrupt = interrupt
    }

    package var limits: Limits {
        Limits(fuel: fuel, memory: memory, deadline: deadline, sourceBytes: 1 << 18, interrupt: interrupt)
    }
}
