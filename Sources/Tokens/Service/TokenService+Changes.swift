package import Model

/// The difference of a store from an earlier moment.
package enum StoreChanges: Sendable {
    case none
    /// Only these tokens were issued or changed. The number is that of the last act among them.
    case tokens([(tenant: ExactName, record: TokenRecord)], upTo: Int64)
    /// Other things changed, or too many tokens: the store must be read as a whole.
    case other
}

extension TokenService {
    /// The most tokens that are read one by one; more of them are read faster with the whole store.
    private static let mostTokens = 10_000
    /// The acts that change nothing but the token that they name.
    private static let tokenActs: Set<ExactName> = [
        "token.issue", "token.amend", "token.rotate", "token.suspend", "token.resume", "token.revoke", "token.reveal",
        "token.dormant", "token.clear_dormant",
    ]

    /// The whole store, read at one moment, and the number of the last act in its log; 0 for an export.
    package func numberedOrganisation() throws(TokenStoreError) -> (organisation: Organisation, change: Int64) {
        try lookForKeys()
        try lookForRollback()
        var (organisation, change) = try store.read {
            () throws(TokenStoreError) -> (Organisation, Int64) in (try read(.all), try newestChange)
        }
        organisation.isRolledBack = deniesOnRollback
        return (organisation, change)
    }

    /// The changes since the act with this number, by the log of acts. Uses that were recorded are not in it.
    /// - Parameter wasRolledBack: true when the state of that moment counted as rolled back.
    package func changes(since change: Int64, wasRolledBack: Bool) throws(TokenStoreError) -> StoreChanges {
        try lookForKeys()
        try lookForRollback()
        guard deniesOnRollback == wasRolledBack else { return .other }
        return try store.read { () throws(TokenStoreError) -> StoreChanges in
            let newest = try newestChange
            if newest == change { return .none }
            guard newest > change else { return .other }
            var query = LogQuery()
            (query.after, query.size) = (change, Self.mostTokens + 1)
            let entries = try store.entries(query)
            guard entries.count <= Self.mostTokens, entries.count == Int(newest - change) else { return .other }
            var ids: Set<TokenID> = []
            // `token.revoke_many` counts revocations that have entries of their own.
            for entry in entries where !entry.act.hasSuffix(".refused") && entry.act != "token.revoke_many" {
                guard Self.tokenActs.contains(ExactName(entry.act)), let id = entry.token else { return .other }
                ids.insert(id)
            }
            var tokens: [(tenant: ExactName, record: TokenRecord)] = []
            for id in ids.sorted() {
                guard let details = try details(id) else { return .other }
                tokens.append((details.tenant, details.token))
            }
            return .tokens(tokens, upTo: newest)
        }
    }

    private var newestChange: Int64 {
        get throws(TokenStoreError) { isReadOnly ? 0 : try store.newestEntry?.number ?? 0 }
    }

    var deniesOnRollback: Bool { rollback != nil && !decidesOnRollback }
}
