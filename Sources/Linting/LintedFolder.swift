package import Model
package import Policies
internal import PolicyTesting
package import Syntax

/// A library's file as rules see it.
struct LintedLibrary {
    let script: LintedPolicy
    /// `nil` when anything is wrong with it.
    let library: Library?
}

/// A folder of policies as rules see it.
package struct LintedFolder {
    package let source: PolicySource
    /// `nil` when the policies do not load.
    let set: PolicySet?
    /// `nil` when the schema does not load.
    package let schema: Schema?
    package let schemaChunk: Chunk?
    /// The policies that are valid Lua.
    package let policies: [LintedPolicy]
    /// The libraries that are valid Lua.
    let libraries: [LintedLibrary]
    /// The policies and the libraries.
    var code: [LintedPolicy] { policies + libraries.map(\.script) }
    /// The Lua of the plugins that load.
    let plugins: [LintedPolicy]
    package let tests: [LintedTests]
    /// The results of evaluating the policies on made-up requests; `nil` when they do not load.
    let smokeRun: SmokeRun?
    /// The content of a store; `nil` when no store is given.
    package let directory: Directory?
    /// The diagnostics of the loader, and the syntax errors of test files.
    let loading: [Diagnostic]

    init(_ source: PolicySource, directory: Directory?) {
        let (result, parsed, parsedLibraries) = PolicySet.read(source)
        let names = Set(source.files.map(\.name))
        self.source = source
        self.directory = directory
        set = result.set
        schema = result.schema
        schemaChunk = source.files.first { $0.name == PolicyFile.schema }.flatMap { try? Chunk.parse($0.bytes) }
        policies = parsed.compactMap { policy in
            guard let chunk = policy.chunk else { return nil }
            return LintedPolicy(
                name: policy.file.name, chunk: chunk, declaration: policy.declaration,
                inference: policy.inference,
                hasTests: names.contains(PolicyFile.tests(of: policy.file.name.withoutExtension)))
        }
        libraries = parsedLibraries.compactMap { library in
            guard let chunk = library.chunk else { return nil }
            let script = LintedPolicy(
                name: library.file.name, chunk: chunk, declaration: nil, inference: library.inference, hasTests: true)
            return LintedLibrary(script: script, library: library.library)
        }
        plugins = source.plugins.provided.compactMap { plugin in
            guard let file = source.plugins.luaFile(of: plugin.name), let chunk = try? Chunk.parse(file.bytes) else {
                return nil
            }
            let inference = TypeInference(script: chunk, plugins: source.plugins)
            return LintedPolicy(
                name: file.name, chunk: chunk, declaration: nil, inference: inference, pluginPath: plugin.path,
                hasTests: true)
        }
        let ids = source.policyIDs
        smokeRun = result.set.map { SmokeRun($0) }
        let unready = result.set == nil ? [:] : Self.unready(source)
        let permissions = result.schema?.actions.keys.sorted()
        var tests: [LintedTests] = []
        var loading = result.diagnostics
        // Half a set would make faults of invariants that are right.
        if let set = result.set { loading += set.invariants(source).diagnostics }
        for file in source.files where file.name.isTestFile {
            do throws(SyntaxError) {
                let chunk = try Chunk.parse(file.bytes)
                let faults = Self.faults(of: chunk, path: "\(source.path)/\(file.name)")
                loading += faults
                tests.append(
                    LintedTests(
                        name: file.name, chunk: chunk, policies: ids, permissions: permissions,
                        // A fault of the file may be why it cannot be read.
                        unready: (unready[file.name] ?? []).filter { faults.isEmpty || !$0.isOfFile }))
            } catch {
                loading.append(
                    Diagnostic(
                        error.message, path: "\(source.path)/\(file.name)", line: error.line, column: error.column,
                        rule: Rule.syntax.name))
            }
        }
        self.tests = tests
        self.loading = loading
    }

    /// The faults of the Lua of a file of tests.
    private static func faults(of chunk: Chunk, path: String) -> [Diagnostic] {
        Dialect.faults(of: chunk, known: TestFile.globals, path: path, whose: "tests")
            + TypeInference(script: chunk).faults.map { $0.diagnostic(path: path) }
    }

    private static func unready(_ source: PolicySource) -> [ExactName: [PolicyTests.Unready]] {
        // A file without a statement is a placeholder.
        guard source.files.contains(where: { $0.name.isTestFile && !$0.bytes.isEmpty }),
            let demo = try? Organisation(json: JSONReader.parse(Demo.json)),
            let tests = try? PolicyTests(source, organisations: ["demo": demo])
        else { return [:] }
        return Dictionary(grouping: tests.unready(), by: \.file)
    }
}
