package import Analysis
internal import Model

/// The decision tables of policies, for people, for documents, for spreadsheets, and as graphs.
package struct DecisionTableReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case markdown
        case csv
        case json
        /// A graph of Graphviz, and the same drawn.
        case dot
        case svg

        package var isGraph: Bool { self == .dot || self == .svg }
    }

    /// Equal tables of one policy for several kinds of decision.
    private struct Group {
        let table: DecisionTable
        var kinds: [String]
    }

    private let groups: [Group]

    package init(_ tables: [DecisionTable]) {
        var groups: [Group] = []
        for table in tables {
            let kind = table.kind.rawValue + (table.subject.map { " by \($0)" } ?? "")
            if let last = groups.last, last.table.policy == table.policy, Self.rows(last.table) == Self.rows(table) {
                groups[groups.count - 1].kinds.append(kind)
            } else {
                groups.append(Group(table: table, kinds: [kind]))
            }
        }
        self.groups = groups
    }

    // MARK: Words

    private static func rows(_ table: DecisionTable) -> [[String]] {
        table.rows.map { row in
            let outcome = outcome(row.outcome)
            return [
                row.conditions.isEmpty ? "always" : row.conditions.joined(separator: ", "), outcome.words, outcome.line,
            ]
        }
    }

    private static func outcome(_ outcome: DecisionTable.Outcome) -> (words: String, line: String) {
        switch outcome {
        case .unexplored(let reason): return ("not walked: \(reason)", "")
        case .failure(let message, let line): return ("fails: \(message)", line.map(String.init) ?? "")
        case .effects(let effects):
            guard !effects.isEmpty else { return ("says nothing", "") }
            var words: [String] = []
            var lines: [String] = []
            for effect in effects {
                let text =
                    effect.code.map { "\(effect.effect) `\($0)`" }
                    ?? (effect.effect + (effect.text.isEmpty ? "" : ": \(effect.text)"))
                if !words.contains(text) { words.append(text) }
                if !lines.contains("\(effect.line)") { lines.append("\(effect.line)") }
            }
            return (words.joined(separator: "; "), lines.joined(separator: ", "))
        }
    }

    /// The colours of an outcome, on a terminal and in a graph.
    private static func tone(_ outcome: DecisionTable.Outcome) -> (style: TextStyle, color: String) {
        switch outcome {
        case .failure: return (.bad, "#f4cccc")
        case .unexplored: return (.caution, "#fce8b2")
        case .effects(let effects):
            let names = effects.map(\.effect)
            if names.contains(PolicyStatement.Effect.deny.rawValue) { return (.bad, "#f4cccc") }
            if names.contains(PolicyStatement.Effect.permit.rawValue) { return (.good, "#cdeccd") }
            return (.plain, "#eeeeee")
        }
    }

    private func title(_ group: Group) -> String {
        "\(group.table.policy) on \(group.kinds.joined(separator: ", "))"
            + (group.table.isEnabled ? "" : " (decides for no tenant)")
    }

    // MARK: Forms

    /// - Parameter format: `svg` is written by a program from `dot`.
    package func lines(_ format: Format) -> [StyledLine] {
        switch format {
        case .text: text
        case .markdown: markdown.map(StyledLine.verbatim)
        case .csv: [.verbatim(csv)]
        case .json: [.verbatim(json.pretty)]
        case .dot, .svg: [.verbatim(dot)]
        }
    }

    private var text: [StyledLine] {
        var lines: [StyledLine] = []
        for group in groups {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(title(group), .strong)")
            for (entry, row) in zip(group.table.rows, Self.rows(group.table)) {
                let style = Self.tone(entry.outcome).style
                let line = row[2].isEmpty ? "" : " (line \(row[2]))"
                lines.append(.sentence("  \(row[0]) -> \(row[1], style)\(line)", hanging: 4))
            }
        }
        return lines
    }

    private var markdown: [String] {
        var lines: [String] = []
        for group in groups {
            if !lines.isEmpty { lines.append("") }
            lines += ["### \(MarkdownTable.cell(title(group)))", "", "| when | then | line |", "|---|---|---|"]
            for row in Self.rows(group.table) {
                lines.append("| \(row.map(MarkdownTable.cell).joined(separator: " | ")) |")
            }
        }
        return lines
    }

    private var csv: String {
        var table = Table(.decisionTable)
        for group in groups {
            for row in Self.rows(group.table) {
                table.add([group.table.policy.text, group.kinds.joined(separator: " ")] + row)
            }
        }
        // The line break after the last row is that of the output.
        return String(decoding: table.csv.utf8.dropLast(), as: UTF8.self)
    }

    private var json: JSON {
        .array(
            groups.map { group in
                .object([
                    .init("policy", .string(group.table.policy)), .init("on", .strings(group.kinds)),
                    .init("is_enabled", .boolean(group.table.isEnabled)),
                    .init(
                        "rows",
                        .array(
                            zip(group.table.rows, Self.rows(group.table)).map { row, words in
                                .object([
                                    .init("when", .strings(row.conditions)), .init("then", .string(words[1])),
                                    .init("lines", .string(words[2])),
                                ])
                            })),
                ])
            })
    }

    /// Each policy as a tree of its conditions in the order in which it reads them.
    private var dot: String {
        func quoted(_ text: String) -> String {
            "\"" + ControlCharacters.escaped(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        var lines = [
            "digraph policies {", "  rankdir=LR;", "  node [shape=box, fontname=\"sans-serif\", fontsize=10];",
        ]
        for (number, group) in groups.enumerated() {
            lines.append("  subgraph cluster_\(number) {")
            lines.append("    label=\(quoted(title(group)));")
            lines.append("    p\(number) [label=\(quoted(group.table.policy.text)), shape=ellipse];")
            var known: [[ExactName]: Int] = [:]
            for (index, row) in group.table.rows.enumerated() {
                var path: [ExactName] = []
                var parent = "p\(number)"
                for condition in row.conditions {
                    path.append(ExactName(condition))
                    if let node = known[path] {
                        parent = "n\(number)_\(node)"
                        continue
                    }
                    known[path] = known.count
                    let node = "n\(number)_\(known.count - 1)"
                    lines.append("    \(node) [label=\(quoted(condition)), style=rounded];")
                    lines.append("    \(parent) -> \(node);")
                    parent = node
                }
                let outcome = Self.outcome(row.outcome).words
                let color = Self.tone(row.outcome).color
                lines.append(
                    "    l\(number)_\(index) [label=\(quoted(outcome)), style=filled, fillcolor=\"\(color)\"];")
                lines.append("    \(parent) -> l\(number)_\(index);")
            }
            lines.append("  }")
        }
        lines.append("}")
        return lines.joined(separator: "\n")
    }
}
