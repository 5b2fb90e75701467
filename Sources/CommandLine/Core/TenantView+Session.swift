internal import Presentation
internal import Tokens

extension TokenRow {
    init(_ details: TokenDetails, _ session: AdministrationSession) {
        self.init(
            details,
            TenantView(
                session.directory, tenant: session.names.tenant, now: session.now,
                isExported: session.store.isReadOnly))
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
