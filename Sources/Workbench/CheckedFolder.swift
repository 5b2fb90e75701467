package import Model
package import Policies
internal import Syntax

/// A folder of policies as rules see it.
package struct CheckedFolder {
    package let source: PolicySource
    /// `nil` when that does not load.
    package let schema: Schema?
    /// Those that are Lua.
    package let policies: [CheckedPolicy]
    package let tests: [CheckedTests]
    /// What a store holds, for whoever asks about it.
    package let directory: Directory?
    /// What the loader says.
    let loading: [Diagnostic]

    init(_ source: PolicySource, directory: Directory?) {
        let (result, readings) = PolicySet.read(source)
        let names = Set(source.files.map(\.name))
        self.source = source
        self.directory = directory
        schema = result.schema
        loading = result.diagnostics
        policies = readings.compactMap { reading in
            guard let chunk = reading.chunk else { return nil }
            return CheckedPolicy(
                name: reading.file.name, chunk: chunk, declaration: reading.declaration,
                inference: reading.inference,
                hasTests: names.contains(reading.file.name.dropLast(4) + TestFile.suffix))
        }
        let ids = source.policyIDs
        tests = source.files.filter { $0.name.hasSuffix(TestFile.suffix) }.compactMap { file in
            (try? Chunk.parse(file.bytes)).map { CheckedTests(name: file.name, chunk: $0, policies: ids) }
        }
    }
}
