package import Model

/// The difference of a store from an earlier moment.
package enum StoreChanges: Sendable {
    case none
    /// Only these tokens were issued or changed, up to a place in the log.
    case tokens([(tenant: ExactName, record: TokenRecord)], upTo: LogPosition)
    /// Other things changed, or too much did, or the log cannot tell: the store must be read as a whole.
    case other
}

extension TokenService {
    /// The most acts that are followed one by one; after more of them the whole store is read faster.
    static let mostFollowed = 10_000
    /// The acts that change nothing but the token that they name.
    private static let tokenActs: Set<ExactName> = [
        "token.issue", "token.amend", "token.rotate", "token.suspend", "token.resume", "token.revoke", "token.reveal",
        "token.dormant", "token.clear_dormant", "token.derive",
    ]

    /// The whole store, and the place in its log up to which it was read. Both are of one moment.
    package func organisationAndPosition() throws(TokenStoreError) -> (Organisation, LogPosition) {
        try lookForRollback()
        var (organisation, position) = try store.read { () throws(TokenStoreError) -> (Organisation, LogPosition) in
            try lookForKeys()
            return try (read(.all), self.position)
        }
        organisation.isRolledBack = deniesOnRollback
        return (organisation, position)
    }

    /// The changes since a place in the log. Uses that were recorded are not in it.
    ///
    /// The entries after that place are believed where they continue the chain from it, each with a valid hash.
    /// - Parameter wasRolledBack: true when the state of that moment counted as rolled back.
    package func changes(since known: LogPosition, wasRolledBack: Bool) throws(TokenStoreError) -> StoreChanges {
        try lookForRollback()
        guard deniesOnRollback == wasRolledBack else { return .other }
        return try store.read { () throws(TokenStoreError) -> StoreChanges in
            try lookForKeys()
            let newest = try position
            if newest == known { return .none }
            let hash = try store.entryHash(known.number)
            guard newest.number > known.number, known == .start || hash == known.hash,
                let entries = try entries(after: known, to: newest),
                let ids = Self.tokens(changedBy: entries)
            else { return .other }
            var tokens: [(tenant: ExactName, record: TokenRecord)] = []
            for id in ids.sorted() {
                guard let details = try details(id) else { return .other }
                tokens.append((details.tenant, details.token))
            }
            return .tokens(tokens, upTo: newest)
        }
    }

    /// The entries between two places.
    /// - Returns: `nil` when there are too many, or they are not a valid chain.
    private func entries(after known: LogPosition, to newest: LogPosition) throws(TokenStoreError) -> [LogEntry]? {
        var query = LogQuery()
        (query.after, query.size) = (known.number, Self.mostFollowed + 1)
        let entries = try store.entries(query)
        guard entries.count <= Self.mostFollowed else { return nil }
        var last = known
        for entry in entries {
            guard entry.number == StoredCount.next(last.number), entry.previous == last.hash, try isIntact(entry) else {
                return nil
            }
            last = LogPosition(number: entry.number, hash: entry.hash)
        }
        return last == newest ? entries : nil
    }

    /// The tokens that acts changed; `nil` when they changed anything else.
    private static func tokens(changedBy entries: [LogEntry]) -> Set<TokenID>? {
        var ids: Set<TokenID> = []
        for entry in entries where !entry.act.hasSuffix(".refused") {
            // What these do to tokens has entries of its own.
            if entry.act == "token.revoke_many" || ReviewAct(rawValue: entry.act) != nil
                || RequestAct(rawValue: entry.act) != nil
            {
                continue
            }
            guard tokenActs.contains(ExactName(entry.act)), let id = entry.token else { return nil }
            ids.insert(id)
        }
        return ids
    }

    /// The place of the newest entry; that of an export, which has no log, is the start.
    private var position: LogPosition {
        get throws(TokenStoreError) {
            guard !isReadOnly, let newest = try store.newestEntry else { return .start }
            return LogPosition(number: StoredCount.clamped(newest.number), hash: newest.hash)
        }
    }

    var deniesOnRollback: Bool { rollback != nil && !decidesOnRollback }
}
