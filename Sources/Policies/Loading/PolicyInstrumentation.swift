package import Lua
internal import Model
package import Syntax

/// The coverage sites of a policy, and its instrumented program.
package struct PolicyInstrumentation: Sendable {
    package let sites: [CoverageSite]
    package let effectCalls: [EffectCall]
    /// The instrumented program; `nil` when it would be larger than Lua takes: then no event is reported.
    let program: [UInt8]?

    package var isTelling: Bool { program != nil }

    /// - Parameter base: the number that its first site has where events are reported.
    init(_ chunk: Chunk, name: String, base: Int = 0) {
        let questions = Method.allCases.filter { $0 != .plus && $0 != .endOfDay }.map(\.name)
        let instrumented = chunk.instrumented(
            questions: Set(questions), effects: Set(PolicyStatement.Effect.names), base: base)
        sites = instrumented.sites
        effectCalls = instrumented.effectCalls
        program = Self.loads(instrumented.source, name) ? instrumented.source : nil
    }

    /// The number of a library's first site: those of a policy are below, so that one number names file and site.
    package static func base(ofLibrary number: Int) -> Int { (number + 1) * sitesOfFile }

    /// The library, by number, and the site in it that a reported number stands for; no library for a policy's own site.
    package static func place(of site: Int) -> (library: Int?, site: Int) {
        site < sitesOfFile ? (nil, site) : (site / sitesOfFile - 1, site % sitesOfFile)
    }

    /// More sites than a file of 64 KiB can have.
    private static let sitesOfFile = 1 << 20

    /// The host function that instrumented programs call; policies cannot use its name.
    package static let function = HostFunction(name: "__probe", code: .max)

    /// A larger budget, as instrumentation needs it. A policy's own limits are tested by its own program, which also
    /// runs.
    package static let budget = Budget(fuel: 60_000_000, memory: 64 << 20, deadline: .seconds(20))

    private static func loads(_ program: [UInt8], _ name: String) -> Bool {
        guard let chunk = try? Chunk.parse(program), chunk.miscompiled.isEmpty,
            var sandbox = try? Sandbox(functions: [], tags: [])
        else { return false }
        return (try? sandbox.load(program, name: name, limits: budget.limits)) != nil
    }
}
