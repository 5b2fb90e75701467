internal import Model
internal import Tokens

/// The store as the conversation sees it: the directory with as many tokens as were spoken of, read anew when it changed.
final class World {
    private let invocation: Invocation
    /// `nil` where `--store` names an exported organisation.
    let store: SQLiteTokenStore?
    private(set) var directory = Directory.empty
    private var version: DirectoryVersion?
    private var held: Set<TokenID> = []
    private(set) var holdsAll = false

    init(_ invocation: Invocation) throws(CommandError) {
        self.invocation = invocation
        store = invocation.isStoreFile ? nil : try invocation.openStore()
        try refresh()
    }

    /// Every answer is given on what the store holds now.
    func refresh() throws(CommandError) {
        guard let store else {
            if !holdsAll { directory = try invocation.directory() }
            holdsAll = true
            return
        }
        let current: DirectoryVersion
        do throws(TokenStoreError) { current = try store.directoryVersion } catch { throw CommandError(error.message) }
        if current != version { try read(store, current) }
    }

    private func read(_ store: SQLiteTokenStore, _ current: DirectoryVersion) throws(CommandError) {
        let selection: TokenSelection = holdsAll ? .all : held.isEmpty ? .none : .some(Array(held))
        directory = try invocation.directory(selection, of: store)
        version = current
    }

    /// The directory with these tokens in it, where there are such.
    func directory(holding ids: [TokenID]) throws(CommandError) -> Directory {
        try refresh()
        let new = ids.filter { !held.contains($0) }
        guard let store, let version, !holdsAll, !new.isEmpty else { return directory }
        held.formUnion(new)
        try read(store, version)
        return directory
    }

    /// The directory with every token; from then on it always has them.
    func whole() throws(CommandError) -> Directory {
        try refresh()
        guard let store, let version, !holdsAll else { return directory }
        holdsAll = true
        try read(store, version)
        return directory
    }

    /// Everything there is, as records: what a supposition changes.
    func organisation() throws(CommandError) -> Organisation {
        guard let store else { return try invocation.organisation() }
        return try invocation.organisation(.all, of: store)
    }

    // MARK: Tokens by name

    /// The tokens of this name; those in use where there are any.
    func named(_ name: String, tenant: String?) throws(CommandError) -> [Named] {
        let found: [Named]
        if let store {
            do throws(TokenStoreError) {
                found = try store.named(name, tenant: tenant).map { Named($0.token, tenant: $0.tenant) }
            } catch { throw CommandError(error.message) }
        } else {
            found = listed(tenant) { $0.name == name }
        }
        let alive = found.filter { !$0.isRevoked }
        return alive.isEmpty ? found : alive
    }

    /// A token, and what tells it from others.
    struct Named {
        let id: TokenID
        let name: String
        let tenant: String
        let assignment: String
        let isRevoked: Bool
        let expires: Instant
        let kind: TokenKind

        init(_ record: TokenRecord, tenant: String) {
            id = record.id
            name = record.name
            assignment = record.assignment
            isRevoked = record.revoked != nil
            expires = record.expires
            kind = record.kind
            self.tenant = tenant
        }
    }

    /// Tokens of a tenant with the text in their name, user or department; of all tenants where none is meant.
    func search(_ text: String, tenant: String?, now: Instant, size: Int) -> [Named] {
        guard let store else {
            let folded = Folding.search(text)
            let all = listed(tenant) { Folding.text(Folding.search($0.name), contains: folded) }
            return Array(all.sorted { $0.name < $1.name }.prefix(size))
        }
        var result: [Named] = []
        for index in directory.tenants.indices where tenant == nil || directory.tenants[index].id == tenant {
            var query = TokenQuery(tenant: directory.tenants[index].id, kind: .api, now: now)
            query.search = text.isEmpty ? nil : Folding.search(text)
            query.size = size
            guard let page = try? store.list(query) else { continue }
            result += page.tokens.map { Named($0.token, tenant: $0.tenant) }
        }
        return Array(result.prefix(size))
    }

    private func listed(_ tenant: String?, _ isMeant: (Token) -> Bool) -> [Named] {
        directory.tokens.filter { token in
            (tenant == nil || directory.tenants[token.tenant].id == tenant) && isMeant(token)
        }.map { Named($0, in: directory) }
    }
}
