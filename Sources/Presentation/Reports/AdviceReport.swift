package import Analysis
internal import Decisions
package import Model

/// The advice for tokens, for people, for machines, and as commands to carry it out.
package struct AdviceReport {
    private let advice: UsageAdvice
    let options: UsageAdvice.Options
    let directory: Directory
    let digits: (TokenID) -> Int

    /// - Parameter digits: the number of digits that tell an id apart from others.
    package init(
        _ advice: UsageAdvice, _ options: UsageAdvice.Options, on directory: Directory,
        digits: @escaping (TokenID) -> Int
    ) {
        (self.advice, self.options, self.directory, self.digits) = (advice, options, directory, digits)
    }

    // MARK: Words

    private func zone(_ token: TokenAdvice) -> Zone { directory.tenants[record(token).tenant].zone }
    func record(_ token: TokenAdvice) -> Token { directory.tokens[token.token] }
    func assignment(_ token: TokenAdvice) -> Assignment { directory.assignments[record(token).assignment] }

    private func department(_ id: ExactName, _ token: TokenAdvice) -> String {
        directory.department(id, tenant: record(token).tenant).map { directory.departments[$0].name.text } ?? id.text
    }

    func name(_ token: TokenAdvice) -> String {
        let record = record(token)
        return record.name.isEmpty ? "\(record.id)" : record.name.text
    }

    private static func listed(_ names: [ExactName]) -> String {
        names.isEmpty ? "nothing" : names.joined(separator: ", ")
    }

    /// An assignment as `Sales > Integrator`.
    private func combination(_ id: ExactName, _ token: TokenAdvice) -> String {
        directory.assignment(id, tenant: record(token).tenant).map(directory.combination) ?? id.text
    }

    private func words(_ fit: TokenAdvice.Fit, _ token: TokenAdvice) -> String {
        switch fit.combination {
        case .existing(let id): "\(combination(id, token)) (\(id))"
        case .new(let id, let permissions):
            "a user type with \(Self.listed(permissions)), in \(department(id, token))"
        case .limited(let ceiling): limits(ceiling, token).joined(separator: "; ")
        }
    }

    func limits(_ ceiling: Ceiling, _ token: TokenAdvice) -> [String] {
        ceiling.lines(tenant: record(token).tenant, in: directory)
    }

    private func loss(_ fit: TokenAdvice.Fit, _ token: TokenAdvice) -> String {
        fit.losesNothing ? "it loses nothing" : "it loses \(losses(fit, token).joined(separator: "; and "))"
    }

    /// A line for each sort of things that a token would lose.
    func losses(_ fit: TokenAdvice.Fit, _ token: TokenAdvice) -> [String] {
        let departments = fit.lostDepartments.map { department($0, token) }
        return (fit.lostPermissions.isEmpty ? [] : [Self.listed(fit.lostPermissions)])
            + (departments.isEmpty
                ? [] : ["the department\(departments.count == 1 ? "" : "s") \(departments.joined(separator: ", "))"])
            + otherLosses(fit)
    }

    func otherLosses(_ fit: TokenAdvice.Fit) -> [String] {
        fit.newLimits.map { part in
            switch part {
            case .networks: "all other networks"
            case .hours: "all other hours"
            case .purpose: "requests for another purpose, or none"
            case .permissions, .departments, .uses: part.rawValue
            }
        }
    }

    func proof(_ fit: TokenAdvice.Fit) -> String {
        let lapsed = fit.lapsed == 0 ? "" : "; \(fit.lapsed) are denied today anyway"
        return "\(counted(fit.kept, "logged request")) of \(fit.kept + fit.lapsed) decided again and permitted\(lapsed)"
    }

    func words(_ finding: TokenAdvice.Finding, _ token: TokenAdvice) -> String {
        switch finding {
        case .unused: return "never used"
        case .dormant(let time): return "not used since \(zone(token).date(of: time))"
        case .overpowerful: return overpower(token)
        case .long(let day): return "lasts longer than advised: to \(day) at most"
        case .refusedAsMade(let policies):
            return "policies would refuse it today as it was made: \(policies.joined(separator: ", "))"
        case .ended(let code): return Decision.words(for: code) ?? code
        case .expiring(let time): return "expires: \(LocalTime.expiry(time, in: zone(token)))"
        case .inactive(let code): return Decision.words(for: code) ?? code
        case .suspended: return "suspended"
        }
    }

    private func overpower(_ token: TokenAdvice) -> String {
        guard let fit = token.advised else { return "" }
        let less = lossCounts(fit, token).joined(separator: " and ")
        if case .existing = fit.combination { return "\(words(fit, token)) is enough, without \(less)" }
        return "\(less) not needed"
    }

    /// The numbers of permissions and departments that a token would lose, in words.
    func lossCounts(_ fit: TokenAdvice.Fit, _ token: TokenAdvice) -> [String] {
        var parts: [String] = []
        if !fit.lostPermissions.isEmpty {
            parts.append("\(fit.lostPermissions.count) of its \(counted(token.held.count, "permission"))")
        }
        if !fit.lostDepartments.isEmpty { parts.append("\(counted(fit.lostDepartments.count, "department"))") }
        return parts
    }

    private func lastUse(_ token: TokenAdvice) -> Instant? {
        [record(token).lastActive, token.uses.lastInLog].compactMap(\.self).max()
    }

    /// Sentences about the log, and about the lines of it that do not count.
    package var remarks: [String] { advice.log.remarks(since: options.window.lowerBound) }

    // MARK: One token

    /// The advice for a token in fields.
    package func fields(_ token: TokenAdvice) -> KeyValueOutput {
        var fields = KeyValueOutput()
        let uses = token.uses
        let owner = directory.users[assignment(token).user]
        fields.add("token", name(token), json: .string(record(token).id.description))
        fields.add(
            "combination", "\(directory.combination(record(token).assignment)), of \(owner.name)",
            json: .string(assignment(token).id))
        addUses(of: token, &fields)
        fields.add(
            "last use", lastUse(token).map { LocalTime.stated($0, in: zone(token)) } ?? "never",
            json: .optional(lastUse(token)?.description))
        fields.add("actions", Self.counts(uses.actions) { $0.text }, json: Self.json(uses.actions))
        fields.add(
            "departments", Self.counts(uses.departments) { department($0, token) }, json: Self.json(uses.departments))
        if let needed = token.needed, let superfluous = token.superfluous {
            fields.add("needs", Self.listed(needed), json: .strings(needed))
            fields.add("does not need", Self.listed(superfluous), json: .strings(superfluous))
        } else {
            fields.add("needs", "unknown", json: .null)
            fields.add(key: "does_not_need", .null)
        }
        fields.add("own combination", lines(token.existing, token), json: json(token.existing))
        fields.add("new user type", lines(token.least, token), json: json(token.least))
        if let obstacle = token.obstacle {
            fields.add("no advice", obstacle.words, json: .string(obstacle.words))
        } else {
            fields.add(key: "no_advice", .null)
        }
        let findings = token.findings.map { words($0, token) }
        fields.add("noticed", findings, json: .strings(findings.map { ExactName($0) }))
        return fields
    }

    func addUses(of token: TokenAdvice, _ fields: inout KeyValueOutput) {
        let uses = token.uses
        let period = [uses.first, uses.last].compactMap(\.self).map { LocalTime.minute($0, in: zone(token)) }
        fields.add(
            "used",
            "\(counted(uses.permitted, "request")) permitted, \(uses.denied) denied"
                + (period.isEmpty ? "" : "; \(period[0]) to \(LocalTime.stated(uses.last!, in: zone(token)))"),
            json: .object([
                .init("permitted", .integer(Int64(uses.permitted))), .init("denied", .integer(Int64(uses.denied))),
                .init("first", .optional(uses.first?.description)), .init("last", .optional(uses.last?.description)),
            ]))
    }

    private func lines(_ fit: TokenAdvice.Fit?, _ token: TokenAdvice) -> [String] {
        fit.map { [words($0, token), loss($0, token), proof($0)] } ?? []
    }

    private static func counts(_ counts: [ExactName: Int], _ name: (ExactName) -> String) -> [String] {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.isEmpty ? [] : [sorted.map { "\(name($0.key)) (\($0.value))" }.joined(separator: ", ")]
    }

    private static func json(_ counts: [ExactName: Int]) -> JSON {
        .object(counts.sorted { $0.key < $1.key }.map { .init($0.key, .integer(Int64($0.value))) })
    }

    func json(_ fit: TokenAdvice.Fit?) -> JSON {
        guard let fit else { return .null }
        var members: [JSON.Member] = []
        switch fit.combination {
        case .existing(let id): members.append(.init("assignment", .string(id)))
        case .new(let department, let permissions):
            members += [.init("department", .string(department)), .init("permissions", .strings(permissions))]
        case .limited(let ceiling):
            members += [
                .init("ceiling", ceiling.json),
                .init("limits_further", .strings(fit.newLimits.map { ExactName($0.rawValue) })),
            ]
        }
        return .object(
            members + [
                .init("loses_permissions", .strings(fit.lostPermissions)),
                .init("loses_departments", .strings(fit.lostDepartments)),
                .init("requests_permitted", .integer(Int64(fit.kept))),
                .init("requests_denied_today", .integer(Int64(fit.lapsed))),
            ])
    }

    // MARK: Many tokens

    /// The tokens as rows; those of which something is noticed first.
    package var listing: Listing {
        let spansTenants = Set(advice.tokens.map { record($0).tenant }).count > 1
        var listing = Listing(.advice(spansTenants: spansTenants))
        for token in ordered {
            let record = record(token)
            let assignment = assignment(token)
            let findings = token.findings.map { words($0, token) }
            let time = lastUse(token)
            let used = time.map { TableCell(zone(token).date(of: $0).description, whole: $0.description) }
            let cells: [TableCell] =
                [.id(record.id, digits: digits(record.id))]
                + (spansTenants ? [TableCell(directory.tenants[record.tenant].id)] : [])
                + [
                    TableCell(record.name), TableCell(directory.users[assignment.user].name),
                    used ?? TableCell("never"),
                    TableCell("\(token.uses.permitted)"), TableCell("\(token.held.count)"),
                    TableCell(token.needed.map { "\($0.count)" } ?? "?"), TableCell(findings.joined(separator: "; ")),
                ]
            listing.add(
                cells,
                [
                    .init("id", .string(record.id.description)),
                    .init("tenant", .string(directory.tenants[record.tenant].id)),
                    .init("kind", .string(record.kind.rawValue)), .init("name", .string(record.name)),
                    .init("user", .string(directory.users[assignment.user].id)),
                    .init("assignment", .string(assignment.id)),
                    .init("last_use", .optional(time?.description)),
                    .init("permitted", .integer(Int64(token.uses.permitted))),
                    .init("denied", .integer(Int64(token.uses.denied))),
                    .init("holds", .strings(token.held)), .init("needs", token.needed.map(JSON.strings) ?? .null),
                    .init("own_combination", json(token.existing)), .init("new_user_type", json(token.least)),
                    .init("no_advice", .optional(token.obstacle.map(\.words))),
                    .init("noticed", .strings(findings)),
                ])
        }
        return listing
    }

    /// The tokens as rows of comma-separated values, with all that is advised.
    package var csv: String {
        var table = Table(.adviceValues)
        for token in ordered {
            let record = record(token)
            let assignment = assignment(token)
            let names = { (names: [ExactName]?) in names.map { $0.joined(separator: " ") } ?? "" }
            var existing = ""
            if case .existing(let id)? = token.existing?.combination { existing = id.text }
            var new: (department: ExactName, permissions: [ExactName])?
            if case .new(let department, let permissions)? = token.least?.combination {
                new = (department, permissions)
            }
            table.add([
                record.id.description, directory.tenants[record.tenant].id.text, record.kind.rawValue, record.name.text,
                directory.users[assignment.user].id.text, directory.departments[assignment.department].id.text,
                directory.userTypes[assignment.userType].id.text, lastUse(token)?.description ?? "",
                "\(token.uses.permitted)", "\(token.uses.denied)", "\(token.held.count)", names(token.needed),
                names(token.superfluous), existing, new?.department.text ?? "", names(new?.permissions),
                token.findings.map { words($0, token) }.joined(separator: "; "),
            ])
        }
        return table.csv
    }

    /// The tokens of which something is noticed, then the others.
    var ordered: [TokenAdvice] {
        advice.tokens.filter { !$0.findings.isEmpty } + advice.tokens.filter(\.findings.isEmpty)
    }

    /// The advice for each token, in the order of the given ones.
    package var tokens: [TokenAdvice] { advice.tokens }

    /// The number of lines of the log that may be a use of any token.
    var unattributed: Int { advice.log.unattributed }
    /// The first line of the log that is not at its place.
    var misplaced: Int? { advice.log.misplaced }

    /// True when the log shows all that was done in the window: it begins with it, and every line could be read.
    var isLogWhole: Bool {
        advice.log.unread == 0 && advice.log.misplaced == nil
            && advice.log.first.map { $0 <= options.window.lowerBound } == true
    }

    /// The number of tokens of which something is noticed.
    package var noticed: Int { advice.tokens.count { !$0.findings.isEmpty } }

    /// Everything, for machines.
    package var json: JSON {
        .object([
            .init("since", .string(options.window.lowerBound.description)),
            .init("lines", .integer(Int64(advice.log.lines))), .init("outside", .integer(Int64(advice.log.outside))),
            .init("not_counted", .integer(Int64(advice.log.omitted.count))), .init("remarks", .strings(remarks)),
            .init("tokens", listing.rows),
        ])
    }
}

extension TokenAdvice.Obstacle {
    /// The reason why nothing shows what a token needs.
    package var words: String {
        switch self {
        case .unused: "no request of it was permitted in the window"
        case .masked(let count): "\(counted(count, "request")) masked in the log"
        case .lapsed: "none of its logged requests is permitted today"
        case .noOther: "with no other user type are all its requests permitted: a policy asks for its own"
        case .laterUse(let time): "the store knows of a use at \(time), later than those of the log"
        case .notEnforced: "no policy enforces the ceilings of tokens, so a token under one is denied everything"
        case .undecided: "the search was given up: each combination that it found denied some logged request"
        case .together: "with what is advised for other tokens, an act that concerns both would be denied"
        }
    }
}

extension LoggedUses {
    /// Sentences about the log, and about the lines of it that do not count.
    /// - Parameter start: the beginning of the window.
    package func remarks(since start: Instant) -> [String] {
        var remarks = ["\(counted(lines, "line")) of the log, \(outside) outside the window"]
        if let first, first > start {
            remarks.append("the log begins at \(first), later than the window: what was used before is not known")
        }
        for (reason, account) in omitted.byReason {
            remarks.append("not counted: \(ReplayReport.words(reason)), \(account.words("line"))")
        }
        if let misplaced { remarks.append(ReplayReport.misplaced(misplaced)) }
        return remarks
    }
}
