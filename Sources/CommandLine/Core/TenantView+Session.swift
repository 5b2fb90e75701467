internal import Model
internal import Presentation
internal import Tokens

extension AdministrationSession {
    /// A token as a row of a list.
    func row(_ details: TokenDetails) throws(CommandError) -> TokenRow {
        TokenRow(details, view(names), digits: try digits(of: details.token.id))
    }

    /// A token with all its fields, by the names of a directory.
    func description(_ details: TokenDetails, _ names: NameResolver) throws(CommandError) -> TokenDescription {
        let history = try stored { store throws(TokenStoreError) in try TokenHistory(of: details, in: store) }
        return TokenDescription(details, history, view(names))
    }

    /// The state of a token; `nil` for one whose assignment the directory does not have.
    func state(_ details: TokenDetails) -> TokenState? {
        directory.assignment(details.token.assignment, tenant: names.tenant).map {
            TokenState(details.token, assignment: $0, view(names))
        }
    }

    private func view(_ names: NameResolver) -> TenantView {
        TenantView(names.directory, tenant: names.tenant, now: now, isExported: store.isReadOnly)
    }

    /// The number of digits of an id that a terminal shows.
    func digits(of id: TokenID) throws(CommandError) -> Int {
        try invocation.digits(of: id, tenant: tenant.id, in: store)
    }
}
