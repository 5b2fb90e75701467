internal import Lua
internal import Policies

/// A sandbox with every policy of a set loaded.
struct Interpreter: ~Copyable {
    private var sandbox: Sandbox
    private var chunks: [Int] = []
    /// The calls to run next.
    private var calls: [Call] = []

    private init(_ sandbox: consuming Sandbox) {
        self.sandbox = sandbox
    }

    static func loaded(_ set: PolicySet, _ host: EvaluationHost) throws(PolicyError) -> Interpreter {
        var restless: Set<Int> = []
        while true {
            var interpreter = Interpreter(try sandbox(isInstrumented: set.isInstrumented))
            for policy in set.policies { try interpreter.load(policy) }
            guard let number = interpreter.keep(set.policies, except: restless, host) else { return interpreter }
            // It exhausted its budget before any request was asked: it may do so again for every request.
            restless.insert(number)
        }
    }

    /// Runs the programs of policies that keep no state once, for all evaluations.
    /// - Returns: the number of a policy that exhausted the interpreter.
    private mutating func keep(_ policies: [Policy], except restless: Set<Int>, _ host: EvaluationHost) -> Int? {
        for (number, policy) in policies.enumerated() where !policy.keepsState && !restless.contains(number) {
            host.take([number])
            host.begin()
            _ = sandbox.keep(chunks[number], "decide", host: host, limits: Budget().limits)
            if sandbox.isSpent { return number }
            // Facts and effects of the program depend on the request, so that it must run in each evaluation.
            if !host.records.isSilent { sandbox.release(chunks[number]) }
        }
        return nil
    }

    private static func sandbox(isInstrumented: Bool) throws(PolicyError) -> Sandbox {
        do throws(LuaError) {
            let functions = BuiltinFunction.ofPolicies + (isInstrumented ? [PolicyInstrumentation.function] : [])
            return try Sandbox(functions: functions, tags: TypeReader.tags)
        } catch {
            throw PolicyError(.interpreter, error.message)
        }
    }

    private mutating func load(_ policy: Policy) throws(PolicyError) {
        do throws(LuaError) {
            chunks.append(try sandbox.load(policy.program, name: "\(policy.id).lua", limits: Budget().limits))
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
