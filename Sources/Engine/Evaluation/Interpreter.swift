internal import Lua
internal import Model
internal import Policies

/// A sandbox for the policies of a set. Each is loaded when it is first needed: most requests concern few of them.
struct Interpreter: ~Copyable {
    private var sandbox: Sandbox
    /// For each policy, the number of its chunk, or one of the marks below.
    private var chunks: [Int]
    /// The numbers of the libraries' chunks, by name.
    private var libraries: [ExactName: Int] = [:]
    /// The calls to run next.
    private var calls: [Call] = []

    private static let notLoaded = -1
    private static let unloadable = -2

    /// - Throws: `.interpreter` when there is no memory for one.
    init(_ set: PolicySet) throws(PolicyError) {
        sandbox = try Self.sandbox(isInstrumented: set.isInstrumented)
        chunks = [Int](repeating: Self.notLoaded, count: set.policies.count)
    }

    /// True when some of these policies must be loaded before they can be run.
    func lacks(_ policies: ArraySlice<Int>) -> Bool { policies.contains { chunks[$0] == Self.notLoaded } }

    /// The number of policies at the beginning that can be run; the next one is not loaded.
    func runnable(_ policies: ArraySlice<Int>) -> Int { policies.prefix { chunks[$0] >= 0 }.count }

    /// Loads a policy, and runs its program once for all evaluations if it keeps no state. The host's present records
    /// are lost.
    /// - Parameter isRestless: true to run the program in each evaluation all the same.
    /// - Returns: false when the program exhausted the sandbox, which is of no use then.
    mutating func load(_ number: Int, of set: PolicySet, isRestless: Bool, _ host: EvaluationHost) -> Bool {
        guard chunks[number] == Self.notLoaded else { return true }
        let policy = set.policies[number]
        let hasLibraries = loadLibraries(of: policy, of: set)
        host.libraryChunks = libraries
        let loaded =
            hasLibraries ? try? sandbox.load(policy.program, name: "\(policy.id).lua", limits: Budget().limits) : nil
        chunks[number] = loaded ?? Self.unloadable
        guard let chunk = loaded, !policy.keepsState, !isRestless else { return !sandbox.isSpent }
        host.take([number])
        host.begin()
        _ = sandbox.keep(chunk, "decide", host: host, limits: Budget().limits)
        if sandbox.isSpent { return false }
        // Facts and effects of the program depend on the request, so that it must run in each evaluation.
        if !host.records.isSilent { sandbox.release(chunk) }
        return true
    }

    /// Loads the libraries of a policy that are not loaded yet.
    /// - Returns: false when one of them cannot be loaded.
    private mutating func loadLibraries(of policy: Policy, of set: PolicySet) -> Bool {
        for name in policy.libraries where libraries[name] == nil {
            guard let library = set.libraries[name],
                let chunk = try? sandbox.load(library.program, name: library.file.text, limits: Budget().limits)
            else { return false }
            libraries[name] = chunk
        }
        return true
    }

    private static func sandbox(isInstrumented: Bool) throws(PolicyError) -> Sandbox {
        do throws(LuaError) {
            let functions = BuiltinFunction.ofPolicies + (isInstrumented ? [PolicyInstrumentation.function] : [])
            return try Sandbox(functions: functions, tags: TypeReader.tagsOfPolicies)
        } catch {
            throw PolicyError(.interpreter, error.message)
        }
    }

    var isSpent: Bool { sandbox.isSpent }

    /// Runs some of the policies that the host has taken, up to the first that does not end well.
    /// - Parameter handles: by policy, the expression of its request.
    /// - Returns: the number of runs, and the ending of the last one; `used` gives the resources of each.
    mutating func decide(
        _ policies: ArraySlice<Int>, handles: [UInt32], _ host: EvaluationHost, _ limits: Limits
    ) -> (count: Int, termination: CallResult.Termination) {
        calls.removeAll(keepingCapacity: true)
        for policy in policies { calls.append(Call(chunks[policy], argument: handles[policy])) }
        let (count, termination) = sandbox.call(calls[...], "decide", host: host, limits: limits)
        return (count, termination)
    }

    func used(_ run: Int) -> (fuel: Int, bytes: Int) { sandbox.used(run) }
}
