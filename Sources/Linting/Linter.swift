package import Model
package import Policies

/// Finds everything that is wrong with a folder of policies, without deciding anything for real.
package struct Linter {
    private let source: PolicySource
    private let directory: Directory?
    private let rules: [Rule]
    private let isOver: (@Sendable () -> Bool)?

    /// - Parameters:
    ///   - directory: the content of a store; with it, names and ids that no tenant has are found too.
    ///   - isOver: for a deep check, which walks every branch of the policies: returns true when the time for that is over.
    package init(
        _ source: PolicySource, directory: Directory? = nil, rules: [Rule] = Rule.all,
        deepUntil isOver: (@Sendable () -> Bool)? = nil
    ) {
        self.source = source
        self.directory = directory
        self.rules = rules
        self.isOver = isOver
    }

    /// The limit of a deep check that takes its time.
    package static let unlimited: @Sendable () -> Bool = { false }

    /// The findings, sorted by path and place. Every finding has a rule.
    package func run() -> [Diagnostic] {
        let folder = LintedFolder(source, directory: directory)
        var findings = folder.loading
        let branches = isOver.flatMap { WalkedBranches(folder, isOver: $0) }
        for rule in rules { findings += find(rule, folder, branches) }
        // What was not looked for cannot have been found: its comments are left alone.
        let suppressions = Suppressions(source, rules: rules, judges: { branches != nil || !$0.isDeep })
        return suppressions.applied(to: findings).inOrder
    }

    private func find(_ rule: Rule, _ folder: LintedFolder, _ branches: WalkedBranches?) -> [Diagnostic] {
        func named(_ findings: [Rule.Finding], _ file: ExactName) -> [Diagnostic] {
            findings.map { diagnostic($0, rule, path: "\(source.path)/\($0.file ?? file)") }
        }
        switch rule.find {
        case .loader, .comments: return []
        case .policy(let find): return folder.policies.flatMap { named(find($0), $0.name) }
        case .code(let find): return folder.code.flatMap { named(find($0), $0.name) }
        case .script(let find):
            return folder.code.flatMap { named(find($0), $0.name) }
                + folder.plugins.flatMap { plugin in
                    find(plugin).map { diagnostic($0, rule, path: plugin.pluginPath ?? "") }
                }
        case .tests(let find): return folder.tests.flatMap { named(find($0), $0.name) }
        case .file(let find): return source.files.flatMap { named(find($0), $0.name) }
        case .branches(let find): return branches.map { named(find($0), "") } ?? []
        case .folder(let find): return named(find(folder), "")
        }
    }

    private func diagnostic(_ finding: Rule.Finding, _ rule: Rule, path: String) -> Diagnostic {
        Diagnostic(
            finding.message, path: path, line: finding.line, column: finding.column,
            severity: finding.severity ?? rule.severity, rule: rule.name)
    }
}
