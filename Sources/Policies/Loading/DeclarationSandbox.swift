internal import Lua

/// The interpreter that runs each policy once for its declaration. All policies of a set share it: each run has
/// handles of its own, and globals cannot be changed, so a program leaves nothing behind for the next.
final class DeclarationSandbox {
    private var sandbox: Sandbox?

    /// Runs a policy's program.
    /// - Throws: as `Sandbox.load`.
    func run(_ program: [UInt8], name: String, host: DeclarationHost) throws(LuaError) -> CallResult {
        var sandbox = try take()
        let chunk = try sandbox.load(program, name: name, limits: Limits())
        let outcome = sandbox.run(chunk, host: host, limits: Limits())
        // A sandbox that has exhausted its budget cannot run again.
        if !sandbox.isSpent { self.sandbox = consume sandbox }
        return outcome
    }

    private func take() throws(LuaError) -> Sandbox {
        if let sandbox = sandbox.take() { return sandbox }
        return try Sandbox(functions: BuiltinFunction.ofPolicies, tags: TypeReader.tags)
    }
}
