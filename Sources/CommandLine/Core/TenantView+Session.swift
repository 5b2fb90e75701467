internal import Model
internal import Presentation
internal import Tokens

extension TokenRow {
    /// - Returns: `nil` for a token of no tenant of the directory.
    init?(_ details: TokenDetails, _ session: AdministrationSession) {
        guard let tenant = session.directory.tenant(details.tenant) else { return nil }
        self.init(
            details,
            TenantView(session.directory, tenant: tenant, now: session.now, isExported: session.store.isReadOnly))
    }
}

extension TokenDescription {
    init(_ details: TokenDetails, names: NameResolver, session: AdministrationSession) {
        self.init(
            details,
            TenantView(
                names.directory, tenant: names.tenant, now: session.now,
                isExported: session.store.isReadOnly))
    }
}
