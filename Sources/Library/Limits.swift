internal import Policies

/// The most that one evaluation of one policy may take. A policy that takes more is stopped, and the decision is a
/// deny. Numbers below 1 count as 1: nothing can be evaluated then.
public struct Limits: Sendable {
    /// Instructions of the interpreter, and what its functions charge for their work.
    public var instructions: Int
    /// Bytes that it allocates.
    public var bytes: Int
    /// The time on the clock. It is looked at now and then, so that a short evaluation may end before anybody looks.
    public var deadline: Duration

    /// The limits that the program `demilune` uses when it is told none.
    public init(instructions: Int = 1_000_000, bytes: Int = 8 << 20, deadline: Duration = .seconds(1)) {
        (self.instructions, self.bytes, self.deadline) = (instructions, bytes, deadline)
    }

    var budget: Budget { Budget(fuel: max(1, instructions), memory: max(1, bytes), deadline: deadline) }
}
