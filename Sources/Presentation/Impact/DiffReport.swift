package import Analysis
internal import Decisions
package import Model

/// The changes for tokens between two sets of policies, for people, for a merge request, and for machines.
package struct DiffReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
        /// For a comment on a merge request.
        case markdown
        /// A page without scripts that needs no other file.
        case html
        /// The Static Analysis Results Interchange Format, version 2.1.0.
        case sarif
    }

    /// The names of what findings refer to by id.
    package struct EntityNames {
        /// The first that has an entity names it.
        private let directories: [Directory]
        var directory: Directory { directories[0] }

        package init(_ directory: Directory) { directories = [directory] }

        /// The names before a change, then those after it.
        package init(_ before: Directory, _ after: Directory) { directories = [before, after] }

        private func name(_ tenant: ExactName, _ find: (Directory, Int) -> ExactName?) -> String? {
            directories.compactMap { directory in directory.tenant(tenant).flatMap { find(directory, $0) } }.first?
                .text
        }

        func department(_ id: ExactName, _ tenant: ExactName) -> String {
            name(tenant) { directory, tenant in
                directory.department(id, tenant: tenant).map { directory.departments[$0].name }
            } ?? id.text
        }

        func userType(_ id: ExactName, _ tenant: ExactName) -> String {
            name(tenant) { directory, tenant in
                directory.userType(id, tenant: tenant).map { directory.userTypes[$0].name }
            } ?? id.text
        }

        func token(_ id: TokenID) -> String {
            let name = directories.lazy.compactMap { directory in directory.token(id).map { directory.tokens[$0].name }
            }.first
            return name.flatMap { $0.isEmpty ? nil : $0.text } ?? "\(id)"
        }
    }

    /// Findings about the same tokens, by the same policies, on resources in the same place.
    struct Row {
        let first: PolicyDiff.Finding
        var tokens: DiffedTokens
        var actions: [ExactName] = []
        var resources: [ExactName] = []
        var departments: Set<ExactName> = []
        /// The properties that requests state, and the times at which they are made.
        var circumstances: [String] = []

        mutating func add(_ finding: PolicyDiff.Finding, _ circumstance: String) {
            tokens.formUnion(finding.tokens)
            departments.formUnion(finding.departments)
            if !actions.contains(finding.key.action) { actions.append(finding.key.action) }
            if let resource = finding.key.resource, !resources.contains(resource) { resources.append(resource) }
            if !circumstance.isEmpty, !circumstances.contains(circumstance) { circumstances.append(circumstance) }
        }
    }

    /// The input of a report, besides the decisions.
    package struct Input {
        package let names: EntityNames
        /// The times of the requests, by the numbers that findings have.
        package let times: [Instant]
        /// The changes of records, where two stores are compared.
        package var records: [RecordChange]?
        package var recorded: RecordedRequests?
        /// The paths of the policies' files.
        package var files: [ExactName: String] = [:]
        /// Sentences about what was not compared.
        package var remarks: [String] = []

        package init(names: EntityNames, times: [Instant]) { (self.names, self.times) = (names, times) }
    }

    let diff: PolicyDiff
    let input: Input
    let rows: [Row]
    var names: EntityNames { input.names }
    private var times: [Instant] { input.times }

    package init(_ diff: PolicyDiff, _ input: Input) {
        (self.diff, self.input) = (diff, input)
        let (names, times) = (input.names, input.times)
        var rows: [Row] = []
        var places: [[ExactName]: Int] = [:]
        for finding in diff.findings {
            let key = finding.key
            let group =
                [
                    ExactName(key.direction.rawValue), key.tenant, key.department, key.userType,
                    ExactName(key.place.rawValue),
                ]
                + finding.policies
            if places[group] == nil {
                places[group] = rows.count
                rows.append(Row(first: finding, tokens: finding.tokens))
            }
            let stated = key.stated.map { $0.words(in: names.directory, tenant: key.tenant) }
            let circumstances =
                (stated.isEmpty ? "" : " when \(stated.joined(separator: " and "))")
                + (times.count > 1 ? " at \(times[key.time])" : "")
            rows[places[group]!].add(finding, circumstances)
        }
        self.rows = rows
    }

    // MARK: Sentences

    /// The greatest number of rows that are shown to people.
    static let most = 60

    var counts: [(direction: PolicyDiff.Direction, count: Int)] {
        [(.widened, diff.widened), (.narrowed, diff.narrowed), (.changed, diff.changed)]
    }

    func title(_ direction: PolicyDiff.Direction, _ count: Int) -> String {
        let requests = "\(counted(count, "request")) of tokens"
        return switch direction {
        case .widened: "widened: \(requests) denied before \(count == 1 ? "is" : "are") permitted"
        case .narrowed: "narrowed: \(requests) permitted before \(count == 1 ? "is" : "are") denied"
        case .changed: "changed: \(requests) \(count == 1 ? "has" : "have") another code, obligation or advice"
        }
    }

    func request(_ row: Row) -> String {
        let key = row.first.key
        var text = Self.listed(row.actions.map(\.text))
        if !row.resources.isEmpty { text += " on \(Self.listed(row.resources.map(\.text)))" }
        switch key.place {
        case .nowhere: break
        case .own: text += " of their own department"
        case .other: text += " of \(Self.listed(row.departments.sorted().map { names.department($0, key.tenant) }))"
        }
        guard let first = row.circumstances.first else { return text }
        let more = row.circumstances.count > 1 ? " (and in \(counted(row.circumstances.count - 1, "other case")))" : ""
        return text + first + more
    }

    static func listed(_ words: [String]) -> String {
        words.prefix(4).joined(separator: ", ") + (words.count > 4 ? " and \(words.count - 4) more" : "")
    }

    func holders(_ row: Row) -> String {
        let key = row.first.key
        return
            "\(key.tenant): \(names.userType(key.userType, key.tenant)) in \(names.department(key.department, key.tenant)), "
            + counted(row.tokens.count, "token")
    }

    static func words(_ decision: Decision) -> String {
        let reasons = decision.reasons.map(\.text).filter { !$0.isEmpty } + decision.failures.map(\.message)
        let said = decision.obligations.map { "oblige \($0.text)" } + decision.advice.map { "advise \($0.text)" }
        let all = (reasons + said).prefix(2)
        return decision.code + (all.isEmpty ? "" : " (\(all.joined(separator: "; ")))")
    }

    func policies(_ row: Row) -> String {
        row.first.policies.isEmpty ? "" : row.first.policies.joined(separator: ", ")
    }

    func example(_ row: Row) -> (token: String, before: String, after: String) {
        var token = ""
        if case .token(let id) = row.first.example.subject { token = TokenID(id).map(names.token) ?? id }
        return (token, Self.words(row.first.decisions.before), Self.words(row.first.decisions.after))
    }

    var summary: [String] {
        let asked =
            "\(counted(diff.tokens, "token")), \(diff.asked) requests, \(diff.decisions) decisions on both sides"
        var lines = [
            (isEmpty ? (isWhole ? "no difference: " : "no difference found: ") : "compared: ") + asked
        ]
        if diff.incomparable > 0 {
            lines.append(
                "\(counted(diff.incomparable, "request")) valid under one schema only: each may be a permit gained or lost"
            )
        }
        if !diff.coversDepartments {
            lines.append("a tenant has many departments: resources are in a token's own and in one other department")
        }
        if diff.hasMoreValues { lines.append("not every value that a policy compares with was tried") }
        if !diff.isComplete { lines.append("stopped: not every token was asked about") }
        if diff.unstated.contains(.resourceID) {
            let rest =
                input.recorded.map { "\(counted($0.withoutIDs, "recorded request")) with further ids" }
                ?? "what depends on the id of a resource, which a policy reads; `--requests` has ids"
            lines.append("not compared: \(rest)")
        }
        if diff.unstated.contains(.time) {
            lines.append(
                "a policy reads the time: compared at \(times.map(\.description).joined(separator: ", ")); `--and-at` adds others"
            )
        }
        if let recorded = input.recorded {
            lines.append(
                "\(recorded.different) different requests in \(counted(recorded.lines, "recorded line")), each decided for every token "
                    + "of its tenant")
            if diff.refused > 0 {
                lines.append(
                    "not compared: \(counted(diff.refused, "request")) that neither side takes, such as of an action that is not declared"
                )
            }
            lines += recorded.omitted.byReason.map {
                "not compared: \(Self.words($0.reason)), \($0.account.words("line"))"
            }
        }
        return lines + input.remarks
    }

    private static func words(_ obstacle: RecordedRequests.Obstacle) -> String {
        switch obstacle {
        case .unreadable: "not JSON"
        case .masked: "the request is masked"
        case .invalid: "neither an evaluation request nor a line of a decision log"
        case .other: "not a request of a token"
        case .unknownToken: "the token is not in the store"
        case .tooMany: "too many different requests"
        }
    }

    /// True when all that decisions can depend on was compared.
    private var isWhole: Bool {
        (input.recorded.map { $0.unread + diff.refused } ?? 0) == 0 && diff.isComplete && diff.coversDepartments
            && !diff.hasMoreValues && diff.incomparable == 0 && diff.unstated.isEmpty
    }

    /// True when nothing differs: no decision, and no record.
    package var isEmpty: Bool { diff.isEmpty && input.records?.isEmpty != false }

    // MARK: Forms

    /// The report, and the sentences for the person who started the run.
    /// - Parameter columns: the width of the terminal; `nil` for no limit.
    package func lines(_ format: Format, columns: Int?) -> (output: [StyledLine], notes: [String]) {
        switch format {
        case .text: (text(columns), summary)
        case .markdown: (markdown, [])
        case .json: ([.verbatim(json.pretty)], [])
        case .html: ([.verbatim(page)], [])
        case .sarif: ([.verbatim(sarif.pretty)], summary)
        }
    }

    private func text(_ columns: Int?) -> [StyledLine] {
        var lines: [StyledLine] = []
        if let records = input.records, !records.isEmpty {
            lines += Listing(records: Array(records.prefix(Self.most))).table.lines(columns: columns)
            if records.count > Self.most {
                lines.append("and \(records.count - Self.most) more, which `--format json` lists")
            }
            lines.append("")
        }
        for (direction, count) in counts where count > 0 {
            let style: TextStyle = direction == .widened ? .bad : direction == .narrowed ? .caution : .strong
            lines.append("\(title(direction, count), style)")
            let own = rows.filter { $0.first.key.direction == direction }
            for row in own.prefix(Self.most) {
                let (token, before, after) = example(row)
                let cause = policies(row)
                lines.append(.sentence("  \(request(row), .strong)\(cause.isEmpty ? "" : ", by \(cause)")", hanging: 4))
                lines.append(.sentence("    \(holders(row))", hanging: 4))
                lines.append(.sentence("    such as \(token): \(before) -> \(after)", hanging: 6))
            }
            if own.count > Self.most {
                lines.append("  and \(own.count - Self.most) more, which `--format json` lists")
            }
        }
        return lines
    }

    private var markdown: [StyledLine] {
        let cell = MarkdownTable.cell
        var lines = ["### What the change does to tokens", ""]
        if let records = input.records, !records.isEmpty {
            lines += ["| record | name | field | before | after |", "|---|---|---|---|---|"]
            lines += records.prefix(Self.most).map { "| \(RecordWords.cells($0).map(cell).joined(separator: " | ")) |" }
            if records.count > Self.most { lines.append("\nand \(records.count - Self.most) more") }
            lines.append("")
        }
        for (direction, count) in counts where count > 0 {
            lines += [
                "**\(cell(title(direction, count)))**", "", "| request | by | tokens | example | before | after |",
                "|---|---|---|---|---|---|",
            ]
            let own = rows.filter { $0.first.key.direction == direction }
            for row in own.prefix(Self.most) {
                let (token, before, after) = example(row)
                let cells = [request(row), policies(row), holders(row), token, before, after].map(cell)
                lines.append("| \(cells.joined(separator: " | ")) |")
            }
            if own.count > Self.most { lines.append("\nand \(own.count - Self.most) more") }
            lines.append("")
        }
        lines += summary.map { "- \(cell($0))" }
        return lines.map(StyledLine.verbatim)
    }

    static func side(_ decision: Decision) -> JSON {
        .object([
            .init("decision", .boolean(decision.isPermitted)), .init("code", .string(decision.code)),
            .init("reasons", .strings(decision.reasons.map(\.text))),
            .init("obligations", .strings(decision.obligations.map(\.text))),
            .init("advice", .strings(decision.advice.map(\.text))),
        ])
    }

    private static func json(_ holders: PolicyDiff.Holders) -> JSON {
        .object(
            [
                .init("tenant", .string(holders.key.tenant)), .init("department", .string(holders.key.department)),
                .init("user_type", .string(holders.key.userType)),
            ]
                + PolicyDiff.Direction.allCases.flatMap { direction -> [JSON.Member] in
                    [
                        .init(ExactName(direction.rawValue), .integer(Int64(holders.requests[direction] ?? 0))),
                        .init(
                            ExactName("\(direction.rawValue)_tokens"), .integer(Int64(holders.tokens[direction] ?? 0))),
                    ]
                })
    }

    private var json: JSON {
        let findings = diff.findings.map { finding in
            let key = finding.key
            return JSON.object([
                .init("direction", .string(key.direction.rawValue)), .init("tenant", .string(key.tenant)),
                .init("department", .string(key.department)), .init("user_type", .string(key.userType)),
                .init("action", .string(key.action)), .init("resource", .optional(key.resource)),
                .init("resource_departments", .strings(finding.departments.sorted())),
                .init("stated", .strings(key.stated.map { $0.words(in: names.directory, tenant: key.tenant) })),
                .init("time", .string(times[key.time].description)),
                .init("policies", .strings(finding.policies)),
                .init("tokens", .strings(finding.tokens.ids.map(\.description))),
                .init("before", Self.side(finding.decisions.before)),
                .init("after", Self.side(finding.decisions.after)),
            ])
        }
        return .object(
            [
                .init("widened", .integer(Int64(diff.widened))), .init("narrowed", .integer(Int64(diff.narrowed))),
                .init("changed", .integer(Int64(diff.changed))), .init("tokens", .integer(Int64(diff.tokens))),
                .init("requests", .integer(Int64(diff.asked))), .init("decisions", .integer(Int64(diff.decisions))),
                .init("incomparable", .integer(Int64(diff.incomparable))),
                .init("is_complete", .boolean(isWhole)),
                .init("remarks", .strings(summary.dropFirst().map(\.self))),
            ]
                + (input.records.map { [.init("records", Listing(records: $0).rows)] } ?? [])
                + [.init("holders", .array(diff.holders.map(Self.json))), .init("findings", .array(findings))])
    }
}
