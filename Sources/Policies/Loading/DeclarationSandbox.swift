internal import Lua
internal import Model

/// The interpreter that runs each policy once for its declaration. All policies of a set share it: each run has
/// handles of its own, and globals cannot be changed, so a program leaves nothing behind for the next.
final class DeclarationSandbox {
    private var sandbox: Sandbox?
    /// The numbers of the libraries' chunks in the sandbox.
    private var chunks: [ExactName: Int] = [:]

    /// Runs the program of a policy or a library.
    /// - Parameter libraries: those that it uses, directly or through others.
    /// - Throws: as `Sandbox.load`.
    func run(
        _ program: [UInt8], name: String, host: DeclarationHost, libraries: [Library] = []
    ) throws(LuaError) -> CallResult {
        var sandbox = try take()
        for library in libraries where chunks[library.name] == nil {
            chunks[library.name] = try sandbox.load(
                library.program, name: library.name.libraryFile.text, limits: Limits(sourceBytes: 1 << 18))
        }
        host.chunks = chunks.filter { chunk in libraries.contains { $0.name == chunk.key } }
        let chunk = try sandbox.load(program, name: name, limits: Limits())
        let outcome = sandbox.run(chunk, host: host, limits: Limits())
        // A sandbox that has exhausted its budget cannot run again.
        if !sandbox.isSpent { self.sandbox = consume sandbox }
        return outcome
    }

    private func take() throws(LuaError) -> Sandbox {
        if let sandbox = sandbox.take() { return sandbox }
        chunks = [:]
        return try Sandbox(
            functions: BuiltinFunction.ofPolicies + [PolicyInstrumentation.function], tags: TypeReader.tagsOfPolicies)
    }
}
