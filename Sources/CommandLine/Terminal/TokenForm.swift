internal import Decisions
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

/// Asks the person at the terminal what the options of an act on a token leave open.
struct TokenForm {
    let session: AdministrationSession

    private var terminal: Terminal { session.terminal }
    private var directory: Directory { session.directory }

    init(_ session: AdministrationSession) { self.session = session }

    /// True when there is a person who can be asked.
    var isPossible: Bool { terminal.streams.isInteractive }

    // MARK: Questions

    /// A name that no live token of the tenant has.
    func name() throws(CommandError) -> ExactName {
        try Prompt.read("name of the token", terminal, empty: nil) { text throws(CommandError) in
            try session.freeName(ExactName(text))
        }
    }

    /// The permissions that the person chooses of those that a combination holds; `nil` for all of them.
    func permissions(of assignment: Int) throws(CommandError) -> [ExactName]? {
        let held = directory.assignments[assignment].permissions
        // The actions that there are, and what the combination holds beyond them.
        let actions = session.policies.schema.actionNames.filter(held.permits)
        let beyond = held.patterns.filter { pattern in
            !actions.contains(pattern) && !actions.contains { PermissionSet([pattern]).permits($0) }
        }
        let choices = (actions + beyond).sorted()
        guard choices.count > 1 else { return nil }
        terminal.note("permissions of the combination; grant the token only those that it needs:")
        for (place, choice) in choices.enumerated() {
            terminal.note("  \(place + 1)  \(Terminal.escaped(choice))")
        }
        let question = "permissions, as numbers or names with commas: 1,3 or orders.*"
        return try Prompt.read(question, terminal, empty: (nil, "all")) { text throws(CommandError) in
            let texts = try CeilingOptions.parts(text, for: "permissions").map { part in
                Int(part).flatMap { choices.indices.contains($0 - 1) ? choices[$0 - 1].text : nil } ?? part
            }
            let chosen = try CeilingOptions.permissions(texts.joined(separator: ","), for: "permissions")
            for permission in chosen where !held.covers(PermissionSet([permission])) {
                throw .usage("the combination does not have `\(permission)`")
            }
            return chosen.isEmpty ? nil : chosen
        }
    }

    /// An active user with an assignment, found by a part of their names.
    func user() throws(CommandError) -> Int {
        try Prompt.find("user: a part of the name or the email", terminal) { text in
            let part = TextNormalizer.search(text)
            return directory.users.indices.filter { index in
                let user = directory.users[index]
                return user.tenant == session.names.tenant && user.isActive
                    && !session.names.assignments(of: index).isEmpty
                    && [user.id, user.name, user.fullName, user.email].contains {
                        TextNormalizer.text(TextNormalizer.search($0), contains: part)
                    }
            }.map { ($0, words(ofUser: $0)) }
        }
    }

    private func words(ofUser index: Int) -> String {
        let user = directory.users[index]
        return [user.name, user.fullName, user.email].map(\.text).joined(separator: "  ")
    }

    /// The expiry of a new token: the day that the policies suggest, unless the person gives another.
    func expiry(_ draft: TokenDraft) throws(CommandError) -> Instant {
        let day = try session.act { administration throws(AdministrationError) in
            try administration.suggestedLastDay(draft)
        }
        let suggested = day.flatMap { day in TimeArgument.day(day).expiry(from: session.now, in: session.zone) }
        return try expiry(present: suggested)
    }

    private func expiry(present: Instant?) throws(CommandError) -> Instant {
        let empty = present.map { (value: $0, words: LocalTime.expiry($0, in: session.zone)) }
        let question = "last valid day, or a duration such as 90d or 12mo"
        return try Prompt.read(question, terminal, empty: empty) { text throws(CommandError) in
            try session.expiry(text.filter { $0 != " " }, for: "expires")
        }
    }

    /// The time that an old token or string stays valid, as the option gives it or the person; `nil` when it ends at
    /// once.
    func overlap(_ option: Option<TimeArgument?>, _ noun: String) throws(CommandError) -> Duration? {
        if session.invocation.isGiven(option) || !isPossible { return try session.overlap(option) }
        let question = "time that \(noun) stays valid, such as 24h"
        return try Prompt.read(question, terminal, empty: (nil, "it ends at once")) { text throws(CommandError) in
            let time = try TimeArgument(text.filter { $0 != " " }, for: "overlap")
            guard let end = time.end(from: session.now, in: session.zone), end > session.now else {
                throw .usage("`overlap` must end in the future, got `\(text)`")
            }
            return session.now.distance(to: end)
        }
    }

    /// The changes of a token that the person makes; what is left empty stays as it is.
    func change(of token: TokenRecord) throws(CommandError) -> TokenChange {
        var change = TokenChange()
        terminal.note("an empty answer keeps what is in brackets")
        let name = try Prompt.read(
            token.kind == .api ? "name" : "device", terminal, empty: (token.name, token.name.text)
        ) { text throws(CommandError) in
            token.kind == .api
                ? try session.freeName(ExactName(text), except: token.id)
                : try session.stored { _ throws(TokenStoreError) in
                    try TokenName(ExactName(text), allowsNothing: true).text
                }
        }
        if name != token.name { change.name = name }
        if token.kind == .api {
            let expires = try expiry(present: token.expires)
            if expires != token.expires { change.expires = expires }
        }
        change.assignment = try assignment(otherThan: token.assignment)
        change.description = try note(.description, token.description)
        change.contact = try note(.contact, token.contact)
        return change
    }

    /// Another assignment of the same user; `nil` to keep it.
    private func assignment(otherThan present: ExactName) throws(CommandError) -> ExactName? {
        guard let index = directory.assignment(present, tenant: session.names.tenant) else { return nil }
        let others = session.names.assignments(of: directory.assignments[index].user).filter { $0 != index }
        guard !others.isEmpty else { return nil }
        let title = "department and user type [\(Terminal.escaped(session.names.combination(index)))]; instead:"
        let chosen = try Prompt(title, others.map(session.names.combination)).ask(terminal, none: "keep it")
        return chosen.map { directory.assignments[others[$0]].id }
    }

    /// A new description or contact, empty to remove it; `nil` to keep it.
    private func note(_ note: TokenNote, _ present: ExactName?) throws(CommandError) -> ExactName? {
        let question = note.rawValue + (present == nil ? "" : ", `none` to remove it")
        return try Prompt.read(question, terminal, empty: (nil, present?.text ?? "none")) { text throws(CommandError) in
            if text == "none" { return "" }
            return try session.stored { _ throws(TokenStoreError) in try note.stored(ExactName(text)) }
        }
    }

    // MARK: Summaries

    /// Shows a token that is about to be made, and asks whether to save it.
    func confirm(_ draft: TokenDraft) -> Bool {
        guard let index = directory.assignment(draft.assignment, tenant: session.names.tenant) else { return false }
        var fields = KeyValueOutput()
        if draft.kind == .api || !draft.name.isEmpty { fields.add(draft.kind == .api ? "Name" : "Device", draft.name) }
        fields.add("User", words(ofUser: directory.assignments[index].user))
        fields.add("For", session.names.combination(index))
        fields.add("Expires", LocalTime.expiryField(draft.expires, in: session.zone))
        if let description = draft.description, !description.isEmpty { fields.add("Description", description) }
        if let contact = draft.contact, !contact.isEmpty { fields.add("Contact", contact) }
        if let ceiling = draft.ceiling { fields.add("Ceiling", words(ceiling), json: ceiling.json) }
        return confirm(fields)
    }

    /// Shows how a token is about to be changed, and asks whether to save it.
    func confirm(_ change: TokenChange, of token: TokenRecord) -> Bool {
        var fields = KeyValueOutput()
        func add(_ name: String, _ former: String, _ new: String?) {
            if let new { fields.add(name, "\(former.isEmpty ? "–" : former) → \(new.isEmpty ? "–" : new)") }
        }
        func combination(_ id: ExactName) -> String {
            directory.assignment(id, tenant: session.names.tenant).map(session.names.combination) ?? id.text
        }
        add(token.kind == .api ? "Name" : "Device", token.name.text, change.name?.text)
        func expiry(_ expires: Instant) -> String { LocalTime.expiry(expires, in: session.zone) }
        add("Expires", expiry(token.expires), change.expires.map(expiry))
        add("For", combination(token.assignment), change.assignment.map(combination))
        add("Description", token.description?.text ?? "", change.description?.text)
        add("Contact", token.contact?.text ?? "", change.contact?.text)
        add(
            "Ceiling", token.ceiling.map { words($0).joined(separator: "; ") } ?? "",
            change.ceiling.map { words($0).joined(separator: "; ") })
        return confirm(fields)
    }

    private func words(_ ceiling: Ceiling) -> [String] {
        ceiling.lines(tenant: session.names.tenant, in: directory)
    }

    /// Shows fields on the error output, which is the person's: the standard output may go to a file.
    private func confirm(_ fields: KeyValueOutput) -> Bool {
        for line in fields.lines { terminal.note(line.text) }
        return Prompt.confirm("save?", terminal) == true
    }
}
