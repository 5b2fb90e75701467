internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

/// The verbs `deactivate` and `activate` of users, departments, user types and tenants.
enum DirectoryVerbs {
    enum Noun: String, CaseIterable {
        case user
        case department
        case userType = "user-type"
        case tenant
    }

    static let all: [Verb] = Noun.allCases.flatMap { [verb($0, activates: false), verb($0, activates: true)] }

    private static func verb(_ noun: Noun, activates: Bool) -> Verb {
        let word = noun == .userType ? "user type" : noun.rawValue
        let placeholder = word.uppercased()
        let positional = Verb.Positional(
            name: placeholder, help: "ids\(noun == .tenant ? "" : " or names")", isRepeated: true)
        let uses = noun == .tenant ? GlobalUse.act.adding(Option.json) : .act.adding(Option.json, Option.tenant)
        guard !activates else {
            return Verb(
                name: "\(noun.rawValue) activate",
                summary: "makes a \(word) active again; revoked and suspended tokens stay so",
                positionals: [positional], options: [Option.reason], uses: uses,
                run: { invocation throws(CommandError) in
                    try DirectoryChange(noun, activates: true, invocation).perform()
                    return ExitStatus.done
                })
        }
        return Verb(
            name: "\(noun.rawValue) deactivate", summary: summary(noun),
            positionals: [positional],
            options: [
                Option.preview,
                noun == .user
                    ? Option.revokesTokens.described("revoke every token of the user")
                    : Option.revokesTokens,
                Option.yes.described("do it; for more than one \(word) it needs --digest"), Option.digest,
                Option.reason,
            ],
            uses: uses.adding(.policies),
            details: [
                "It shows the tokens that it revokes or suspends, and asks. Where nobody can be asked, nothing is changed "
                    + "without `--yes`."
            ],
            run: { invocation throws(CommandError) in
                try DirectoryChange(noun, activates: false, invocation).run()
            })
    }

    private static func summary(_ noun: Noun) -> String {
        switch noun {
        case .user: "deactivates a user: mobile tokens are revoked for good, API tokens suspended"
        case .department: "deactivates a department; refused while live tokens are in it"
        case .userType: "deactivates a user type: nobody new gets it; tokens that have it stay valid"
        case .tenant: "deactivates a tenant; refused while it has live tokens"
        }
    }
}

/// A change of parts of one tenant's directory, or of tenants: all of them or none.
private struct DirectoryChange {
    private let invocation: Invocation
    private let noun: DirectoryVerbs.Noun
    private let activates: Bool
    private let store: TokenService
    private let context: AuditContext
    private let organisation: Organisation
    private let directory: Directory
    private let targets: [(word: String, tenant: ExactName, part: DirectoryPart)]

    init(_ noun: DirectoryVerbs.Noun, activates: Bool, _ invocation: Invocation) throws(CommandError) {
        self.invocation = invocation
        self.noun = noun
        self.activates = activates
        store = try invocation.openStore(for: .writing)
        context = try invocation.operatorAct(store)
        do throws(TokenStoreError) {
            organisation = try store.organisation(invocation[ifDeclared: .preview] ? .all : .none)
        } catch { throw CommandError(error.message) }
        directory = try Preview.directory(organisation, invocation)
        var targets: [(word: String, tenant: ExactName, part: DirectoryPart)] = []
        for word in invocation.positionals {
            let (tenant, part) = try Self.target(noun, word, invocation, directory)
            guard !targets.contains(where: { $0.tenant == tenant && $0.part == part }) else { continue }
            targets.append((word, tenant, part))
        }
        self.targets = targets
    }

    private static func target(
        _ noun: DirectoryVerbs.Noun, _ word: String, _ invocation: Invocation, _ directory: Directory
    ) throws(CommandError) -> (ExactName, DirectoryPart) {
        if noun == .tenant {
            guard directory.tenant(ExactName(word)) != nil else {
                let hint = Suggestion.hint(for: word, among: directory.tenants.map(\.id))
                throw CommandError("there is no tenant `\(word)`\(hint)")
            }
            return (ExactName(word), .tenant)
        }
        var names = try invocation.names(in: directory)
        names.note = { invocation.terminal.note(Terminal.escaped($0)) }
        let tenant = directory.tenants[names.tenant].id
        switch noun {
        case .user: return (tenant, .user(directory.users[try names.user(word)].id))
        case .department: return (tenant, .department(directory.departments[try names.department(word)].id))
        case .userType: return (tenant, .userType(directory.userTypes[try names.userType(word)].id))
        case .tenant: return (tenant, .tenant)
        }
    }

    /// Shows the effects, asks, and deactivates.
    func run() throws(CommandError) -> Int32 {
        if invocation[.preview] {
            let after = organisation.changed(targets.map { ($0.tenant, $0.part) })
            try Preview(from: organisation, to: after, in: store, invocation).print()
            return ExitStatus.done
        }
        let ends = try ends()
        let digest = SelectionDigest.of(
            lines: targets.map { "\($0.tenant) \($0.part.name) \($0.part.id ?? "")" }
                + ends.map { "\($0.details.token.id) \($0.effect.rawValue)" })
        if let stated = invocation[.digest], stated != digest {
            throw CommandError("the effects no longer match the digest `\(stated)`; look again without `--yes`")
        }
        if invocation[.yes] {
            guard targets.count == 1 || invocation[.digest] != nil else {
                throw .usage("`--yes` for more than one needs `--digest`, which a run without `--yes` prints")
            }
        } else {
            try show(ends, digest)
            let inTheWay = ends.count { $0.effect == .inTheWay }
            guard inTheWay == 0 else {
                throw CommandError(
                    "\(counted(inTheWay, "live token")) \(inTheWay == 1 ? "is" : "are") in the way; nothing is changed; "
                        + "add `--revoke-tokens` to revoke \(inTheWay == 1 ? "it" : "them")")
            }
            let question = "deactivate \(targets.count == 1 ? "it" : "these \(targets.count)")?"
            guard Prompt.confirm(question, invocation.terminal) == true else { return ExitStatus.done }
        }
        try perform()
        return ExitStatus.done
    }

    /// The tokens that end. Deactivating several parts can end one token once only.
    private func ends() throws(CommandError) -> [TokenEnd] {
        var ends: [TokenEnd] = []
        do throws(TokenStoreError) {
            for target in targets {
                ends += try store.ends(
                    of: target.part, tenant: target.tenant, active: activates,
                    revokesTokens: invocation[ifDeclared: .revokesTokens], now: context.now
                ).filter { end in !ends.contains { $0.details.token.id == end.details.token.id } }
            }
        } catch { throw CommandError(error.message) }
        return ends
    }

    private func show(_ ends: [TokenEnd], _ digest: String) throws(CommandError) {
        var listing = Listing(.endedTokens)
        for end in ends {
            let token = end.details.token
            guard let tenant = directory.tenant(end.tenant),
                let assignment = directory.assignment(token.assignment, tenant: tenant)
            else { continue }
            let user = directory.users[directory.assignments[assignment].user]
            listing.add(
                [
                    .id(token.id, digits: try invocation.digits(of: token.id, tenant: nil, in: store)),
                    TableCell(token.kind.rawValue), TableCell(token.name), TableCell(user.name),
                    TableCell(end.effect.rawValue),
                ],
                [
                    .init("id", .string(token.id.description)), .init("kind", .string(token.kind.rawValue)),
                    .init("name", .string(token.name)), .init("user", .string(user.id)),
                    .init("effect", .string(end.effect.rawValue)),
                ])
        }
        let terminal = invocation.terminal
        if invocation[.json] {
            terminal.print(JSON.object([.init("tokens", listing.rows), .init("digest", .string(digest))]).pretty)
            return
        }
        listing.table.print(to: terminal)
        guard !ends.contains(where: { $0.effect == .inTheWay }) else { return }
        let names = targets.map { "`\(Terminal.escaped($0.word))`" }.joined(separator: ", ")
        let revoked = counted(ends.count { $0.effect == .revoked }, "token")
        let suspended = ends.count { $0.effect == .suspended }
        terminal.note("\(names) would be inactive; \(revoked) revoked, \(suspended) suspended; nothing is changed yet")
        terminal.note("to do it, add: --yes\(targets.count > 1 ? " --digest \(digest)" : "")")
    }

    /// Makes the change, in one transaction.
    func perform() throws(CommandError) {
        var result = (revoked: 0, suspended: 0)
        do throws(TokenStoreError) {
            try store.write(context) { () throws(TokenStoreError) in
                for target in targets {
                    let (revoked, suspended) = try store.set(
                        target.part, tenant: target.tenant, active: activates,
                        revokesTokens: invocation[ifDeclared: .revokesTokens], context)
                    (result.revoked, result.suspended) = (result.revoked + revoked, result.suspended + suspended)
                }
            }
        } catch { throw CommandError(error.message) }
        let terminal = invocation.terminal
        if invocation[.json] {
            let members: [JSON.Member] = [
                .init("active", .boolean(activates)),
                .init("changed", .strings(targets.map { $0.part.id ?? $0.tenant })),
                .init("revoked", .integer(Int64(result.revoked))),
                .init("suspended", .integer(Int64(result.suspended))),
            ]
            return terminal.print(JSON.object(members).compact)
        }
        let names = targets.map { "`\(Terminal.escaped($0.word))`" }.joined(separator: ", ")
        terminal.print(
            "\(names) \(targets.count == 1 ? "is" : "are") \(activates ? "active" : "inactive"); "
                + "\(counted(result.revoked, "token")) revoked, \(result.suspended) suspended")
    }
}

extension Organisation {
    /// The organisation with these parts inactive.
    fileprivate func changed(_ parts: [(tenant: ExactName, part: DirectoryPart)]) -> Organisation {
        var copy = self
        for (tenant, part) in parts {
            for place in copy.tenants.indices where copy.tenants[place].id == tenant {
                copy.tenants[place].set(part, active: false)
            }
        }
        return copy
    }
}
