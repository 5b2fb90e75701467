internal import Model
internal import Policies
internal import Syntax

/// The comments of a folder that allow findings: `-- check: allow RULE: why`, at the end of the line or on the line
/// before.
struct Suppressions {
    private let source: PolicySource
    private let rules: [Rule]
    private let judges: (Rule) -> Bool

    /// - Parameter judges: true for a rule that was looked at, so that a comment for it that allows nothing is wrong.
    init(_ source: PolicySource, rules: [Rule], judges: @escaping (Rule) -> Bool = { _ in true }) {
        self.source = source
        self.rules = rules
        self.judges = judges
    }

    /// Removes findings that a comment allows, and adds those about the comments themselves, such as one that allows
    /// nothing.
    func applied(to findings: [Diagnostic]) -> [Diagnostic] {
        var kept = findings
        let policies = source.files.map { (path: "\(source.path)/\($0.name)", file: $0) }
        let plugins = source.plugins.provided.compactMap { plugin in
            source.plugins.luaFile(of: plugin.name).map { (path: plugin.path, file: $0) }
        }
        for (path, file) in policies + plugins where file.name.hasSuffix(".lua") {
            for comment in Self.allowances(file) {
                guard let problem = apply(comment, path, &kept) else { continue }
                kept.append(
                    Diagnostic(
                        problem, path: path, line: comment.line, column: comment.column,
                        severity: Rule.suppression.severity, rule: Rule.suppression.name))
            }
        }
        return kept
    }

    /// - Returns: the problem with the comment; `nil` for none.
    private func apply(_ comment: Allowance, _ path: String, _ kept: inout [Diagnostic]) -> String? {
        if comment.rule.isEmpty || comment.reason.isEmpty {
            return "name a rule and a reason: `-- check: allow RULE: why`"
        }
        guard let rule = rules.first(where: { $0.name == comment.rule }) else {
            return "there is no rule `\(comment.rule)`" + Suggestion.hint(for: comment.rule, among: rules.map(\.name))
        }
        guard rule.canBeAllowed else {
            return "`\(comment.rule)` cannot be allowed: a policy with such a mistake does not load"
        }
        guard judges(rule) else { return nil }
        let count = kept.count
        kept.removeAll { finding in
            finding.rule == comment.rule && finding.path == path && comment.lines.contains(finding.line ?? 0)
        }
        return kept.count < count ? nil : "`\(comment.rule)` finds nothing here; remove the comment"
    }

    private struct Allowance {
        let rule: String
        let reason: String
        let line: Int
        let column: Int
        /// The lines that it applies to.
        let lines: ClosedRange<Int>
    }

    private static let mark = "-- check: allow"

    private static func allowances(_ file: PolicyFile) -> [Allowance] {
        let text = String(decoding: file.bytes, as: UTF8.self)
        guard text.contains(mark) else { return [] }
        let literals = (try? Chunk.parse(file.bytes))?.literals ?? []
        var result: [Allowance] = []
        var offset = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            defer { offset += line.utf8.count + 1 }
            guard let found = line.firstRange(of: mark) else { continue }
            let before = line.utf8.distance(from: line.startIndex, to: found.lowerBound)
            // Inside a string it is not a comment.
            if literals.contains(where: { $0.contains(offset + before) }) { continue }
            let words = line[found.upperBound...].split(separator: ":", maxSplits: 1).map(trimmed)
            let isAlone = trimmed(line[..<found.lowerBound]).isEmpty
            let number = index + 1
            result.append(
                Allowance(
                    rule: words.first ?? "", reason: words.count > 1 ? words[1] : "", line: number, column: before + 1,
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
    /// The places of strings in the source, by offset.
    fileprivate var literals: [Range<Int>] {
        expressions.compactMap { expression in
            if case .string = expression.kind { expression.start..<expression.end } else { nil }
        }
    }
}
