package import Analysis
internal import Decisions
internal import Model

/// The changes between logged decisions and those made again, for people, for a merge request, and for machines.
package struct ReplayReport {
    private let replay: Replay
    private let names: DiffReport.EntityNames
    private let version: String

    /// - Parameter version: that of the policies that decided again.
    package init(_ replay: Replay, names: DiffReport.EntityNames, version: String) {
        (self.replay, self.names, self.version) = (replay, names, version)
    }

    // MARK: Sentences

    /// The greatest number of findings that are shown to people, and of lines that could not be replayed.
    private static let most = 60

    private func title(_ direction: PolicyDiff.Direction, _ count: Int) -> String {
        let lines = counted(count, "logged request")
        return switch direction {
        case .widened: "widened: \(lines) denied then \(count == 1 ? "is" : "are") permitted now"
        case .narrowed: "narrowed: \(lines) permitted then \(count == 1 ? "is" : "are") denied now"
        case .changed: "changed: \(lines) \(count == 1 ? "has" : "have") another code, obligation or advice"
        }
    }

    private func request(_ finding: Replay.Finding) -> String {
        let resources =
            finding.resources.isEmpty ? "" : " on \(DiffReport.listed(finding.resources.sorted().map(\.text)))"
        return DiffReport.listed(finding.actions.sorted().map(\.text)) + resources
    }

    private func cause(_ finding: Replay.Finding) -> String { finding.key.policies.joined(separator: ", ") }

    private func holders(_ finding: Replay.Finding) -> String {
        let lines = counted(finding.lines, "line")
        let tokens = finding.tokens.isEmpty ? "" : ", \(counted(finding.tokens.count, "token"))"
        if let holder = finding.key.holder {
            return
                "\(holder.tenant): \(names.userType(holder.userType, holder.tenant)) in "
                + "\(names.department(holder.department, holder.tenant))\(tokens), \(lines)"
        }
        if let type = finding.key.subjectType { return "subjects of the type \(type), \(lines)" }
        return "\(finding.key.kind.rawValue)\(tokens), \(lines)"
    }

    private func subject(_ finding: Replay.Finding) -> String {
        switch finding.record.question.subject {
        case .token(let id): TokenID(id).map(names.token) ?? id
        case .external(let type, let id, _): "\(type):\(id)"
        case .actor: "an administrator"
        }
    }

    private func example(_ finding: Replay.Finding) -> (line: String, before: String, after: String) {
        let record = finding.record
        let before = Self.words(
            record.code == DecisionRecord.importedCode ? (record.isPermitted ? "permit" : "deny") : record.code,
            record.said,
            isPermitted: record.isPermitted)
        let decision = finding.decision
        let said = decision.reasons + decision.obligations + decision.advice
        let failures = decision.failures.map(\.message)
        let after = Self.words(decision.code, said, isPermitted: decision.isPermitted, failures)
        return ("line \(finding.firstLine), \(subject(finding)) at \(record.time)", before, after)
    }

    /// The code with the first reasons of a decision.
    private static func words(
        _ code: String, _ said: [PolicyStatement], isPermitted: Bool, _ failures: [String] = []
    ) -> String {
        let reasons = said.compactMap { statement -> String? in
            switch statement.effect {
            case .permit: isPermitted ? statement.text : nil
            case .deny: isPermitted ? nil : statement.text
            case .advise: "advise \(statement.text)"
            case .oblige: (statement.occasion == .permit) == isPermitted ? "oblige \(statement.text)" : nil
            }
        }
        let all = (reasons + failures).filter { !$0.isEmpty && $0 != DecisionRecord.mask }.prefix(2)
        return code + (all.isEmpty ? "" : " (\(all.joined(separator: "; ")))")
    }

    static func words(_ obstacle: Replay.Obstacle) -> String {
        switch obstacle {
        case .unreadable: "not JSON, or too long"
        case .incomplete: "not a whole line of a decision log"
        case .masked: "the request is masked"
        case .unknownToken: "the token is not in the store"
        case .refused: "the schema or the store refuses the request"
        }
    }

    /// - Parameter line: the first line whose number is not its place.
    static func misplaced(_ line: Int) -> String {
        "line \(line) has another number than its place: lines before it were removed or moved; "
            + "`demilune log verify` tells which"
    }

    /// The lines that could not be replayed, by reason.
    private var omitted: [String] {
        replay.omitted.byReason.map { "\(Self.words($0.reason)), \($0.account.words("line"))" }
    }

    private var summary: [String] {
        let changes = PolicyDiff.Direction.allCases.map(replay.count).reduce(0, +)
        var lines = [
            (changes == 0 && replay.omitted.isEmpty ? "no difference: " : "replayed: ")
                + "\(replay.replayed) of \(counted(replay.lines, "line")), \(replay.unchanged) unchanged"
        ]
        let versions = replay.versions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if versions.count == 1, versions[0].key.text == version {
            lines.append(
                "the policies are those of the log, version \(version): what changed is the store, or the time")
        } else if !versions.isEmpty {
            let then = versions.prefix(3).map { entry in
                let name = entry.key.isEmpty ? "no version" : entry.key.text
                return versions.count == 1 ? name : "\(name) (\(counted(entry.value, "line")))"
            }
            let more = versions.count > 3 ? " and \(versions.count - 3) more" : ""
            lines.append("policies then: \(then.joined(separator: ", "))\(more); now: \(version)")
        }
        if replay.imported > 0 {
            lines.append(
                "\(counted(replay.imported, "line")) of another program: only permit or deny was compared there")
        }
        if replay.masked > 0 {
            lines.append(
                "\(counted(replay.masked, "line")) without the words of policies: their codes and obligations were not compared there"
            )
        }
        if let line = replay.misplaced {
            lines.append(Self.misplaced(line))
        }
        return lines
    }

    // MARK: Forms

    /// The report, and the sentences for the person who started the run.
    package func lines(_ format: ImpactFormat) -> (output: [StyledLine], notes: [String]) {
        switch format {
        case .text: (text, summary)
        case .markdown: (markdown, [])
        case .json: ([.verbatim(json.pretty)], [])
        }
    }

    private var text: [StyledLine] {
        var lines: [StyledLine] = []
        for direction in PolicyDiff.Direction.allCases {
            let own = replay.findings.filter { $0.key.direction == direction }
            guard !own.isEmpty else { continue }
            let style: TextStyle = direction == .widened ? .bad : direction == .narrowed ? .caution : .strong
            lines.append("\(title(direction, replay.count(direction)), style)")
            for finding in own.prefix(Self.most) {
                let (line, before, after) = example(finding)
                let cause = cause(finding)
                lines.append(
                    .sentence("  \(request(finding), .strong)\(cause.isEmpty ? "" : ", by \(cause)")", hanging: 4))
                lines.append(.sentence("    \(holders(finding))", hanging: 4))
                lines.append(.sentence("    such as \(line): \(before) -> \(after)", hanging: 6))
            }
            if own.count > Self.most {
                lines.append("  and \(own.count - Self.most) more, which `--format json` lists")
            }
        }
        guard !replay.omitted.isEmpty else { return lines }
        lines.append("\("not replayed: \(counted(replay.omitted.count, "line"))", .caution)")
        for words in omitted { lines.append(.sentence("  \(words)", hanging: 4)) }
        return lines
    }

    private var markdown: [StyledLine] {
        let cell = MarkdownTable.cell
        var lines = ["### What the change does to logged requests", ""]
        for direction in PolicyDiff.Direction.allCases {
            let own = replay.findings.filter { $0.key.direction == direction }
            guard !own.isEmpty else { continue }
            lines += [
                "**\(cell(title(direction, replay.count(direction))))**", "",
                "| request | by | who | example | then | now |", "|---|---|---|---|---|---|",
            ]
            for finding in own.prefix(Self.most) {
                let (line, before, after) = example(finding)
                let cells = [request(finding), cause(finding), holders(finding), line, before, after].map(cell)
                lines.append("| \(cells.joined(separator: " | ")) |")
            }
            if own.count > Self.most { lines.append("\nand \(own.count - Self.most) more") }
            lines.append("")
        }
        lines += summary.map { "- \(cell($0))" }
        lines += omitted.map { "- not replayed: \(cell($0))" }
        return lines.map(StyledLine.verbatim)
    }

    private var json: JSON {
        let findings = replay.findings.map { finding in
            let key = finding.key
            let said = finding.record.said
            return JSON.object([
                .init("direction", .string(key.direction.rawValue)), .init("point", .string(key.kind.rawValue)),
                .init("tenant", .optional(key.holder?.tenant)), .init("department", .optional(key.holder?.department)),
                .init("user_type", .optional(key.holder?.userType)), .init("subject_type", .optional(key.subjectType)),
                .init("actions", .strings(finding.actions.sorted())),
                .init("resources", .strings(finding.resources.sorted())),
                .init("policies", .strings(key.policies)), .init("lines", .integer(Int64(finding.lines))),
                .init("tokens", .strings(finding.tokens.sorted().map(\.description))),
                .init("first_line", .integer(Int64(finding.firstLine))),
                .init("time", .string(finding.record.time.description)),
                .init(
                    "before",
                    .object([
                        .init("decision", .boolean(finding.record.isPermitted)),
                        .init("code", .string(finding.record.code)),
                        .init("said", .strings(said.map(\.text))),
                    ])),
                .init("after", DiffReport.side(finding.decision)),
            ])
        }
        let counts: [JSON.Member] = PolicyDiff.Direction.allCases.map {
            .init(ExactName($0.rawValue), .integer(Int64(replay.count($0))))
        }
        let byReason = replay.omitted.byReason
        let omitted = byReason.flatMap { entry in entry.account.first.map { (entry.reason, $0) } }
        return .object(
            counts + [
                .init("lines", .integer(Int64(replay.lines))), .init("replayed", .integer(Int64(replay.replayed))),
                .init("unchanged", .integer(Int64(replay.unchanged))),
                .init("not_replayed", .integer(Int64(replay.omitted.count))),
                .init(
                    "reasons",
                    .object(byReason.map { .init(ExactName($0.reason.rawValue), .integer(Int64($0.account.count))) })),
                .init("versions_then", .strings(replay.versions.keys.sorted())), .init("version_now", .string(version)),
                .init("remarks", .strings(Array(summary.dropFirst()))), .init("findings", .array(findings)),
                .init(
                    "not_replayed_lines",
                    .array(
                        omitted.sorted { $0.1.number < $1.1.number }.map { reason, line in
                            .object([
                                .init("line", .integer(Int64(line.number))), .init("reason", .string(reason.rawValue)),
                                .init("message", .string(line.message)),
                            ])
                        })),
            ])
    }
}
