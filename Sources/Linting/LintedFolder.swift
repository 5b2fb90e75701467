package import Model
package import Policies
internal import PolicyTesting
package import Syntax

/// A folder of policies as rules see it.
package struct LintedFolder {
    package let source: PolicySource
    /// `nil` when the schema does not load.
    package let schema: Schema?
    package let schemaChunk: Chunk?
    /// The policies that are valid Lua.
    package let policies: [LintedPolicy]
    package let tests: [LintedTests]
    /// The results of evaluating the policies on made-up requests; `nil` when they do not load.
    let smokeRun: SmokeRun?
    /// The content of a store; `nil` when no store is given.
    package let directory: Directory?
    /// The diagnostics of the loader, and the syntax errors of test files.
    let loading: [Diagnostic]

    init(_ source: PolicySource, directory: Directory?) {
        let (result, parsed) = PolicySet.read(source)
        let names = Set(source.files.map(\.name))
        self.source = source
        self.directory = directory
        schema = result.schema
        schemaChunk = source.files.first { $0.name == PolicyFile.schema }.flatMap { try? Chunk.parse($0.bytes) }
        policies = parsed.compactMap { policy in
            guard let chunk = policy.chunk else { return nil }
            return LintedPolicy(
                name: policy.file.name, chunk: chunk, declaration: policy.declaration,
                inference: policy.inference,
                hasTests: names.contains(PolicyFile.tests(of: policy.file.name.withoutExtension)))
        }
        let ids = source.policyIDs
        smokeRun = result.set.map { SmokeRun($0) }
        var tests: [LintedTests] = []
        var loading = result.diagnostics
        for file in source.files where file.name.isTestFile {
            do throws(SyntaxError) {
                tests.append(LintedTests(name: file.name, chunk: try Chunk.parse(file.bytes), policies: ids))
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
}
