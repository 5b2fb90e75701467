/// The acts that the administration log records.
package enum LogAct {
    private static let tokenDecisions = ["issue", "derive", "amend", "reveal", "revoke", "list"].map { "token.\($0)" }
    private static let others = [
        "token.rotate", "token.suspend", "token.resume", "token.clear_dormant", "token.revoke_many", "token.purge",
        "token.dormant", "token.adopt", "token.use", "keys.add", "keys.rewrap", "keys.retire", "store.accept_rollback",
        "import",
        "tenant.reveal_policy", "tenant.change", "tenant.adopt", "token.attest.refused",
        "token.approve.refused",
    ]

    /// Every act, sorted; a refused one of the policies ends in `.refused`.
    package static let all: [String] =
        (tokenDecisions + others + ReviewAct.allCases.map(\.rawValue) + RequestAct.allCases.map(\.rawValue)
        + tokenDecisions.map { $0 + ".refused" }
        + ["user", "department", "user_type", "tenant"].flatMap { ["\($0).activate", "\($0).deactivate"] }).sorted()

    /// True for an act, and for the beginning of one that ends with a dot.
    package static func isKnown(_ text: String) -> Bool {
        all.contains(text) || text.hasSuffix(".") && all.contains { $0.hasPrefix(text) }
    }
}
