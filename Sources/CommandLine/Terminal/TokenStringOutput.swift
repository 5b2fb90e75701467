internal import Model
internal import Presentation
internal import Tokens

/// Prints a token that was made, revealed or given a new string, with its string, on standard output only.
struct TokenStringOutput {
    let session: AdministrationSession
    let details: TokenDetails
    let string: TokenString

    private var record: TokenRecord { details.token }

    func print() {
        let directory = session.directory
        let assignment = directory.assignment(record.assignment, tenant: session.names.tenant)
        var fields = KeyValueOutput()
        fields.add("Token", string.revealed)
        fields.add("Id", record.id.description)
        if record.kind == .api { fields.add("Name", record.name) }
        if record.kind == .mobile, !record.name.isEmpty { fields.add("Device", record.name) }
        if let assignment {
            let user = directory.users[directory.assignments[assignment].user]
            fields.add("User", user.name, json: .string(user.id))
            fields.add(
                "For", session.names.combination(assignment), key: "assignment", json: .string(record.assignment))
        }
        fields.add(
            "Expires", LocalTime.expiryField(record.expires, in: session.zone),
            json: .string(record.expires.description))
        if let ceiling = record.ceiling {
            fields.add(
                "Ceiling", ceiling.lines(tenant: session.names.tenant, in: directory), json: ceiling.json)
        }
        if let parent = record.parent { fields.add("Parent", parent.description) }
        fields.add(key: "kind", .string(record.kind.rawValue))
        fields.add(key: "tenant", .string(session.tenant.id))
        fields.add(key: "created", .string(record.created.description))
        fields.print(session.invocation)
    }

    /// Prints a note on showing the string again.
    func noteAboutRevealing() {
        let again =
            details.isKept
            ? "it can be shown again: demilune token reveal \(record.id)"
            : "it is never shown again: keep it now"
        session.terminal.note(again)
    }
}
