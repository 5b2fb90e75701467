internal import Policies

/// The most that one evaluation of one policy may take. A policy that takes more is stopped, and the decision is a deny.
public struct Limits: Sendable {
    /// Instructions of the interpreter, and what its functions charge for their work.
    public var instructions: Int
    /// Bytes that it allocates.
    public var bytes: Int
    /// The time on the clock.
    public var deadline: Duration

    /// The limits that the program `demilune` uses when it is told none.
    public init(instructions: Int = 1_000_000, bytes: Int = 8 << 20, deadline: Duration = .seconds(1)) {
        (self.instructions, self.bytes, self.deadline) = (instructions, bytes, deadline)
    }

    var budget: Budget { Budget(fuel: max(1, instructions), memory: max(1, bytes), deadline: deadline) }
}
