internal import Analysis
internal import Engine
internal import Model
internal import Policies
internal import Syntax

/// Everything that the policies of a folder can do, as rules see it.
package struct WalkedBranches {
    private let folder: LintedFolder
    private let exploration: Exploration
    private let all: DeepFindings

    /// - Returns: `nil` for policies that do not load, of which nothing can be walked.
    init?(_ folder: LintedFolder, isOver: @escaping @Sendable () -> Bool) {
        guard let set = folder.set else { return nil }
        // Nothing is shown by an example here, so that the time of the request does not matter.
        var options = Exploration.Options(now: Instant(microseconds: 0))
        options.limits.isOver = isOver
        guard let exploration = try? Exploration(set, options: options) else { return nil }
        self.folder = folder
        self.exploration = exploration
        all = exploration.deepFindings()
    }

    /// The findings of one kind, each at the function of its policy.
    func findings(_ kind: DeepFinding.Kind, _ message: (DeepFinding) -> String) -> [Rule.Finding] {
        all.findings.filter { $0.kind == kind }.map { finding(message($0), about: $0.policy) }
    }

    /// Each policy with branches that were not walked, with the reasons, and what was not compared.
    var unwalked: [Rule.Finding] {
        var findings: [Rule.Finding] = []
        for (number, policy) in exploration.set.policies.enumerated() {
            var reasons: [String] = []
            for context in DecisionContext.all(of: policy.shape, schema: exploration.set.schema) {
                for case (_, .unexplored(let reason)) in exploration.tree(of: number, in: context).leaves {
                    let words = exploration.words(reason)
                    if !reasons.contains(words) { reasons.append(words) }
                }
            }
            for reason in reasons { findings.append(finding(reason, about: policy.id)) }
        }
        if !all.isComplete {
            findings.append(
                .init(
                    "not every policy was compared with the others in time: there may be more findings", file: "",
                    line: nil, column: nil))
        }
        return findings
    }

    private func finding(_ message: String, about policy: ExactName) -> Rule.Finding {
        let file: ExactName = "\(policy).lua"
        let place = folder.policies.first { $0.name == file }?.chunk.place(of: "decide")
        return Rule.Finding(message, file: file, line: place?.line ?? 1, column: place?.column)
    }
}
