internal import Decisions
internal import Model
internal import Tokens

/// The filters of `token list`, which `token revoke` takes as well.
enum FilterOptions {
    static let all: [any OptionDeclaration] = [
        Option.mobile, Option.user.described("tokens of this user"), Option.department, Option.userType, Option.state,
        Option.expiringWithin, Option.unusedSince, Option.search, Option.contactFilter,
    ]

    /// The tokens that `--state` selects.
    fileprivate enum State: Sendable {
        case unrevoked
        case all
        case only(TokenQuery.State)
    }

    /// True when any filter option is given.
    static func isStated(_ invocation: Invocation) -> Bool { all.contains { invocation.isGiven($0) } }

    static func filter(_ session: AdministrationSession) throws(CommandError) -> TokenFilter {
        let invocation = session.invocation
        let names = session.names
        var filter = TokenFilter()
        filter.kind = invocation[.mobile] ? .mobile : .api
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
        filter.expiringBefore = try session.end(.expiringWithin)
        filter.unusedSince = try session.start(.unusedSince)
        filter.search = invocation[.search]
        filter.contact = invocation[.contactFilter]
        return filter
    }
}

extension Option<Bool> {
    fileprivate static var mobile: Self { Self(flag: "mobile", "mobile users logged in, instead of API tokens") }
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
            "state", "STATE", "live, suspended, expired, revoked or all",
            choices: TokenQuery.State.allCases.map(\.rawValue) + ["all"], absent: .unrevoked
        ) { text in TokenQuery.State(rawValue: text).map { .only($0) } ?? .all }
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
