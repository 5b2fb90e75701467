package import Model
package import Tokens

/// Finds the token that a person means, among those of which the person may know.
///
/// An exact name wins over the beginning of an id, and that over a name that differs only in case, width or accents. Of
/// tokens with one name, revoked ones count only when there is no other.
package struct TokenResolver {
    /// The way in which a text names a token.
    package enum Match: Sendable {
        case name
        case prefix
        /// By a name that differs in case, width or accents.
        case similarName
    }

    private let store: TokenService
    /// The tenant whose tokens are meant; `nil` for those of every tenant.
    private let tenant: ExactName?
    private let isVisible: (TokenRecord, ExactName) -> Bool

    /// - Parameter isVisible: true for a token, of a tenant, of which the person may know. Nothing about any other is
    ///   told, neither by an answer nor by an error.
    package init(
        _ store: TokenService, tenant: ExactName?,
        where isVisible: @escaping (TokenRecord, ExactName) -> Bool = { _, _ in true }
    ) {
        self.store = store
        self.tenant = tenant
        self.isVisible = isVisible
    }

    /// The only token that a text names.
    /// - Parameter status: the exit status when there is none.
    package func token(
        _ text: String, status: Int32 = ExitStatus.failure
    ) throws(CommandError) -> (details: TokenDetails, match: Match) {
        let (found, match) = try candidates(text)
        guard let first = found.first else { throw CommandError(try unknown(text), status: status) }
        guard found.count == 1 else { throw CommandError(Self.ambiguous(text, found, match)) }
        return (first, match)
    }

    /// The tokens that a text may name, in the best way in which it names any.
    package func candidates(_ text: String) throws(CommandError) -> (tokens: [TokenDetails], match: Match) {
        let named = try visible { store throws(TokenStoreError) in try store.named(ExactName(text), tenant: tenant) }
        if !named.isEmpty { return (Self.unrevoked(named), .name) }
        if text.utf8.count >= TokenID.shortestPrefix {
            let begun = try visible { store throws(TokenStoreError) in
                try store.tokens(prefix: text, tenant: tenant)
            }
            if !begun.isEmpty { return (begun, .prefix) }
        }
        let similar = try visible { store throws(TokenStoreError) in try store.searched(text, tenant: tenant) }
        return (Self.unrevoked(similar), .similarName)
    }

    private func visible(
        _ find: (TokenService) throws(TokenStoreError) -> [TokenDetails]
    ) throws(CommandError) -> [TokenDetails] {
        do throws(TokenStoreError) { return try find(store).filter { isVisible($0.token, $0.tenant) } } catch {
            throw CommandError(error.message)
        }
    }

    private static func unrevoked(_ tokens: [TokenDetails]) -> [TokenDetails] {
        let others = tokens.filter { $0.token.revoked == nil }
        return others.isEmpty ? tokens : others
    }

    // MARK: Errors

    private static func ambiguous(_ text: String, _ found: [TokenDetails], _ match: Match) -> String {
        let ids = found.prefix(5).map { details in
            let name = details.token.name
            return "`\(details.token.id)`" + (match == .name || name.isEmpty ? "" : " (\(name))")
        }.joined(separator: ", ")
        let listed = ids + (found.count > 5 ? " …" : "")
        switch match {
        case .name: return "\(counted(found.count, "token")) are named `\(text)`; use an id: \(listed)"
        case .prefix: return "`\(text)` begins the ids of \(counted(found.count, "token")); use more digits: \(listed)"
        case .similarName:
            return "no token is named `\(text)`, but \(counted(found.count, "token")) differ only in case or accents; "
                + "use an id or the exact name: \(listed)"
        }
    }

    private func unknown(_ text: String) throws(CommandError) -> String {
        let place = tenant.map { " in the tenant `\($0)`" } ?? ""
        let words = "there is no token `\(text)`\(place)"
        if (4..<TokenID.shortestPrefix).contains(text.utf8.count), TokenID.range(of: text) != nil {
            return "\(words); the beginning of an id needs at least \(TokenID.shortestPrefix) digits"
        }
        let hint = NameResolver.hint(for: text, among: try similarNames(text))
        return words + (hint.isEmpty ? "; try `demilune token list --search TEXT`" : hint)
    }

    /// Names that may be meant: those that have a half of the text, which a single typing error leaves as it is, and the
    /// first ones of all.
    private func similarNames(_ text: String) throws(CommandError) -> [ExactName] {
        let folded = TextNormalizer.search(text)
        let half = folded.index(folded.startIndex, offsetBy: folded.count / 2)
        let parts = [folded[..<half], folded[half...]].filter { $0.unicodeScalars.count >= 3 }.map(String.init)
        var names: [ExactName] = []
        do throws(TokenStoreError) {
            for tenant in try store.tenants.map(\.id) where self.tenant == nil || tenant == self.tenant {
                for part in parts.map(Optional.init) + [nil] {
                    var query = TokenQuery(tenant: tenant, kind: .api, now: Instant(microseconds: 0))
                    query.search = part
                    query.size = part == nil ? 1_000 : 100
                    names += try store.list(query) { isVisible($0, tenant) }.tokens.map(\.token.name)
                }
            }
        } catch { throw CommandError(error.message) }
        return names
    }
}
