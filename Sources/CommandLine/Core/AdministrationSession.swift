internal import Decisions
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

/// The context of verbs that act on tokens: the store, the directory, and the actor.
struct AdministrationSession {
    let invocation: Invocation
    let store: TokenService
    let directory: Directory
    /// The tenants that the session is about, as indices of the directory.
    let scope: [Int]
    /// The zone of all tenants in scope; `nil` when they have several.
    let onlyZone: Zone?
    let administration: Administration
    let policies: PolicySet
    /// The kind of act on tokens that the verb performs; `nil` for a verb that only shows, and for upkeep.
    let acting: DecisionKind?
    /// True for an act, which changes something.
    let writes: Bool

    /// The names of the only tenant in scope.
    var names: NameResolver {
        precondition(scope.count == 1, "a session that spans tenants asks for the names of each")
        return names(of: scope[0])
    }

    func names(of tenant: Int) -> NameResolver {
        var names = NameResolver(directory: directory, tenant: tenant)
        // An act tells of every name that it took for another.
        if writes { names.note = { [terminal] in terminal.note(Terminal.escaped($0)) } }
        return names
    }

    /// True when the operator may act on the tokens of every tenant.
    var isOperator: Bool { invocation[.as] == nil }
    var tenant: Tenant { directory.tenants[names.tenant] }
    var zone: Zone { tenant.zone }
    var terminal: Terminal { invocation.terminal }
    /// The time of the act, never earlier than the latest time that the store has seen.
    var now: Instant { administration.context.now }

    /// - Parameters:
    ///   - use: the use of the store, where the verb performs no act that is decided about.
    ///   - acting: the act on tokens, which a store that is only read refuses at once.
    ///   - spansTenants: true for a verb that takes every tenant where none is given. An administrator always acts in
    ///     one.
    init(
        _ invocation: Invocation, for use: StoreUse = .reading, acting: DecisionKind? = nil, spansTenants: Bool = false
    ) throws(CommandError) {
        self.invocation = invocation
        self.acting = acting
        writes = acting != nil || use == .writing
        policies = try invocation.policies()
        store = try invocation.openStore(for: acting == nil ? use : .writing)
        let version: DirectoryVersion
        do throws(TokenStoreError) { version = try store.directoryVersion } catch { throw CommandError(error.message) }
        let directory = try invocation.directory(.none, of: store)
        self.directory = directory
        let (actor, named): (AuthorizationRequest.Actor, AuditContext.Actor)
        var home: ExactName?
        if invocation[.as] == "-" {
            let names: NameResolver
            (actor, named, names) = try Self.actingToken(invocation, store, directory)
            scope = [names.tenant]
            home = directory.tenants[names.tenant].id
        } else if spansTenants, invocation[.as] == nil, invocation[.tenant] == nil {
            (actor, named) = (.operator, .operator)
            scope = Array(directory.tenants.indices)
        } else {
            let names = try invocation.names(in: directory)
            (actor, named) = try Self.actor(invocation, names)
            scope = [names.tenant]
            if invocation[.as] != nil { home = directory.tenants[names.tenant].id }
        }
        let zones = scope.map { directory.tenants[$0].zone }
        onlyZone = zones.first.flatMap { first in zones.allSatisfy { $0.name == first.name } ? first : nil }
        let act = AuditContext(named, now: try invocation.now(store), reason: invocation[ifDeclared: .reason])
        administration = Administration(
            store: store, policies: policies, actor: actor, home: home, context: act,
            directory: (version, directory))
    }

    /// The actor of `--as -`: the token whose string is on standard input.
    private static func actingToken(
        _ invocation: Invocation, _ store: TokenService, _ directory: Directory
    ) throws(CommandError) -> (AuthorizationRequest.Actor, AuditContext.Actor, NameResolver) {
        let string = try invocation.tokenString()
        let now = try invocation.now(store)
        let found: TokenDetails?
        do throws(TokenStoreError) { found = try store.authenticate(string, now: now) } catch {
            throw CommandError(error.message)
        }
        guard let found, let tenant = directory.tenant(found.tenant),
            let assignment = directory.assignment(found.token.assignment, tenant: tenant)
        else { throw CommandError("no token has this string", status: ExitStatus.deny) }
        let user = directory.users[directory.assignments[assignment].user].id
        let named = AuditContext.Actor.token(found.token.id, user: user, assignment: found.token.assignment)
        return (.token(found.token.id.description), named, NameResolver(directory: directory, tenant: tenant))
    }

    /// The actor of `--as USER[/ASSIGNMENT]`, the user by id or name; the operator without it.
    private static func actor(
        _ invocation: Invocation, _ names: NameResolver
    ) throws(CommandError) -> (AuthorizationRequest.Actor, AuditContext.Actor) {
        guard let text = invocation[.as] else { return (.operator, .operator) }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let user = try names.user(parts[0])
        let assignment = parts.count == 2 ? try names.assignment(parts[1], of: user) : nil
        let own = names.assignments(of: user)
        guard let acting = assignment ?? (own.count == 1 ? own[0] : nil) else {
            let known = own.map { "`\(names.directory.assignments[$0].id)` (\(names.combination($0)))" }
            throw CommandError(
                "`\(names.directory.users[user].name)` has \(counted(own.count, "assignment")); "
                    + "choose one with `--as USER/ASSIGNMENT`"
                    + (known.isEmpty ? "" : ": \(known.joined(separator: ", "))"))
        }
        let id = names.directory.users[user].id
        let assignmentID = names.directory.assignments[acting].id
        return (.user(id: id, assignment: assignmentID), .user(id: id, assignment: assignmentID))
    }

    // MARK: Acting

    /// Runs an act. A refusal or a failure ends the run.
    func act<Result>(
        _ body: (Administration) throws(AdministrationError) -> Result
    ) throws(CommandError) -> Result {
        let result: Result
        do throws(AdministrationError) { result = try body(administration) } catch { throw failure(error) }
        noteFollowers()
        return result
    }

    /// The error of an act that was refused or failed, after the reasons of a deny.
    func failure(_ error: AdministrationError) -> CommandError {
        if let decision = error.decision { explain(decision) }
        let status = error.code == .denied || error.code == .unknown ? ExitStatus.deny : ExitStatus.failure
        return CommandError(error.message, status: error.store == nil ? status : ExitStatus.failure)
    }

    /// Tells what became of the tokens that were derived from those of an act.
    func noteFollowers() { invocation.noteFollowers(of: store) }

    /// Logs that an act on tokens was refused because the actor may not see them. The actor is told that there are none.
    /// - Parameter stated: their tenant; `nil` for the session's only one.
    func logUnseen(_ ids: [TokenID], _ kind: DecisionKind, tenant stated: ExactName? = nil) throws(CommandError) {
        guard !ids.isEmpty else { return }
        try stored { store throws(TokenStoreError) in
            try store.refused(
                kind.rawValue, ids, tenant: stated ?? tenant.id, code: "token_unknown", administration.context)
        }
    }

    /// Prints the reasons of a deny on the error output.
    func explain(_ decision: Decision) {
        let code = [decision.code, decision.policyCode?.text].compactMap(\.self).joined(separator: ": ")
        terminal.note("deny  (\(Terminal.escaped(code)))")
        for reason in decision.reasons {
            terminal.note("  denied: \(Terminal.escaped(reason.text))  [\(reason.policy):\(reason.line)]")
        }
        for obligation in decision.refused {
            terminal.note(
                "  unsupported: \(Terminal.escaped(obligation.text))  [\(obligation.policy):\(obligation.line)]")
        }
        for obligation in decision.obligations {
            terminal.note("  must: \(Terminal.escaped(obligation.text))  [\(obligation.policy):\(obligation.line)]")
        }
        for failure in decision.failures {
            terminal.note("  failed: \(Terminal.escaped(failure.message))  [\(failure.policy)]")
        }
    }

    /// The user of `--user`, or the one that the person finds.
    func user() throws(CommandError) -> Int {
        if let text = invocation[.user] { return try names.user(text) }
        let form = TokenForm(self)
        guard form.isPossible else { throw .missing([Option.user]) }
        return try form.user()
    }

    /// The assignment of `--assignment`, the user's only one, or the one that the person chooses.
    func assignment(of user: Int) throws(CommandError) -> Int {
        if let text = invocation[.assignment] { return try names.assignment(text, of: user) }
        let own = names.assignments(of: user)
        let name = directory.users[user].name
        guard !own.isEmpty else {
            throw CommandError("`\(name)` has no assignment, so a token cannot be made for this user")
        }
        if own.count == 1 { return own[0] }
        let rows = own.map { "\(names.combination($0))  (\(directory.assignments[$0].id))" }
        let title = "`\(Terminal.escaped(name))` has several combinations of department and user type; which one?"
        if let chosen = try Prompt(title, rows).ask(terminal) { return own[chosen] }
        let known = own.map { "`\(directory.assignments[$0].id)` (\(names.combination($0)))" }.joined(separator: ", ")
        throw .usage("`\(name)` has several assignments; choose one with `--assignment`: \(known)")
    }

    /// The expiry of `--expires`, which must be in the future; `nil` without it.
    func expiry() throws(CommandError) -> Instant? {
        guard invocation[.expires] != nil, let text = invocation.text(of: Option.expires) else { return nil }
        return try expiry(text, for: "--expires")
    }

    /// The expiry that a text gives, which must be in the future.
    /// - Parameter name: the name of the text in errors, such as `--expires`.
    func expiry(_ text: String, for name: String) throws(CommandError) -> Instant {
        let expires = try TimeArgument.expiry(text, for: name, from: now, in: zone)
        guard expires > now else {
            throw .usage("`\(name) \(text)` is in the past: it is \(LocalTime.stated(now, in: zone))")
        }
        return expires
    }

    /// A name in its stored form, which no live token of the tenant may have.
    /// - Parameter own: the token that may have it.
    func freeName(_ text: ExactName, except own: TokenID? = nil) throws(CommandError) -> ExactName {
        try stored { store throws(TokenStoreError) in
            let name = try TokenName(text).text
            if let holder = try store.holder(of: name, tenant: tenant.id, now: now), holder != own {
                throw .taken(name, by: holder)
            }
            return name
        }
    }
}

// MARK: Times

extension AdministrationSession {
    /// The end of a period that begins now, as an option gives it; `nil` without it.
    func end(_ option: Option<TimeArgument?>) throws(CommandError) -> Instant? {
        try invocation.end(option, from: now, in: zone)
    }

    /// The time that an old token or string stays valid, as `--overlap` gives it; `nil` without it.
    func overlap(_ option: Option<TimeArgument?>) throws(CommandError) -> Duration? {
        guard let end = try end(option) else { return nil }
        guard end > now else {
            throw .usage("`\(option.flag) \(invocation.text(of: option) ?? "")` is in the past")
        }
        return now.distance(to: end)
    }

    /// The start of a period that reaches to now, as an option gives it; `nil` without it.
    func start(_ option: Option<TimeArgument?>) throws(CommandError) -> Instant? {
        try invocation.start(option, before: now, in: zone)
    }
}

extension Invocation {
    /// The end of a period that begins now, as an option gives it; `nil` without it.
    func end(_ option: Option<TimeArgument?>, from now: Instant, in zone: Zone) throws(CommandError) -> Instant? {
        guard let time = self[option] else { return nil }
        guard let end = time.end(from: now, in: zone) else { throw beyond(option) }
        return end
    }

    /// The start of a period that reaches to now, as an option gives it; `nil` without it.
    func start(_ option: Option<TimeArgument?>, before now: Instant, in zone: Zone) throws(CommandError) -> Instant? {
        guard let time = self[option] else { return nil }
        return try start(time, option, before: now, in: zone)
    }

    func start(
        _ time: TimeArgument, _ option: Option<TimeArgument?>, before now: Instant, in zone: Zone
    ) throws(CommandError) -> Instant {
        guard let start = time.start(before: now, in: zone) else { throw beyond(option) }
        return start
    }

    fileprivate func beyond(_ option: Option<TimeArgument?>) -> CommandError {
        .usage("`\(option.flag) \(text(of: option) ?? "")` is outside the years 1 to 9999")
    }
}

extension Invocation {
    /// Tells what became of the tokens that were derived from those of an act.
    func noteFollowers(of store: TokenService) {
        let followers = store.takeFollowers()
        let words = FollowingChange.allCases.compactMap { change in
            followers[change].map { "\($0) \(change.rawValue)" }
        }
        if !words.isEmpty { terminal.note("derived from it: \(words.joined(separator: ", "))") }
    }
}
