internal import Decisions
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

/// The effects of a change of the directory, shown before it is made: the fields of records that change, and what tokens
/// lose and gain by it.
struct Preview {
    private let records: [RecordChange]
    private let before: Directory
    private let after: Directory
    private let impact: ImpactReport
    private let store: TokenService
    private let invocation: Invocation

    /// - Parameter store: holds the tokens of both.
    init(
        from before: Organisation, to after: Organisation, in store: TokenService, _ invocation: Invocation
    ) throws(CommandError) {
        self.store = store
        self.invocation = invocation
        records = before.changes(to: after)
        self.before = try Self.directory(before, invocation)
        self.after = try Self.directory(after, invocation)
        // Permissions cover administration, too.
        let kinds = DecisionKind.allCases.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        let actions = try invocation.policies().schema.actions.keys + kinds
        impact = ImpactReport(from: self.before, to: self.after, actions: actions, now: invocation.now)
    }

    static func directory(_ organisation: Organisation, _ invocation: Invocation) throws(CommandError) -> Directory {
        do { return try Directory(organisation) } catch {
            throw CommandError([error.path, error.message].filter { !$0.isEmpty }.joined(separator: ": "))
        }
    }

    /// - Parameter members: what else is known of the change, for machines.
    func print(_ members: [JSON.Member] = []) throws(CommandError) {
        let (records, tokens) = (Listing(records: self.records), try tokenListing())
        let terminal = invocation.terminal
        if invocation[.json] {
            let all = members + [.init("records", records.rows), .init("tokens", tokens.rows)]
            terminal.print(JSON.object(all).pretty)
        } else {
            if records.count > 0 {
                try records.print(invocation, "field")
                terminal.print("")
            }
            try tokens.print(invocation, "token")
            terminal.note("\(impact.losing) losing, \(impact.gaining) gaining something, as far as permissions go")
        }
        terminal.note("nothing is changed yet")
    }

    private func tokenListing() throws(CommandError) -> Listing {
        var listing = Listing(.impacts)
        // What is gained first: nobody else will report it.
        for change in impact.changes.filter({ !$0.gained.isEmpty }) + impact.changes.filter(\.gained.isEmpty) {
            let directory = change.isNew ? after : before
            let user = directory.users[directory.assignments[change.token.assignment].user]
            let ending = ending(of: change)
            let lost = words(change.lost) + (ending.map { [$0] } ?? [])
            listing.add(
                [
                    .id(change.token.id, digits: try invocation.digits(of: change.token.id, tenant: nil, in: store)),
                    TableCell(change.token.kind.rawValue), TableCell(change.token.name), TableCell(user.name),
                    TableCell(lost.joined(separator: "; ")),
                    TableCell(words(change.gained, isNew: change.isNew).joined(separator: "; ")),
                ],
                [
                    .init("id", .string(change.token.id.description)), .init("name", .string(change.token.name)),
                    .init("user", .string(user.id)), .init("user_name", .string(user.name)),
                    .init("new", .boolean(change.isNew)), .init("loses", Self.json(change.lost)),
                    .init("ends", .optional(ending)), .init("gains", Self.json(change.gained)),
                ])
        }
        return listing
    }

    private func words(_ rights: ImpactReport.Rights, isNew: Bool? = nil) -> [String] {
        var words: [String] = []
        if let code = rights.code {
            switch isNew {
            case nil: words.append("everything: \(code)")
            case true?: words.append("a new token")
            case false?: words.append("valid again: it was \(code)")
            }
        }
        if !rights.actions.isEmpty { words.append(Self.listed(rights.actions)) }
        if !rights.departments.isEmpty { words.append("entry to \(Self.listed(rights.departments))") }
        return words
    }

    /// The names that a cell lists; machines get all.
    private static let most = 8

    private static func listed(_ names: [ExactName]) -> String {
        let rest = names.count - most
        return names.prefix(most).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// The way in which a token ends with the change; `nil` for one that does not.
    private func ending(of change: ImpactReport.Change) -> String? {
        let revokes = invocation[ifDeclared: .revokesTokens]
        switch change.lost.code {
        case "user_inactive"?: return revokes || change.token.kind == .mobile ? "revoked for good" : "suspended"
        case "assignment_gone"?, "department_inactive"?, "tenant_inactive"?:
            return revokes ? "revoked for good" : "in the way, so that the change is refused without `--revoke-tokens`"
        default: return nil
        }
    }

    private static func json(_ rights: ImpactReport.Rights) -> JSON {
        .object([
            .init("code", .optional(rights.code)), .init("actions", .strings(rights.actions)),
            .init("departments", .strings(rights.departments)),
        ])
    }
}
