internal import Lua

/// The effects that policies repeat with the same arguments, built once.
///
/// The number of entries is fixed; the latest effect replaces the one at the same index.
struct EffectCache {
    private struct CachedEffect {
        let policy: UInt32
        let line: Int
        /// The code of `permit`, `deny`, `advise` or `oblige`.
        let function: UInt32
        let arguments: SavedArguments
        let effect: CalledEffect
    }

    private static let size = 256
    private var entries = [CachedEffect?](repeating: nil, count: size)

    private static func place(_ policy: UInt32, _ line: Int) -> Int { (Int(policy) &* 31 &+ line) & (size - 1) }

    /// The effect of a policy's last call of this function on this line; `nil` unless the arguments are the same.
    func effect(
        _ function: UInt32, _ arguments: LuaArguments, of policy: UInt32, line: Int
    ) -> CalledEffect? {
        guard let entry = entries[Self.place(policy, line)], entry.policy == policy,
            entry.line == line,
            entry.function == function, arguments.isSame(as: entry.arguments)
        else { return nil }
        return entry.effect
    }

    mutating func note(
        _ effect: CalledEffect, _ function: UInt32, _ arguments: LuaArguments,
        of policy: UInt32, line: Int
    ) {
        entries[Self.place(policy, line)] = CachedEffect(
            policy: policy, line: line, function: function, arguments: arguments.saved(), effect: effect)
    }
}
