internal import Lua

/// The interpreter that policies are run in once, to be declared: one for all of a set, since a program leaves nothing to
/// the next.
final class DeclarationSandbox {
    private var sandbox: Sandbox?

    /// Runs a policy's program.
    /// - Throws: as `Sandbox.load`.
    func run(_ program: [UInt8], name: String, host: DeclarationHost) throws(LuaError) -> CallResult {
        var sandbox = try take()
        let chunk = try sandbox.load(program, name: name, limits: Limits())
        let outcome = sandbox.run(chunk, host: host, limits: Limits())
        // One that exhausted its budget runs nothing any more.
        if !sandbox.isSpent { self.sandbox = consume sandbox }
        return outcome
    }

    private func take() throws(LuaError) -> Sandbox {
        if let sandbox = sandbox.take() { return sandbox }
        return try Sandbox(functions: EvaluationHost.functions, tags: EvaluationHost.tags)
    }
}
