internal import Lua

/// The effects that policies call again and again with the same arguments, made once.
///
/// A fixed number of them, the latest of those that fall on one place.
struct Sayings {
    private struct Saying {
        let policy: UInt32
        let line: Int
        let function: EvaluationHost.Function
        let arguments: SavedArguments
        let effect: EvaluationHost.Effect
    }

    private static let size = 256
    private var sayings = [Saying?](repeating: nil, count: size)

    private static func place(_ policy: UInt32, _ line: Int) -> Int { (Int(policy) &* 31 &+ line) & (size - 1) }

    /// What a policy said the last time it called this function in this line, if it had the same to say.
    func effect(
        _ function: EvaluationHost.Function, _ arguments: LuaArguments, of policy: UInt32, line: Int
    ) -> EvaluationHost.Effect? {
        guard let saying = sayings[Self.place(policy, line)], saying.policy == policy, saying.line == line,
            saying.function == function, arguments.isSame(as: saying.arguments)
        else { return nil }
        return saying.effect
    }

    mutating func note(
        _ effect: EvaluationHost.Effect, _ function: EvaluationHost.Function, _ arguments: LuaArguments,
        of policy: UInt32, line: Int
    ) {
        sayings[Self.place(policy, line)] = Saying(
            policy: policy, line: line, function: function, arguments: arguments.saved(), effect: effect)
    }
}
