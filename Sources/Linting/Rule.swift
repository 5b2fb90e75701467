package import Model
internal import Plugins
package import Policies
internal import Syntax

/// One thing that `check` looks for. Each rule is in a file of its own, with examples that are its tests and its
/// documentation.
package struct Rule: Sendable {
    package let name: String
    /// The rule in one sentence.
    package let purpose: String
    package let severity: Diagnostic.Severity
    /// A folder in which it finds nothing, and one in which it finds something.
    package let good: Example
    package let bad: Example
    /// The plugin that brings it; `nil` for one of `check` itself.
    package let plugin: ExactName?
    /// True when there are examples; rules of plugins need not have any.
    package let hasExamples: Bool
    let find: Find

    package init(
        name: String, purpose: String, severity: Diagnostic.Severity, good: Example, bad: Example, find: Find
    ) {
        plugin = nil
        hasExamples = true
        self.name = name
        self.purpose = purpose
        self.severity = severity
        self.good = good
        self.bad = bad
        self.find = find
    }

    /// A rule that a plugin brings.
    /// - Parameter example: makes an example of a string.
    init(_ check: PluginChecks.Rule, shownBy example: (String) -> Example, find: Find) {
        name = check.name.text
        purpose = check.about
        severity = check.severity
        plugin = check.plugin
        hasExamples = check.examples != nil
        good = check.examples.map { example($0.good) } ?? .plain
        bad = check.examples.map { example($0.bad) } ?? .plain
        self.find = find
    }

    /// The input of a rule, with the function that checks it.
    package enum Find: Sendable {
        /// Nothing: the loader itself refuses what the rule is about, and names the rule.
        case loader
        /// The comments that allow findings of other rules: the linter itself checks them.
        case comments
        /// Each policy that is valid Lua.
        case policy(@Sendable (LintedPolicy) -> [Finding])
        /// Each policy and each library that is valid Lua.
        case code(@Sendable (LintedPolicy) -> [Finding])
        /// The same, and the Lua of each plugin that loads.
        case script(@Sendable (LintedPolicy) -> [Finding])
        /// Each test file that is valid Lua.
        case tests(@Sendable (LintedTests) -> [Finding])
        /// Each file, as it is.
        case file(@Sendable (PolicyFile) -> [Finding])
        /// Everything that the policies can do, on all branches: only a deep check walks them.
        case branches(@Sendable (WalkedBranches) -> [Finding])
        /// The whole folder.
        case folder(@Sendable (LintedFolder) -> [Finding])
    }

    /// A problem that a rule has found, and its place.
    package struct Finding {
        package let message: String
        /// The file's name, for a rule that looks at a whole folder; `nil` for the file that was checked.
        package var file: ExactName?
        package let line: Int?
        /// In bytes, from 1.
        package let column: Int?
        /// The severity when it is not the rule's.
        var severity: Diagnostic.Severity?

        package init(_ message: String, file: ExactName? = nil, line: Int?, column: Int?) {
            self.message = message
            self.file = file
            self.line = line
            self.column = column
        }

        init(_ message: String, _ position: Position, file: ExactName? = nil) {
            self.init(message, file: file, line: position.line, column: position.column)
        }
    }

    /// True for a rule that only a deep check looks at.
    package var isDeep: Bool { if case .branches = find { true } else { false } }

    /// True when a comment can allow what it finds. The loader refuses in every verb, and reads no such comments.
    package var canBeAllowed: Bool { if case .loader = find { false } else { true } }
}
