package import Model
package import Plugins
internal import Policies
package import PolicyTesting

/// Checks that the examples of a plugin's checks hold: each example is a test of the plugin.
package struct CheckExamples {
    private let plugins: LoadedPlugins
    private let rules: [Rule]

    /// - Parameter schema: the schema of the examples.
    package init(_ plugins: LoadedPlugins, schema: [UInt8]) {
        self.plugins = plugins
        rules = Rule.brought(by: plugins, schema: schema)
    }

    /// One result for each example, at the place of the check.
    package func results(of plugin: ExactName, path: String) -> [TestResult] {
        let checks = plugins.extras[plugin]?.checks ?? []
        return checks.flatMap { check -> [TestResult] in
            guard let rule = rules.first(where: { $0.name == "\(plugin).\(check.name)" }),
                rule.hasExamples
            else { return [] }
            return [("good", rule.good), ("bad", rule.bad)].map { word, example in
                TestResult(
                    file: path, line: check.line, name: "the \(word) example of \(check.name)",
                    failure: failure(of: example, rule, isGood: word == "good"))
            }
        }
    }

    private func failure(of example: Example, _ rule: Rule, isGood: Bool) -> TestFailure? {
        let folder = LintedFolder(example.source, directory: nil)
        if let fault = folder.loading.first(where: { $0.severity == .error }) {
            return TestFailure("the example does not load: line \(fault.line ?? 1): \(fault.message)")
        }
        guard let schema = folder.schema, let policy = folder.policies.first else {
            return TestFailure("the example is not a policy")
        }
        let found = PluginChecks(plugins, schema: schema, only: ExactName(rule.name)).findings(in: policy.document)
        if let broken = found.first(where: \.isFailure) { return TestFailure(broken.message) }
        if isGood, let first = found.first {
            return TestFailure(expected: "no finding", happened: "line \(first.line): \(first.message)")
        }
        return isGood || !found.isEmpty
            ? nil : TestFailure(expected: "a finding", happened: "none")
    }
}
