internal import Model
internal import Tokens

/// The session's view of the store: the directory with the tokens mentioned so far, read again when the store changes.
final class StoreSnapshot {
    private let invocation: Invocation
    /// `nil` when `--store` names an exported organisation.
    let store: SQLiteTokenStore?
    /// Empty until first used, so that the first prompt does not wait for it.
    private(set) var directory = Directory.empty
    /// The tenants, which the prompt needs before the directory is read.
    private(set) var tenants: [Tenant] = []
    private var version: DirectoryVersion?
    private var held: Set<TokenID> = []
    private(set) var holdsAll = false

    init(_ invocation: Invocation) throws(CommandError) {
        self.invocation = invocation
        store = invocation.isStoreFile ? nil : try invocation.openStore()
        guard let store else {
            try refresh()
            return
        }
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
        guard let store else {
            if !holdsAll { take(try invocation.directory()) }
            holdsAll = true
            return
        }
        let current: DirectoryVersion
        do throws(TokenStoreError) { current = try store.directoryVersion } catch { throw CommandError(error.message) }
        guard current != version else { return }
        // All tokens are read again only on demand, where the user can stop it.
        holdsAll = false
        try read(held.isEmpty ? .none : .some(Array(held)), of: store, current) { _ in true }
    }

    private func read(
        _ selection: TokenSelection, of store: SQLiteTokenStore, _ current: DirectoryVersion,
        goesOn: (Int) -> Bool
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
        guard let store, let version, !holdsAll, !new.isEmpty else { return directory }
        try read(.some(Array(held)), of: store, version) { _ in true }
        return directory
    }

    /// The directory with every token, cached until the store changes.
    /// - Parameter step: called from time to time with the number of tokens read and the total; returns false to stop.
    func whole(_ step: (Int, Int) -> Bool) throws(CommandError) -> Directory {
        guard let store else { return directory }
        let current: DirectoryVersion
        let total: Int
        do throws(TokenStoreError) {
            current = try store.directoryVersion
            if holdsAll, current == version { return directory }
            total = try store.tokenCount
        } catch { throw CommandError(error.message) }
        try read(.all, of: store, current) { step($0, total) }
        holdsAll = true
        return directory
    }

    // MARK: Tokens by name

    /// The tokens with this name that are not revoked or, if there are none, the revoked ones.
    func named(_ name: String, tenant: ExactName?) throws(CommandError) -> [Named] {
        let found: [Named]
        if let store {
            do throws(TokenStoreError) {
                found = try store.named(ExactName(name), tenant: tenant).map { Named($0.token, tenant: $0.tenant) }
            } catch { throw CommandError(error.message) }
        } else {
            found = listed(tenant) { $0.name.reads(like: name) }
        }
        let alive = found.filter { !$0.isRevoked }
        return alive.isEmpty ? found : alive
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
        guard let store else {
            let folded = TextNormalizer.search(text)
            let all = listed(tenant) { TextNormalizer.text(TextNormalizer.search($0.name), contains: folded) }
            return Array(all.sorted { $0.name < $1.name }.prefix(size))
        }
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

    private func listed(_ tenant: ExactName?, _ isMeant: (Token) -> Bool) -> [Named] {
        directory.tokens.filter { token in
            (tenant == nil || directory.tenants[token.tenant].id == tenant) && isMeant(token)
        }.map { Named($0, in: directory) }
    }
}
