internal import Lua

/// The effects that policies repeat with the same arguments, built once.
///
/// The number of entries is fixed; the latest effect replaces the one at the same index.
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

    /// The effect of a policy's last call of this function on this line; `nil` unless the arguments are the same.
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
