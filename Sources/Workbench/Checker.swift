package import Model
package import Policies
internal import Syntax

/// Everything that is wrong with a folder of policies, found without running what they decide.
package struct Checker {
    private let source: PolicySource
    private let rules: [Rule]

    package init(_ source: PolicySource, rules: [Rule] = Rule.all) {
        self.source = source
        self.rules = rules
    }

    /// Sorted by path and place. What the loader refuses is reported as the rule `load`.
    package func run() -> [Diagnostic] {
        let load = PolicySet.load(source)
        var findings = load.diagnostics.map { diagnostic in
            var named = diagnostic
            named.rule = "load"
            return named
        }
        let policies = Set(source.policyIDs)
        let names = Set(source.files.map(\.name))
        for file in source.files where file.name.hasSuffix(".lua") {
            let isPolicy = policies.contains(String(file.name.dropLast(4)))
            let own = isPolicy ? policy(file, load.schema, names) : nil
            findings += unsuppressed(own ?? controls(file), file)
        }
        return findings.sorted {
            ($0.path, $0.line ?? 0, $0.column ?? 0, $0.message) < ($1.path, $1.line ?? 0, $1.column ?? 0, $1.message)
        }
    }

    /// What every rule finds; `nil` for a file that cannot be parsed.
    private func policy(_ file: PolicySource.File, _ schema: Schema?, _ names: Set<String>) -> [Diagnostic]? {
        guard let chunk = try? Chunk.parse(file.bytes) else { return nil }
        let tests = file.name.dropLast(4) + "_test.lua"
        let checked = CheckedPolicy(
            name: file.name, bytes: file.bytes, chunk: chunk,
            inference: schema.flatMap { Inference(file, schema: $0) },
            hasTests: names.contains(String(tests)))
        return rules.flatMap { rule in
            rule.find(checked).map { diagnostic($0, rule, file) }
        }
    }

    /// What is looked for in files that are no policies, or no Lua.
    private func controls(_ file: PolicySource.File) -> [Diagnostic] {
        guard rules.contains(where: { $0.name == Rule.bidirectional.name }) else { return [] }
        return Rule.controls(file.bytes).map { diagnostic($0, Rule.bidirectional, file) }
    }

    private func diagnostic(_ finding: Rule.Finding, _ rule: Rule, _ file: PolicySource.File) -> Diagnostic {
        var diagnostic = Diagnostic(
            finding.message, path: "\(source.path)/\(file.name)", line: finding.line, column: finding.column,
            severity: rule.severity)
        diagnostic.rule = rule.name
        return diagnostic
    }

    // MARK: Suppression

    /// Leaves out what a comment allows, and adds the comments that allow nothing.
    ///
    /// `-- check: allow RULE: why`, at the end of the line or on the line before.
    private func unsuppressed(_ findings: [Diagnostic], _ file: PolicySource.File) -> [Diagnostic] {
        var kept = findings
        for comment in allowances(file) {
            var problem: String?
            if comment.rule.isEmpty || comment.reason.isEmpty {
                problem = "say which rule and why: `-- check: allow RULE: why`"
            } else if !Rule.all.contains(where: { $0.name == comment.rule }) {
                let hint = Suggestion.hint(for: comment.rule, among: Rule.all.map(\.name))
                problem = "there is no rule `\(comment.rule)`\(hint)"
            } else {
                let count = kept.count
                kept.removeAll { $0.rule == comment.rule && comment.lines.contains($0.line ?? 0) }
                let isUsed = kept.count < count || !rules.contains { $0.name == comment.rule }
                if !isUsed { problem = "`\(comment.rule)` finds nothing here: the comment can go" }
            }
            guard let problem else { continue }
            var diagnostic = Diagnostic(
                problem, path: "\(source.path)/\(file.name)", line: comment.line, column: 1, severity: .warning)
            diagnostic.rule = "suppression"
            kept.append(diagnostic)
        }
        return kept
    }

    private struct Allowance {
        let rule: String
        let reason: String
        let line: Int
        /// The lines it is about.
        let lines: ClosedRange<Int>
    }

    private func allowances(_ file: PolicySource.File) -> [Allowance] {
        let text = String(decoding: file.bytes, as: UTF8.self)
        guard text.contains("check: allow") else { return [] }
        let literals = (try? Chunk.parse(file.bytes))?.literals ?? []
        var result: [Allowance] = []
        var offset = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            defer { offset += line.utf8.count + 1 }
            guard let found = line.firstRange(of: "-- check: allow") else { continue }
            let place = offset + line.utf8.distance(from: line.startIndex, to: found.lowerBound)
            // Inside a text it is no comment.
            if literals.contains(where: { $0.contains(place) }) { continue }
            let words = line[found.upperBound...].split(separator: ":", maxSplits: 1).map(Self.trimmed)
            let isAlone = Self.trimmed(line[..<found.lowerBound]).isEmpty
            let number = index + 1
            result.append(
                Allowance(
                    rule: words.first ?? "", reason: words.count > 1 ? words[1] : "", line: number,
                    lines: number...(isAlone ? number + 1 : number)))
        }
        return result
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let start = text.drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }
}

extension Chunk {
    /// Where texts are in the source, by offset.
    fileprivate var literals: [Range<Int>] {
        expressions.compactMap { expression in
            if case .string = expression.kind { expression.start..<expression.end } else { nil }
        }
    }
}
