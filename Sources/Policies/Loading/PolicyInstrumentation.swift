internal import Lua
package import Syntax

/// What is known of a policy whose program tells where it goes.
package struct PolicyInstrumentation: Sendable {
    package let sites: [CoverageSite]
    package let effectCalls: [EffectCall]
    /// Its program; `nil` when the probes would make it larger than Lua takes. Then nothing is told.
    let program: [UInt8]?

    package var isTelling: Bool { program != nil }

    init(_ chunk: Chunk, name: String) {
        let questions = Method.allCases.filter { $0 != .plus && $0 != .endOfDay }.map(\.name)
        let instrumented = chunk.instrumented(questions: Set(questions), effectCalls: Self.effects)
        sites = instrumented.sites
        effectCalls = instrumented.effectCalls
        program = Self.loads(instrumented.source, name) ? instrumented.source : nil
    }

    private static let effects: Set<String> = ["permit", "deny", "advise", "oblige"]
    /// The host function that probes call; its name is refused in policies.
    static let function = HostFunction(name: "__probe", code: .max)

    /// More instructions, for what probes need: what a policy may do is said by its own program, which is run beside.
    package static let budget = Budget(fuel: 60_000_000, memory: 64 << 20, deadline: .seconds(20))

    private static func loads(_ program: [UInt8], _ name: String) -> Bool {
        guard let chunk = try? Chunk.parse(program), chunk.miscompiled.isEmpty,
            var sandbox = try? Sandbox(functions: [], tags: [])
        else { return false }
        return (try? sandbox.load(program, name: name, limits: budget.limits)) != nil
    }
}
