package import Model
package import Policies
package import Syntax

/// A folder of policies as rules see it.
package struct LintedFolder {
    package let source: PolicySource
    /// `nil` when that does not load.
    package let schema: Schema?
    package let schemaChunk: Chunk?
    /// Those that are Lua.
    package let policies: [LintedPolicy]
    package let tests: [LintedTests]
    /// What the policies come to when they are asked; `nil` when they do not load.
    let smokeRun: SmokeRun?
    /// What a store holds, for whoever asks about it.
    package let directory: Directory?
    /// What the loader says, and what keeps tests from being read.
    let loading: [Diagnostic]

    init(_ source: PolicySource, directory: Directory?) {
        let (result, readings) = PolicySet.read(source)
        let names = Set(source.files.map(\.name))
        self.source = source
        self.directory = directory
        schema = result.schema
        schemaChunk = source.files.first { $0.name == "schema.lua" }.flatMap { try? Chunk.parse($0.bytes) }
        policies = readings.compactMap { reading in
            guard let chunk = reading.chunk else { return nil }
            return LintedPolicy(
                name: reading.file.name, chunk: chunk, declaration: reading.declaration,
                inference: reading.inference,
                hasTests: names.contains("\(reading.file.name.withoutExtension)\(TestFile.suffix)"))
        }
        let ids = source.policyIDs
        smokeRun = result.set.map { SmokeRun($0) }
        var tests: [LintedTests] = []
        var loading = result.diagnostics
        for file in source.files where file.name.hasSuffix(TestFile.suffix) {
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
