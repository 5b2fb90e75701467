internal import Decisions
internal import Model
internal import Tokens

/// The filters of `token list`, which `token revoke` takes as well.
enum FilterOptions {
    static let all: [any OptionDeclaration] = [Option.kind] + others
    /// The same for a verb that takes tokens of every kind where no option names one.
    static let ofEveryKind: [any OptionDeclaration] =
        [Option.kind.described("api, mobile or all (all)")] + others

    private static let others: [any OptionDeclaration] = [
        Option.mobile, Option.user.described("tokens of this user"), Option.department, Option.userType,
        Option.state,
        Option.expiringWithin, Option.unusedSince, Option.search, Option.contactFilter,
    ]

    /// The tokens that `--state` selects.
    fileprivate enum State: Sendable {
        case unrevoked
        case all
        case only(TokenFilter.State)
    }

    /// True when any filter option is given.
    static func isStated(_ invocation: Invocation) -> Bool { all.contains { invocation.isGiven($0) } }

    /// The filters as they were written: `--department Sales --state live`.
    static func words(_ invocation: Invocation) -> String {
        all.filter { invocation.isGiven($0) }.map { option in
            option.placeholder == nil ? option.flag : "\(option.flag) \(invocation.text(of: option) ?? "")"
        }.joined(separator: " ")
    }

    /// The kinds of tokens asked for: of one person all, unless a kind is given; API tokens otherwise.
    /// - Parameter absent: the kinds without an option; `nil` for those of a list.
    static func kinds(_ invocation: Invocation, absent: [TokenKind]? = nil) throws(CommandError) -> [TokenKind] {
        guard let stated = invocation[.kind] else {
            if invocation[.mobile] { return [.mobile] }
            return absent ?? (invocation.isGiven(Option.user) ? TokenKind.allCases : [.api])
        }
        guard !invocation[.mobile] else {
            throw .usage("`--mobile` and `--kind` cannot be combined; use only one of them")
        }
        return stated.kinds
    }

    /// The queries of the filters: one for each tenant in scope that has every name given, and each kind.
    /// - Parameters:
    ///   - absent: the kinds where no option names one; `nil` for those of a list.
    ///   - order: the order of the list; `nil` for the usual one.
    /// - Throws: for a name that no tenant in scope has.
    static func queries(
        _ session: AdministrationSession, absent: [TokenKind]? = nil, order: TokenFilter.Order? = nil,
        isDescending: Bool = false
    ) throws(CommandError) -> [TokenQuery] {
        let kinds = try kinds(session.invocation, absent: absent)
        var queries: [TokenQuery] = []
        var missing: CommandError?
        for tenant in session.scope {
            var filter: TokenFilter
            do throws(CommandError) { filter = try self.filter(session, session.names(of: tenant)) } catch {
                guard error.isUnknownName else { throw error }
                missing = missing ?? error
                continue
            }
            filter.order = order ?? (kinds == [.api] ? .title : .user)
            filter.isDescending = isDescending
            for kind in kinds {
                filter.kind = kind
                queries.append(filter.query(on: session.directory, tenant: tenant, now: session.now))
            }
        }
        if queries.isEmpty, let missing {
            guard session.scope.count > 1 else { throw missing }
            let more =
                session.scope.count == 2 ? "; the other tenant has no such one either" : "; no other tenant has one"
            throw CommandError(messages: missing.messages.map { $0 + more }, status: missing.status)
        }
        try checkSearch(session)
        return queries
    }

    /// - Throws: when the text of `--search` is in no name at all: no token, user or department is called so.
    private static func checkSearch(_ session: AdministrationSession) throws(CommandError) {
        guard let search = session.invocation[.search] else { return }
        var queries: [TokenQuery] = []
        for tenant in session.scope {
            var filter = TokenFilter()
            (filter.search, filter.leavesOutRevoked) = (search, false)
            for kind in TokenKind.allCases {
                filter.kind = kind
                let query = filter.query(on: session.directory, tenant: tenant, now: session.now)
                // A user or a department has the text, or there is no text.
                if query.search == nil || !query.searchAssignments.isEmpty { return }
                queries.append(query)
            }
        }
        let count = try session.act { administration throws(AdministrationError) in
            try administration.count(queries, most: 1)
        }
        guard count > 0 else { throw CommandError("no token, user or department has `\(search)` in its name") }
    }

    private static func filter(
        _ session: AdministrationSession, _ names: NameResolver
    ) throws(CommandError) -> TokenFilter {
        let invocation = session.invocation
        var filter = TokenFilter()
        switch invocation[.state] {
        case .unrevoked: filter.leavesOutRevoked = true
        case .all: filter.leavesOutRevoked = false
        case .only(let state):
            filter.state = state
            filter.leavesOutRevoked = false
        }
        filter.user = try invocation[.user].map { text throws(CommandError) in try names.user(text) }
        filter.department = try invocation[.department].map { text throws(CommandError) in
            try names.department(text)
        }
        filter.userType = try invocation[.userType].map { text throws(CommandError) in try names.userType(text) }
        let zone = names.directory.tenants[names.tenant].zone
        filter.expiringBefore = try invocation.end(.expiringWithin, from: session.now, in: zone)
        filter.unusedSince = try invocation.start(.unusedSince, before: session.now, in: zone)
        filter.search = invocation[.search]
        filter.contact = invocation[.contactFilter]
        return filter
    }
}

/// The kinds of tokens of a list.
enum KindChoice: String, CaseIterable {
    case api
    case mobile
    case all

    var kinds: [TokenKind] {
        switch self {
        case .api: [.api]
        case .mobile: [.mobile]
        case .all: TokenKind.allCases
        }
    }
}

extension Option<KindChoice?> {
    fileprivate static var kind: Self {
        Self("kind", "KIND", "api, mobile or all (api; with --user all)")
    }
}

extension Option<Bool> {
    fileprivate static var mobile: Self {
        Self(flag: "mobile", "the same as `--kind mobile`: the mobile users logged in")
    }
}

extension Option<String?> {
    fileprivate static var department: Self {
        Self("department", "DEPARTMENT", "tokens of this department and those under it")
    }
    fileprivate static var userType: Self { Self("user-type", "TYPE", "tokens with this user type") }
    fileprivate static var search: Self {
        Self(
            "search", "TEXT",
            "text in names, descriptions, contacts, users or departments; case and accents do not matter")
    }
    fileprivate static var contactFilter: Self {
        Self("contact", "TEXT", "tokens with this text in their contact")
    }
}

extension Option<FilterOptions.State> {
    fileprivate static var state: Self {
        Self(
            "state", "STATE", "live, inactive, suspended, dormant, expired, revoked or all",
            choices: TokenFilter.State.allCases.map(\.rawValue) + ["all"], absent: .unrevoked
        ) { text in TokenFilter.State(rawValue: text).map { .only($0) } ?? .all }
    }
}

extension Option<TimeArgument?> {
    fileprivate static var expiringWithin: Self {
        Self("expiring-within", "TIME", "tokens that expire within 30d, or by the end of a day")
    }
    fileprivate static var unusedSince: Self {
        Self("unused-since", "TIME", "tokens not used since a day, such as 2026-08-01, or for 90d")
    }
}
