internal import Decisions
internal import Model
internal import Tokens

/// The filters of `token list`, which `token revoke` takes as well.
enum FilterOptions {
    static let options: [Option] = [
        Option(name: "mobile", help: "mobile users logged in, instead of API tokens"),
        Option(name: "user", value: "USER", help: "tokens of this user"),
        Option(name: "department", value: "DEPARTMENT", help: "tokens of this department and those under it"),
        Option(name: "user-type", value: "TYPE", help: "tokens with this user type"),
        Option(name: "state", value: "STATE", help: "live, suspended, expired, revoked or all", choices: states),
        Option(name: "expiring-within", value: "DURATION", help: "tokens that expire within this time, such as 30d"),
        Option(name: "unused-since", value: "DAY", help: "tokens not used since this day, such as 2026-08-01"),
        Option(
            name: "search", value: "TEXT", help: "text in names, users or departments; case and accents do not matter"),
    ]

    static let states = TokenQuery.State.allCases.map(\.rawValue) + ["all"]

    /// True when any filter option is given.
    static func isStated(_ invocation: Invocation) -> Bool {
        options.contains { invocation.has($0.name) }
    }

    static func filter(_ session: AdministrationSession) throws(CommandError) -> TokenFilter {
        let invocation = session.invocation
        let names = session.names
        var filter = TokenFilter()
        filter.kind = invocation.has("mobile") ? .mobile : .api
        let state = invocation.value("state")
        filter.state = state.flatMap { TokenQuery.State(rawValue: $0) }
        filter.leavesOutRevoked = state == nil
        filter.user = try invocation.value("user").map { text throws(CommandError) in try names.user(text) }
        filter.department = try invocation.value("department").map { text throws(CommandError) in
            try names.department(text)
        }
        filter.userType = try invocation.value("user-type").map { text throws(CommandError) in
            try names.userType(text)
        }
        if let text = invocation.value("expiring-within") {
            let seconds = try TimeArgument.duration(text, option: "expiring-within").components.seconds
            filter.expiringBefore = Instant(microseconds: session.now.microseconds + seconds * 1_000_000)
        }
        if let text = invocation.value("unused-since") {
            filter.unusedSince = try TimeArgument.instant(text, option: "unused-since", in: session.zone)
        }
        filter.search = invocation.value("search")
        return filter
    }
}
