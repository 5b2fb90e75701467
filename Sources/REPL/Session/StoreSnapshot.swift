internal import CommandLine
internal import Model
internal import Tokens

/// The session's view of the store: the directory with the tokens mentioned so far, read again when the store changes.
final class StoreSnapshot {
    private let invocation: Invocation
    let store: TokenService
    /// The reason why there is no token, where no store was found; `nil` with a store.
    var absence: String? { invocation.hasStore ? nil : invocation.noStore }
    /// Empty until first used, so that the first prompt does not wait for it.
    private(set) var directory = Directory.empty
    /// The tenants, which the prompt needs before the directory is read.
    private(set) var tenants: [Tenant] = []
    private var version: DirectoryVersion?
    private var held: Set<TokenID> = []
    private(set) var holdsAll = false

    init(_ invocation: Invocation) throws(CommandError) {
        self.invocation = invocation
        store = try invocation.openStoreOrNone()
        do throws(TokenStoreError) { tenants = try store.tenants.map(Tenant.init) } catch {
            throw CommandError(error.message)
        }
    }

    /// A tenant without its users and departments.
    struct Tenant {
        let id: ExactName
        let name: ExactName
        fileprivate let zoneName: ExactName

        fileprivate init(_ record: TenantRecord) { (id, name, zoneName) = (record.id, record.name, record.zone) }
        fileprivate init(_ tenant: Model.Tenant) { (id, name, zoneName) = (tenant.id, tenant.name, tenant.zone.name) }

        var zone: Zone? { try? Zone(zoneName) }
    }

    /// Reads the directory again if the store has changed, so that every answer is current.
    func refresh() throws(CommandError) {
        let current: DirectoryVersion
        do throws(TokenStoreError) { current = try store.directoryVersion } catch { throw CommandError(error.message) }
        guard current != version else { return }
        // All tokens are read again only on demand, where the user can stop it.
        holdsAll = false
        try read(held.isEmpty ? .none : .some(Array(held)), current) { _ in true }
    }

    private func read(
        _ selection: TokenSelection, _ current: DirectoryVersion, goesOn: (Int) -> Bool
    ) throws(CommandError) {
        take(try invocation.directory(selection, of: store, goesOn: goesOn))
        version = current
    }

    private func take(_ new: Directory) {
        directory = new
        tenants = new.tenants.map(Tenant.init)
    }

    /// The directory with these tokens, as far as they exist.
    func directory(holding ids: [TokenID]) throws(CommandError) -> Directory {
        try refresh()
        let new = ids.filter { !held.contains($0) }
        held.formUnion(new)
        guard let version, !holdsAll, !new.isEmpty else { return directory }
        try read(.some(Array(held)), version) { _ in true }
        return directory
    }

    /// The tokens that were derived from one, in any state.
    func descendants(of id: TokenID) throws(CommandError) -> [TokenID] {
        do throws(TokenStoreError) { return try store.descendants(of: [id], liveAt: nil).sorted() } catch {
            throw CommandError(error.message)
        }
    }

    /// The directory with every token, cached until the store changes.
    /// - Parameter step: called from time to time with the number of tokens read and the total; returns false to stop.
    func whole(_ step: (Int, Int) -> Bool) throws(CommandError) -> Directory {
        let current: DirectoryVersion
        let total: Int
        do throws(TokenStoreError) {
            current = try store.directoryVersion
            if holdsAll, current == version { return directory }
            total = try store.tokenCount
        } catch { throw CommandError(error.message) }
        try read(.all, current) { step($0, total) }
        holdsAll = true
        return directory
    }

    // MARK: Tokens by name

    /// The token that has this string, or had it before.
    func token(with string: TokenString) throws(CommandError) -> Named {
        do throws(TokenStoreError) {
            if let found = try store.find(string) { return Named(found.token, tenant: found.tenant) }
        } catch { throw CommandError(error.message) }
        throw CommandError("no token has this string", status: ExitStatus.deny)
    }

    /// A token with the properties that distinguish it from others.
    struct Named {
        let id: TokenID
        let name: ExactName
        let tenant: ExactName
        let assignment: ExactName
        let isRevoked: Bool
        let expires: Instant
        let kind: TokenKind

        init(_ record: TokenRecord, tenant: ExactName) {
            id = record.id
            name = record.name
            assignment = record.assignment
            isRevoked = record.revoked != nil
            expires = record.expires
            kind = record.kind
            self.tenant = tenant
        }
    }

    /// Tokens with the text in their name, user or department; of all tenants if `tenant` is `nil`.
    func search(_ text: String, tenant: ExactName?, now: Instant, size: Int) -> [Named] {
        var result: [Named] = []
        for meant in tenants where tenant == nil || meant.id == tenant {
            var query = TokenQuery(tenant: meant.id, kind: .api, now: now)
            query.search = text.isEmpty ? nil : TextNormalizer.search(text)
            query.size = size
            guard let output = try? store.list(query) else { continue }
            result += output.tokens.map { Named($0.token, tenant: $0.tenant) }
        }
        return Array(result.prefix(size))
    }
}
