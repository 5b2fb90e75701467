internal import Lua

/// The effects that policies call again and again with the same arguments, made once.
///
/// A fixed number of them, the latest of those that fall on one place.
struct EffectCache {
    private struct CachedEffect {
        let policy: UInt32
        let line: Int
        let function: EvaluationHost.Function
        let arguments: SavedArguments
        let effect: EvaluationHost.Effect
    }

    private static let size = 256
    private var effectCache = [CachedEffect?](repeating: nil, count: size)

    private static func place(_ policy: UInt32, _ line: Int) -> Int { (Int(policy) &* 31 &+ line) & (size - 1) }

    /// What a policy said the last time it called this function in this line, if it had the same to say.
    func effect(
        _ function: EvaluationHost.Function, _ arguments: LuaArguments, of policy: UInt32, line: Int
    ) -> EvaluationHost.Effect? {
        guard let cachedEffect = effectCache[Self.place(policy, line)], cachedEffect.policy == policy,
            cachedEffect.line == line,
            cachedEffect.function == function, arguments.isSame(as: cachedEffect.arguments)
        else { return nil }
        return cachedEffect.effect
    }

    mutating func note(
        _ effect: EvaluationHost.Effect, _ function: EvaluationHost.Function, _ arguments: LuaArguments,
        of policy: UInt32, line: Int
    ) {
        effectCache[Self.place(policy, line)] = CachedEffect(
            policy: policy, line: line, function: function, arguments: arguments.saved(), effect: effect)
    }
}
