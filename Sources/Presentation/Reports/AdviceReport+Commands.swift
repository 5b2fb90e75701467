internal import Analysis
internal import Decisions
internal import Model

extension AdviceReport {
    /// The commands that carry the advice out, as lines of a shell script. Each stands below a comment that says why.
    /// - Parameters:
    ///   - program: the program with the options that every command needs, as a shell reads it.
    ///   - actor: the options that name who acts on tokens; imports are for the operator alone.
    package func commands(program: String, actor: String) -> [String] {
        var lines = remarks.map(Self.comment)
        var commands = AdviceCommands(report: self, program: program, actor: actor)
        for token in ordered {
            let own = commands.of(token)
            guard !own.isEmpty else { continue }
            let noticed = token.findings.map { words($0, token) }.joined(separator: "; ")
            lines += ["", Self.comment("\(name(token)): \(noticed)")] + own
        }
        return lines
    }

    fileprivate static func comment(_ text: String) -> String { "# \(ControlCharacters.escaped(text))" }

    /// A text as one word of a shell.
    package static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}

/// Writes commands, which share new user types: tokens that need the same get the same.
private struct AdviceCommands {
    private struct Rights: Hashable {
        let tenant: Int
        let permissions: [ExactName]
    }

    private struct Combination: Hashable {
        let user: Int
        let department: ExactName
        let userType: ExactName
    }

    let report: AdviceReport
    let program: String
    let actor: String
    /// The ids of the new user types, and of the new assignments.
    private var userTypes: [Rights: ExactName] = [:]
    private var assignments: [Combination: ExactName] = [:]

    init(report: AdviceReport, program: String, actor: String) {
        (self.report, self.program, self.actor) = (report, program, actor)
    }

    mutating func of(_ token: TokenAdvice) -> [String] {
        let record = report.record(token)
        guard Self.isPlain(tenant(token)) else { return [Self.none("the tenant's id has control characters")] }
        for finding in token.findings {
            switch finding {
            case .inactive(let code):
                let reason = Decision.words(for: code) ?? code
                return [command("revoke", token, "--yes --reason \(AdviceReport.quoted(reason))")]
            case .ended: return [Self.none("the token has ended")]
            case .unused where record.suspended == nil && record.created >= report.options.window.lowerBound:
                return [Self.none("it was made within the window")]
            case .unused where record.suspended == nil && !report.isLogWhole,
                .dormant where record.suspended == nil && !report.isLogWhole:
                return [Self.none("the log does not show the whole window, so it may have been used")]
            case .unused where record.suspended == nil, .dormant where record.suspended == nil:
                let reason = report.words(finding, token)
                return [command("suspend", token, "--reason \(AdviceReport.quoted(reason))")]
            default: break
            }
        }
        return token.findings.flatMap { finding -> [String] in
            switch finding {
            case .overpowerful: narrowing(token)
            case .long(let day): shortening(token, day)
            case .expiring: [Self.none("rotate it, or amend its expiry, if it is still needed")]
            case .refusedAsMade: [Self.none("shorten its life so that the policies permit it, or revoke it")]
            case .unused, .dormant, .inactive, .suspended, .ended: []
            }
        }
    }

    private static func none(_ reason: String) -> String { AdviceReport.comment("no command: \(reason)") }

    private func tenant(_ token: TokenAdvice) -> ExactName {
        report.directory.tenants[report.record(token).tenant].id
    }

    private func command(_ verb: String, _ token: TokenAdvice, _ arguments: String) -> String {
        "\(program)\(actor) --tenant \(AdviceReport.quoted(tenant(token).text)) token \(verb) "
            + "\(report.record(token).id) \(arguments)"
    }

    private func shortening(_ token: TokenAdvice, _ day: Date) -> [String] {
        let zone = report.directory.tenants[report.record(token).tenant].zone
        guard day >= zone.date(of: report.options.now) else {
            return [Self.none("the last day that is advised has passed: rotate the token, or revoke it")]
        }
        return [command("amend", token, "--expires \(day)")]
    }

    /// The commands that bind a token to the advised combination.
    private mutating func narrowing(_ token: TokenAdvice) -> [String] {
        guard let fit = token.advised else { return [] }
        guard report.unattributed == 0 else {
            return [Self.none("\(counted(report.unattributed, "line")) of the log may be another use of it")]
        }
        guard report.record(token).kind == .api else {
            return [Self.none("a mobile token has the combination with which its user logs in")]
        }
        switch fit.combination {
        case .existing(let id):
            guard Self.isPlain(id) else { return [Self.none("the assignment's id has control characters")] }
            return [command("amend", token, "--assignment \(AdviceReport.quoted(id.text))")]
        case .new(let department, let permissions):
            let user = report.assignment(token).user
            let rights = Rights(tenant: report.record(token).tenant, permissions: permissions)
            let userType = userTypes[rights] ?? freeID(rights.tenant)
            userTypes[rights] = userType
            let combination = Combination(user: user, department: department, userType: userType)
            var lines: [String] = []
            let id: ExactName
            if let known = assignments[combination] {
                id = known
            } else {
                id = freeID(rights.tenant, "\(userType)-of")
                assignments[combination] = id
                let file = file(token, rights, combination, id)
                if !actor.isEmpty { lines = [AdviceReport.comment("for the operator:")] }
                lines += ["\(program) import - <<'END'", file.compact, "END"]
            }
            return lines + [command("amend", token, "--assignment \(AdviceReport.quoted(id.text))")]
        case .limited: return [Self.none("`token narrow` gives it this ceiling")]
        }
    }

    /// The input of `import`: a new user type, and a new combination of the user.
    private func file(
        _ token: TokenAdvice, _ rights: Rights, _ combination: Combination, _ id: ExactName
    ) -> JSON {
        let userType = JSON.object([
            .init("id", .string(combination.userType)), .init("name", .string(combination.userType)),
            .init("permissions", .strings(rights.permissions)),
        ])
        let assignment = JSON.object([
            .init("id", .string(id)), .init("department", .string(combination.department)),
            .init("user_type", .string(combination.userType)),
        ])
        let user = JSON.object([
            .init("id", .string(report.directory.users[combination.user].id)),
            .init("assignments", .array([assignment])),
        ])
        let tenant = JSON.object([
            .init("id", .string(tenant(token))), .init("user_types", .array([userType])),
            .init("users", .array([user])),
        ])
        return .object([.init("tenants", .array([tenant]))])
    }

    /// An id that no user type and no assignment has: `least-1`, or one that begins so.
    private func freeID(_ tenant: Int, _ stem: String? = nil) -> ExactName {
        let taken = Set(userTypes.values).union(assignments.values)
        var number = 1
        while true {
            let id = ExactName(stem.map { number == 1 ? $0 : "\($0)-\(number)" } ?? "least-\(number)")
            if report.directory.userType(id, tenant: tenant) == nil,
                report.directory.assignment(id, tenant: tenant) == nil, !taken.contains(id)
            {
                return id
            }
            number += 1
        }
    }

    /// False for an id that a terminal must not be given as it is.
    private static func isPlain(_ id: ExactName) -> Bool { ControlCharacters.escaped(id.text) == id.text }
}
