package import Model

/// A condition by which a store finds tokens.
///
/// `matches` says which tokens are meant. A store may find them in any way, and compares each with it.
package enum TokenCondition: Sendable {
    /// Tokens with exactly this name.
    case named(ExactName, tenant: ExactName, kind: TokenKind, isRevoked: Bool)
    /// Tokens whose name has this form for searching.
    case searched(String, tenant: ExactName, kind: TokenKind, isRevoked: Bool)
    /// Tokens that reserve this folded name, except one with a number.
    case reserving(key: String, tenant: ExactName, except: Int64)
    /// Tokens whose strings are kept.
    case kept(tenant: ExactName)
    /// Tokens of an assignment that are neither revoked nor expired.
    case unexpired(assignment: ExactName, tenant: ExactName, now: Instant)
    /// Tokens that were revoked before a time.
    case revoked(tenant: ExactName, before: Instant)
    /// Tokens that were derived from one, or from any, and at a time are neither revoked nor expired; `nil` for all.
    case derived(from: TokenID?, tenant: ExactName, liveAt: Instant?)
    /// Tokens that were derived from another one and expired before a time.
    case expiredDerived(tenant: ExactName, before: Instant)
    /// Tokens that are neither revoked, expired nor marked as dormant, and were not used since a time.
    case unused(tenant: ExactName, since: Instant, now: Instant)

    package func matches(_ token: StoredToken) -> Bool {
        let record = token.details.token
        guard token.details.tenant == tenant else { return false }
        switch self {
        case .named(let name, _, let kind, let isRevoked):
            return record.name == name && record.kind == kind && (record.revoked != nil) == isRevoked
        case .searched(let text, _, let kind, let isRevoked):
            return ExactName(TextNormalizer.search(record.name)) == ExactName(text) && record.kind == kind
                && (record.revoked != nil) == isRevoked
        case .reserving(let key, _, let number): return token.nameKey == key && token.number != number
        case .kept: return token.details.isKept
        case .unexpired(let assignment, _, let now):
            return record.assignment == assignment && record.revoked == nil && record.expires > now
        case .revoked(_, let before): return record.revoked.map { $0 < before } ?? false
        case .derived(let parent, _, let now):
            return record.parent != nil && (parent == nil || record.parent == parent)
                && now.map { record.revoked == nil && record.expires > $0 } ?? true
        case .expiredDerived(_, let before): return record.parent != nil && record.expires < before
        case .unused(_, let since, let now):
            return record.revoked == nil && record.expires > now && record.dormantSince == nil
                && record.lastSeen <= since
        }
    }

    private var tenant: ExactName {
        switch self {
        case .named(_, let tenant, _, _), .searched(_, let tenant, _, _), .reserving(_, let tenant, _),
            .kept(let tenant),
            .unexpired(_, let tenant, _), .revoked(let tenant, _), .derived(_, let tenant, _),
            .expiredDerived(let tenant, _),
            .unused(let tenant, _, _):
            tenant
        }
    }
}

extension TokenRecord {
    /// The time of the last use or, if it is later or there was none, of the creation.
    package var lastSeen: Instant { max(lastActive ?? Instant(microseconds: 0), created) }
}
