internal import Decisions
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

/// The tokens that a change of the directory affects, shown before it is made.
struct Preview {
    private let before: Directory
    private let impact: ImpactReport
    private let store: TokenService
    private let invocation: Invocation

    /// - Parameter store: holds the tokens of both.
    init(
        from before: Directory, to after: Directory, in store: TokenService, _ invocation: Invocation
    ) throws(CommandError) {
        self.before = before
        self.store = store
        self.invocation = invocation
        let actions = try invocation.policies().schema.actions.keys
        impact = ImpactReport(from: before, to: after, actions: actions, now: invocation.now)
    }

    static func directory(_ organisation: Organisation, _ invocation: Invocation) throws(CommandError) -> Directory {
        do { return try Directory(organisation) } catch {
            throw CommandError([error.path, error.message].filter { !$0.isEmpty }.joined(separator: ": "))
        }
    }

    func print() throws(CommandError) {
        var listing = Listing(.losses)
        for loss in impact.losses {
            let user = before.users[before.assignments[loss.token.assignment].user]
            var losses: [String] = []
            if let code = loss.code { losses.append("everything: \(code)") }
            if !loss.actions.isEmpty { losses.append(loss.actions.joined(separator: ", ")) }
            if !loss.departments.isEmpty { losses.append("entry to \(loss.departments.joined(separator: ", "))") }
            listing.add(
                [
                    .id(loss.token.id, digits: try invocation.digits(of: loss.token.id, tenant: nil, in: store)),
                    TableCell(loss.token.kind.rawValue), TableCell(loss.token.name), TableCell(user.name),
                    TableCell(losses.joined(separator: "; ")),
                ],
                [
                    .init("id", .string(loss.token.id.description)), .init("name", .string(loss.token.name)),
                    .init("user", .string(user.id)), .init("user_name", .string(user.name)),
                    .init("code", .optional(loss.code)),
                    .init("actions", .strings(loss.actions)), .init("departments", .strings(loss.departments)),
                ])
        }
        try listing.print(invocation, "token")
        invocation.terminal.note("nothing is changed yet")
    }
}
