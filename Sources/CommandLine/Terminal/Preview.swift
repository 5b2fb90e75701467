internal import Decisions
internal import Model
internal import Policies
internal import Presentation

/// The tokens that a change of the directory affects, shown before it is made.
struct Preview {
    private let before: Directory
    private let impact: ImpactReport
    private let invocation: Invocation

    init(from before: Directory, to after: Directory, _ invocation: Invocation) throws(CommandError) {
        self.before = before
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
        var listing = Listing(["ID", "KIND", "NAME", "USER", "LOSES"])
        for loss in impact.losses {
            let user = before.users[before.assignments[loss.token.assignment].user]
            var losses: [String] = []
            if let code = loss.code { losses.append("everything: \(code)") }
            if !loss.actions.isEmpty { losses.append(loss.actions.joined(separator: ", ")) }
            if !loss.departments.isEmpty { losses.append("entry to \(loss.departments.joined(separator: ", "))") }
            listing.add(
                [
                    loss.token.id.description, loss.token.kind.rawValue, loss.token.name.text, user.name.text,
                    losses.joined(separator: "; "),
                ],
                [
                    .init("id", .string(loss.token.id.description)), .init("name", .string(loss.token.name)),
                    .init("user", .string(user.id)), .init("code", .optional(loss.code)),
                    .init("actions", .strings(loss.actions)), .init("departments", .strings(loss.departments)),
                ])
        }
        try listing.print(invocation, "token")
        invocation.terminal.note("nothing is changed yet")
    }
}
